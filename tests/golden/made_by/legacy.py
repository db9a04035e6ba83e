# Runs the ORIGINAL legacy Theano optimizer functions; Python 2 and 3. argv: floatX
from __future__ import print_function
import sys, os, re, json, hashlib
from collections import OrderedDict
import numpy as np, theano, theano.tensor as T
import mlp_problem as C
FX = theano.config.floatX; TAG = {'float64': 'f64', 'float32': 'f32'}[FX]
PY = 'py%d%d' % sys.version_info[:2]
OUT = sys.argv[1] if len(sys.argv) > 1 else 'golden/legacy'
if not os.path.isdir(OUT): os.makedirs(OUT)
SRC = 'legacy_sources/'

class OD(OrderedDict):          # lets the unmodified Python-2 source run on Python 3
    def iteritems(self): return iter(self.items())
    def itervalues(self): return iter(self.values())

def read(p): return open(SRC + p).read()
def slice_defs(text, names):
    out = []
    for n in names:
        m = re.search(r'^def %s\(.*?(?=^(?:def |class |# |[A-Za-z_"\']))' % n, text, re.S | re.M)
        out.append(m.group(0))
    return '\n'.join(out)

def ns_wap(which):
    ns = {'__name__': 'wap'}; exec(compile(read('wap_%s/optimizers.py' % which), 'wap_%s/optimizers.py' % which, 'exec'), ns); return ns
def ns_dl4mt():
    t = read('dl4mt/nmt.py')
    ns = {'theano': theano, 'tensor': T, 'numpy': np, 'profile': False}
    exec(compile(slice_defs(t, ['itemlist', 'adam', 'adadelta', 'rmsprop', 'sgd']), 'dl4mt/nmt.py', 'exec'), ns); return ns
def ns_lstm():
    sys.path.insert(0, SRC + 'dlt'); ns = {'__name__': 'lstm'}
    exec(compile(read('dlt/lstm.py'), 'dlt/lstm.py', 'exec'), ns); return ns

x_, m_, y_, P0, SIG, EPS = C.make_problem()
fx = lambda a: np.asarray(a, dtype=FX)

def build(tp):
    x = T.matrix('x'); mask = T.vector('mask'); y = T.vector('y', dtype='int64')
    h0 = T.tanh(T.dot(x, tp['W1']) + tp['b1']); h = h0 * tp['G'][0]; k = T.tanh(h)
    lo = T.dot(h, tp['W2'][0]) + T.dot(k, tp['W2'][1]) + tp['b2']
    pr = T.nnet.softmax(lo)
    nll = -T.log(pr[T.arange(y.shape[0]), y])
    return x, mask, y, (mask * nll).sum() / mask.sum(), h

class Recorder(object):
    """records theano.shared() creations and theano.function(updates=) orders made by a legacy rule"""
    def __enter__(self):
        self.sh = []; self.fn = []; self.o = (theano.shared, theano.function)
        def shared(value, name=None, **kw):
            v = self.o[0](value, name, **kw); self.sh.append(v); return v
        def function(inputs, outputs=None, updates=None, **kw):
            self.fn.append(([i.name for i in inputs], list(updates))); return self.o[1](inputs, outputs, updates=updates, **kw)
        theano.shared, theano.function = shared, function
        return self
    def __exit__(self, *a): theano.shared, theano.function = self.o

def run(src, rule, fn, call, lrs, note, lrname, bn=False):
    tp = OD((k, theano.shared(fx(P0[k]), name=k)) for k in C.NAMES)
    x, mask, y, cost, h = build(tp)
    grads = T.grad(cost, wrt=list(tp.values()))
    bnp, opt_ret = OD(), OD()
    if bn:
        bnp['h_bn_mean'] = theano.shared(fx(np.zeros(C.H)), name='h_bn_mean')
        opt_ret['h_bn_mean'] = bnp['h_bn_mean'] * 0.9 + h.mean(0) * 0.1
    lr = T.scalar('lr')
    with Recorder() as rec:
        if call == 'xmy': r = fn(lr, tp, grads, x, mask, y, cost)
        elif call == 'inp': r = fn(lr, tp, grads, [x, mask, y], cost)
        elif call == 'bn': r = fn(lr, tp, bnp, opt_ret, grads, [x, mask, y], cost)
    fg, fu = r
    return drive(src, rule, tp, bnp, rec, [fg, fu], lrs, note, lrname, call)

def run_wn(src, rule, fn, lrs, note, lrname):
    miu = OD((k, theano.shared(fx(P0[k]), name=k + '_miu')) for k in C.NAMES)
    sig = OD((k, theano.shared(fx(SIG[k]), name=k + '_sigma')) for k in C.NAMES)
    tp = OD((k, miu[k] + sig[k] * fx(EPS[k])) for k in C.NAMES)
    x, mask, y, cost, h = build(tp)
    gm = T.grad(cost, list(miu.values())); gs = T.grad(cost, list(sig.values()))
    bnp, opt_ret = OD(), OD()
    lr = T.scalar('lr')
    with Recorder() as rec:
        fs = fn(lr, miu, sig, bnp, opt_ret, gm, gs, [x, mask, y], cost)
    allp = OD([(k + '_miu', miu[k]) for k in C.NAMES] + [(k + '_sigma', sig[k]) for k in C.NAMES])
    return drive(src, rule, allp, bnp, rec, list(fs), lrs, note, lrname, 'wn')

def drive(src, rule, tp, bnp, rec, fns, lrs, note, lrname, call):
    ids = {}
    for k, v in tp.items(): ids[id(v)] = 'param:' + k
    for k, v in bnp.items(): ids[id(v)] = 'bn:' + k
    labels = []
    for i, s in enumerate(rec.sh):
        lab = 's%02d_%s' % (i, s.name if s.name else 'unnamed'); labels.append(lab); ids[id(s)] = 'state:' + lab
    d = OrderedDict(); cost = []
    d['lr'] = np.asarray(lrs, 'float64')
    for t in range(C.NSTEPS):
        xb, mb, yb = C.batch(t, x_, m_, y_)
        cost.append(fns[0](fx(xb), fx(mb), yb))
        if t == 0:
            for k, v in bnp.items(): d['bn1_before_f_update.' + k] = v.get_value()
        for f in fns[1:]: f(fx(lrs[t]))
        if t + 1 in C.SNAP:
            for k, v in tp.items(): d['p%d.%s' % (t + 1, k)] = v.get_value()
            for k, v in bnp.items(): d['bn%d.%s' % (t + 1, k)] = v.get_value()
        if t in (0, C.NSTEPS - 1):
            for lab, s in zip(labels, rec.sh): d['state%d.%s' % (t + 1, lab)] = np.asarray(s.get_value())
    d['cost'] = np.asarray(cost)
    fname = '%s.%s.%s.npz' % (src, rule, TAG)
    np.savez(os.path.join(OUT, fname), **d)
    info = OrderedDict(file='legacy/' + fname, source=SRCINFO[src], rule=rule, floatX=FX, interpreter=PY, lr=lrname, call_signature=CALLS[call], note=note,
        steps=C.NSTEPS, final_cost=float(cost[-1]), cost_dtype=str(d['cost'].dtype),
        state_creation_order=[(lab, str(np.asarray(s.get_value()).dtype), list(np.asarray(s.get_value()).shape)) for lab, s in zip(labels, rec.sh)],
        functions=[dict(inputs=i, updates_order=[ids.get(id(a), '?') for a, b in u]) for i, u in rec.fn])
    print('%-32s cost %.6f -> %.6f  nstate %d' % (fname, cost[0], cost[-1], len(rec.sh)))
    return info, d

CALLS = {'xmy': 'rule(lr, tparams, grads, x, mask, y, cost)', 'inp': 'rule(lr, tparams, grads, [x, mask, y], cost)',
  'bn': 'rule(lr, tparams, bn_tparams, opt_ret, grads, [x, mask, y], cost)',
  'wn': 'rule(lr, tparams_miu, tparams_sigma, bn_tparams, opt_ret, grads_miu, grads_sigma, [x, mask, y], cost)'}
SRCINFO = {'lstm': 'lisa-lab/DeepLearningTutorials@11c465105026cf87573937fc2d35ab7543678698 code/lstm.py',
  'wap_dn': 'JianshuZhang/WAP@47cce260994fb80031e4acb52f3e6abb6c50619e DenseNet/optimizers.py',
  'wap_vgg': 'JianshuZhang/WAP@47cce260994fb80031e4acb52f3e6abb6c50619e VGG/optimizers.py',
  'dl4mt': 'nyu-dl/dl4mt-tutorial@c476acbe325b8f2709d64649a052573219410fae session2/nmt.py'}
const = lambda v: [v] * C.NSTEPS
sched = lambda v: [v * 0.5 ** (t // 20) for t in range(C.NSTEPS)]
L, D, V, M = ns_lstm(), ns_wap('dn'), ns_wap('vgg'), ns_dl4mt()
RES = []
def go(*a, **k):
    i, d = (run_wn if k.pop('wn', False) else run)(*a, **k); RES.append(i); return d
go('lstm', 'sgd', L['sgd'], 'xmy', const(0.1), 'p - lr*g', '0.1 const')
a = go('lstm', 'adadelta', L['adadelta'], 'xmy', const(0.0001), 'eps 1e-6 inside both square roots, rho 0.95; lr is an UNUSED input (on_unused_input=ignore)', '0.0001 const (unused)')
b = run('lstm', 'adadelta', L['adadelta'], 'xmy', const(123.0), '', '')[1]
assert all((a[k] == b[k]).all() for k in a if k != 'lr'); 
a = run('lstm', 'adadelta', L['adadelta'], 'xmy', const(0.0001), '', '')[1]   # restore the file
a = go('lstm', 'rmsprop', L['rmsprop'], 'xmy', const(0.0001), 'centered, momentum 0.9, hard-wired step 1e-4, eps 1e-4 inside sqrt; lr is UNUSED', '0.0001 const (unused)')
for src, N in (('wap_dn', D), ('wap_vgg', V)):
    go(src, 'adam', N['adam'], 'bn', const(0.01), 'b1=0.1 and b2=0.001 are (1-beta): m=b1*g+(1-b1)*m, v=b2*g^2+(1-b2)*v; but the bias fix uses 1-b1**t, 1-b2**t (with the small b1), so fix1,fix2 ~ 1 from t=2 on and t=1 has lr_t=lr*sqrt(.999)/.9; eps outside sqrt, on uncorrected v; i is a float32 shared scalar', '0.01 const', bn=True)
    go(src, 'sgd_momentum', N['sgd_momentum'], 'bn', const(0.05), 'STALE delta: both updates are in one theano.function, so p uses the OLD prev_update (p_{t+1}=p_t+delta_{t-1}); at step 1 parameters do not move', '0.05 const', bn=True)
    go(src, 'adadelta', N['adadelta'], 'bn', const(1e-6), 'eps = the lr argument, inside both square roots', '1e-6 const (it is eps)', bn=True)
go('wap_dn', 'rmsprop', D['rmsprop'], 'inp', const(0.01), 'same rule as lstm.rmsprop; lr UNUSED; signature differs from the others (no bn_tparams, opt_ret), so WAP train() cannot call it', '0.01 const (unused)')
go('wap_dn', 'sgd', D['sgd'], 'xmy', const(0.1), 'signature (lr,tparams,grads,x,mask,y,cost): WAP train() cannot call it', '0.1 const')
i, d = run('wap_dn', 'adadelta_lr1e-8', D['adadelta'], 'bn', const(1e-8), 'WAP train default lrate=1e-8 as eps', '1e-8 const (it is eps)', bn=True); RES.append(i)
i, d = run('wap_dn', 'adam_sched', D['adam'], 'bn', sched(0.02), 'as wap_dn.adam, lr changes between calls', '0.02, halved every 20 steps', bn=True); RES.append(i)
i, d = run('wap_dn', 'sgd_momentum_sched', D['sgd_momentum'], 'bn', sched(0.05), 'as wap_dn.sgd_momentum, lr changes between calls', '0.05, halved every 20 steps', bn=True); RES.append(i)
go('wap_vgg', 'adam_weightnoise', V['adam_weightnoise'], const(0.01), 'two independent adam sets; weights = miu + sigma*eps with eps fixed (problem.npz); f_grad_shared, f_update_miu, f_update_sigma called in that order', '0.01 const', wn=True)
go('wap_vgg', 'adadelta_weightnoise', V['adadelta_weightnoise'], const(1e-6), 'eps = lr argument', '1e-6 const (it is eps)', wn=True)
go('dl4mt', 'adam', M['adam'], 'inp', const(0.01), 'beta1=.9 beta2=.999, lr_t=lr*sqrt(1-b2^t)/(1-b1^t), eps 1e-8 outside sqrt on uncorrected v; t is a float32 shared scalar', '0.01 const')
go('dl4mt', 'adadelta', M['adadelta'], 'inp', const(0.0001), 'eps 1e-6 inside sqrt; lr UNUSED', '0.0001 const (unused)')
go('dl4mt', 'rmsprop', M['rmsprop'], 'inp', const(0.0001), 'as lstm.rmsprop; lr UNUSED', '0.0001 const (unused)')
go('dl4mt', 'sgd', M['sgd'], 'xmy', const(0.1), 'p - lr*g', '0.1 const')
json.dump(RES, open(os.path.join(OUT, 'manifest_%s_%s.json' % (TAG, PY)), 'w'), indent=1)
