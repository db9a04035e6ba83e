import os, json, numpy as np, torch, mlp_problem as C
from collections import OrderedDict
OUT = 'golden/torch'; os.makedirs(OUT, exist_ok=True); torch.set_num_threads(1); torch.set_default_dtype(torch.float64)
x_, m_, y_, P0, _, _ = C.make_problem(); RES = []
O = torch.optim
RULES = [('sgd', O.SGD, dict(lr=0.1)), ('sgd_momentum', O.SGD, dict(lr=0.05, momentum=0.9, dampening=0)), ('sgd_nesterov', O.SGD, dict(lr=0.05, momentum=0.9, dampening=0, nesterov=True)),
 ('sgd_momentum_dampening0.9', O.SGD, dict(lr=0.05, momentum=0.9, dampening=0.9)), ('sgd_momentum_wd', O.SGD, dict(lr=0.05, momentum=0.9, weight_decay=0.01)),
 ('adagrad', O.Adagrad, dict(lr=0.1, eps=1e-10)), ('adagrad_lrdecay', O.Adagrad, dict(lr=0.1, lr_decay=0.01, initial_accumulator_value=0.1, eps=1e-10)),
 ('adadelta', O.Adadelta, dict(lr=1.0, rho=0.9, eps=1e-6)), ('adadelta_rho0.95', O.Adadelta, dict(lr=1.0, rho=0.95, eps=1e-6)),
 ('rmsprop', O.RMSprop, dict(lr=0.01, alpha=0.99, eps=1e-8)), ('rmsprop_centered', O.RMSprop, dict(lr=0.01, alpha=0.99, eps=1e-8, centered=True)), ('rmsprop_momentum', O.RMSprop, dict(lr=0.005, alpha=0.95, eps=1e-4, momentum=0.9)), ('rmsprop_centered_momentum', O.RMSprop, dict(lr=0.005, alpha=0.95, eps=1e-4, centered=True, momentum=0.9)),
 ('adam', O.Adam, dict(lr=0.01, betas=(0.9, 0.999), eps=1e-8)), ('adam_amsgrad', O.Adam, dict(lr=0.01, betas=(0.9, 0.999), eps=1e-8, amsgrad=True)), ('adam_wd', O.Adam, dict(lr=0.01, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01)),
 ('adamw', O.AdamW, dict(lr=0.01, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01)), ('adamax', O.Adamax, dict(lr=0.01, betas=(0.9, 0.999), eps=1e-8)),
 ('nadam', O.NAdam, dict(lr=0.01, betas=(0.9, 0.999), eps=1e-8, momentum_decay=4e-3)), ('radam', O.RAdam, dict(lr=0.01, betas=(0.9, 0.999), eps=1e-8)),
 ('rprop', O.Rprop, dict(lr=0.01, etas=(0.5, 1.2), step_sizes=(1e-6, 50)))]
if hasattr(O, 'ASGD'): RULES.append(('asgd', O.ASGD, dict(lr=0.05)))
for fullbatch_tag in ('',):
  for name, cls, kw in RULES + [('nadam_default32', O.NAdam, dict(lr=0.01, betas=(0.9, 0.999), eps=1e-8, momentum_decay=4e-3)), ('asgd_default32', O.ASGD, dict(lr=0.05)), ('rprop_fullbatch', O.Rprop, dict(lr=0.002, etas=(0.5, 1.2), step_sizes=(1e-6, 0.02)))]:
    torch.set_default_dtype(torch.float32 if name.endswith('_default32') else torch.float64)
    P = OrderedDict((k, torch.nn.Parameter(torch.tensor(P0[k]))) for k in C.NAMES)
    try: opt = cls(list(P.values()), foreach=False, **kw)
    except TypeError: opt = cls(list(P.values()), **kw)
    d = OrderedDict(); cs = []
    for t in range(C.NSTEPS):
        tt = 7 if name == 'rprop_fullbatch' else t
        x, m, y = [torch.tensor(a) for a in C.batch(tt, x_, m_, y_)]
        h0 = torch.tanh(x @ P['W1'] + P['b1']); h = h0 * P['G'][0]; k_ = torch.tanh(h)
        lo = h @ P['W2'][0] + k_ @ P['W2'][1] + P['b2']
        nll = -torch.log_softmax(lo, 1)[torch.arange(len(y)), y]
        c = (m * nll).sum() / m.sum(); opt.zero_grad(); c.backward(); cs.append(float(c))
        g = C.cost_and_grads({k: v.detach().numpy() for k, v in P.items()}, *C.batch(tt, x_, m_, y_))[1]
        for k in C.NAMES: assert np.allclose(g[k], P[k].grad.numpy(), rtol=1e-10, atol=1e-13)
        opt.step()
        if t + 1 in C.SNAP:
            for k, v in P.items(): d['p%d.%s' % (t + 1, k)] = v.detach().numpy().copy()
        if t in (0, C.NSTEPS - 1):
            for k, v in P.items():
                for a, s in opt.state[v].items():
                    if s is not None: d['state%d.%s.%s' % (t + 1, k, a)] = s.numpy().copy() if torch.is_tensor(s) else np.array(s)
    d['cost'] = np.array(cs); f = 'torch.%s.f64.npz' % name; np.savez(os.path.join(OUT, f), **d)
    RES.append(OrderedDict(file='torch/' + f, source='torch %s torch.optim.%s, foreach=False, default dtype %s' % (torch.__version__, cls.__name__, torch.get_default_dtype()), floatX='float64', hyper={k: list(v) if isinstance(v, tuple) else v for k, v in kw.items()}, final_cost=cs[-1], note='minibatch 7 at every step instead of t %% 10' if name == 'rprop_fullbatch' else '', state_names=sorted(k[len('state50.W1.'):] for k in d if k.startswith('state50.W1.'))))
    print(f, cs[0], cs[-1], RES[-1]['state_names'])
json.dump(RES, open(OUT + '/manifest.json', 'w'), indent=1)
