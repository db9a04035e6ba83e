# More draws of real Theano's MRG_RandomStreams: sizes known only at run time, arrays as parameters, several rounds, loops.
# Python 3.7, Theano 1.0.5, numpy < 1.20: THEANO_FLAGS=floatX=float32|float64 python rng_more_gold.py OUT
import sys
import numpy as np, theano, theano.tensor as T
from theano.sandbox.rng_mrg import MRG_RandomStreams
fx = theano.config.floatX; out = {}
tag = 'f64' if fx == 'float64' else 'f32'
def keep(name, exprs, inputs=(), values=(), updates=None, calls=3, rows=None):
    f = theano.function(list(inputs), exprs, updates=updates)
    for c in range(calls):
        for i, v in enumerate(f(*values)):
            v = np.asarray(v)
            out['%s/call%d/%d' % (name, c, i)] = v if rows is None else v[rows]
    return f
def states(f):  # of the streams a function advances
    return [v.get_value() for v in f.get_shared() if getattr(v.tag, 'is_rng', False)]
rng = np.random.RandomState(0)
S = lambda seed=1234: MRG_RandomStreams(seed)

x = T.matrix('x')
# As legacy code drops out: the number of draws is known only at run time, so 60 * 256 streams.
keep('mrg_binomial_symbolic', [S().binomial(x.shape, p=0.5, n=1, dtype=x.dtype)], [x], [np.zeros((5, 7), fx)])
# More than 60 * 256 draws; the last of the second round, and states around the last stream drawn from twice.
f = keep('mrg_uniform_symbolic', [S().uniform(x.shape)], [x], [np.zeros((130, 120), fx)], rows=slice(126, 130))
out['mrg_uniform_symbolic/states'] = states(f)[0][235:245]
f = keep('mrg_uniform_mixed_size', [S().uniform((x.shape[0], 3))], [x], [np.zeros((4, 2), fx)])
out['mrg_uniform_mixed_size/states'] = states(f)[0][8:16]
keep('mrg_uniform_vector_size', [S().uniform(x.shape, ndim=2, nstreams=5)], [x], [np.zeros((4, 3), fx)])

low = np.asarray([-1., 0., .1, 3.], fx)
out['mrg_uniform_ends/low'] = low
keep('mrg_uniform_ends', [S().uniform((3, 4), low=T.as_tensor_variable(low), high=3.7)])
keep('mrg_uniform_high', [S().uniform((50,), high=0.3)], calls=1)
P = rng.uniform(size=(3, 4)).astype(fx)
out['mrg_binomial_p/P'] = P
keep('mrg_binomial_p', [S().binomial((3, 4), p=T.as_tensor_variable(P))])

pvals = rng.dirichlet(np.ones(5), size=6).astype(fx)
odd = np.asarray([[.2, .3, .1], [.5, .2, .1], [-2., 2., .1], [0., 0., 1.]], fx)  # sums other than 1, a negative one
out['mrg_multinomial_more/pvals'], out['mrg_multinomial_more/odd'] = pvals, odd
for name, p, n in (('mrg_multinomial_more', pvals, 1), ('mrg_multinomial_n', pvals, 4), ('mrg_multinomial_odd', odd, 3)):
    keep(name, [S().multinomial(pvals=T.as_tensor_variable(p), n=n, dtype=fx)])
for size in (1, 3, 5):
    keep('mrg_choice_%d' % size, [S().choice(size=size, replace=False, p=T.as_tensor_variable(pvals))])

avg = np.asarray([0., 1., -2., 100.], fx)
out['mrg_normal_avg/avg'] = avg
keep('mrg_normal_avg', [S().normal((3, 4), avg=T.as_tensor_variable(avg), std=.5)])
keep('mrg_normal_symbolic', [S().normal(x.shape, std=0.1)], [x], [np.zeros((3, 5), fx)])
keep('mrg_normal_nstreams', [S().normal((3, 5), nstreams=4)])
f = keep('mrg_truncated_normal', [S().truncated_normal((20, 7))])
for i, s in enumerate(states(f)): out['mrg_truncated_normal/states%d' % i] = s[:80]
keep('mrg_truncated_normal_odd', [S().truncated_normal((3, 5), avg=1., std=2.)])
keep('mrg_normal_truncate', [S().normal((3, 25), avg=1., std=2., truncate=True, nstreams=6)])

# A draw in each step of a loop.
s = S(); draws, updates = theano.scan(lambda: s.uniform((3,)), n_steps=4); keep('mrg_scan', [draws], updates=updates)
# A new seed in the middle, of two variables.
s = S(); f = theano.function([], [s.uniform((20,)), s.normal((2,))]); f(); s.seed(42)
for i, v in enumerate(f()): out['mrg_seed/call0/%d' % i] = v
np.savez(sys.argv[1] + '/rng_more.%s.npz' % tag, **out)
print(len(out), 'arrays', sum(v.nbytes for v in out.values()), 'bytes')
