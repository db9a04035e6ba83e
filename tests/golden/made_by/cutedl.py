import sys, os, re, json
from collections import OrderedDict
import numpy as np, mlp_problem as C
OUT = 'golden/cutedl'; os.makedirs(OUT, exist_ok=True)
text = open('seeds/002_d2317eb90faa4861.txt', encoding='utf8').read()
# the five listings, taken byte for byte from the document by their class name, put inside a class whose __init__ is ours
def listing(name):
    m = re.search(r'类名:%s\.\s*```python\n(.*?)```' % name, text, re.S); return m.group(1)
INIT = {'Momentum': ['lr', 'dpr'], 'Adagrad': ['lr'], 'RMSProp': ['lr', 'sdpr'], 'Adadelta': ['dpr'], 'Adam': ['lr', 'mdpr', 'sdpr']}
ns = {'np': np}
for n, a in INIT.items():
    src = 'class %s(object):\n  def __init__(self, %s):\n' % (n, ', '.join(a)) + ''.join('      self.__%s = %s\n' % (v, v) for v in a) + '\n' + listing(n)
    exec(src, ns)
exec('class Fixed(object):\n  def __init__(self, lr):\n      self.__lr = lr\n  def update_param(self, param):\n      param.value -= self.__lr * param.gradient\n', ns)
class Param(object): pass
x_, m_, y_, P0, _, _ = C.make_problem(); RES = []
for dt, tag in (('float64', 'f64'), ('float32', 'f32')):
    for name, cls, args in [('fixed', 'Fixed', dict(lr=0.1)), ('momentum', 'Momentum', dict(lr=0.02, dpr=0.9)), ('adagrad', 'Adagrad', dict(lr=0.1)), ('rmsprop', 'RMSProp', dict(lr=0.01, sdpr=0.99)),
            ('adadelta', 'Adadelta', dict(dpr=0.99)), ('adam', 'Adam', dict(lr=0.01, mdpr=0.9, sdpr=0.99)), ('adam_doc', 'Adam', dict(lr=0.0001, mdpr=0.9, sdpr=0.99)), ('momentum_doc', 'Momentum', dict(lr=0.002, dpr=0.9)), ('rmsprop_doc', 'RMSProp', dict(lr=0.0001, sdpr=0.99))]:
        opt = ns[cls](**args); ps = OrderedDict()
        for k in C.NAMES: ps[k] = Param(); ps[k].value = P0[k].astype(dt)
        d = OrderedDict(); cs = []
        for t in range(C.NSTEPS):
            xb, mb, yb = C.batch(t, x_, m_, y_)
            c, g = C.cost_and_grads({k: p.value for k, p in ps.items()}, xb.astype(dt), mb.astype(dt), yb)
            cs.append(c)
            for k, p in ps.items(): p.gradient = g[k]; assert g[k].dtype == dt, (g[k].dtype); opt.update_param(p)
            if t + 1 in C.SNAP:
                for k, p in ps.items(): assert p.value.dtype == dt; d['p%d.%s' % (t + 1, k)] = p.value.copy()
            if t in (0, C.NSTEPS - 1):
                for k, p in ps.items():
                    for a, v in vars(p).items():
                        if a not in ('value',): d['state%d.%s.%s' % (t + 1, k, a)] = np.array(v)
        d['cost'] = np.array(cs); f = 'cutedl.%s.%s.npz' % (name, tag); np.savez(os.path.join(OUT, f), **d)
        RES.append(OrderedDict(file='cutedl/' + f, source='seed 002 (cutedl), class %s, listing executed unmodified%s' % (cls, ' (Fixed is not listed in the document: value -= lr*gradient)' if cls == 'Fixed' else ''), floatX=dt, hyper=args, final_cost=float(cs[-1]),
            state_dtypes={a: str(np.asarray(v).dtype) for a, v in vars(ps['W1']).items()}))
        print(f, cs[0], cs[-1])
json.dump(RES, open(OUT + '/manifest.json', 'w'), indent=1)
