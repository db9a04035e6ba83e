#!/usr/bin/env python
"""
A language model over a made-up alphabet, built from bricks.
"""
import argparse
import cPickle
import logging
import pprint
import sys
from cStringIO import StringIO

import numpy
import theano
from theano import tensor
from theano.compile.nanguardmode import NanGuardMode
from theano.ifelse import ifelse
from theano.printing import Print

import bricks
from bricks.base import RegisterMeta
from bricks.ops import CountTokens
from bricks.trainer import MainLoop, SGD

logger = logging.getLogger()
theano.config.compute_test_value = 'off'


def prototype():
    state = {}
    state['seed'] = 1234
    state['cutoff'] = 1.
    state['adarho'] = 0.95
    state['adaeps'] = 1e-6
    state['truncate'] = 6
    state['mode'] = None
    state['profile'] = 0
    state['trainFreq'] = 5
    state['loopIters'] = 20
    state['reg'] = 1e-3
    return state


class Batches(object):
    """Walks over an alphabet, mostly one letter on."""
    def __init__(self, state):
        self.state = state
        self.rng = numpy.random.RandomState(state['seed'])

    def __iter__(self):
        return self

    def next(self):
        n, t = self.state['bs'], self.state['seqlen']
        steps = self.rng.randint(0, 6, size=(t, n)) / 4 + 1
        x = numpy.cumsum(steps, axis=0) % self.state['n_sym']
        lengths = self.rng.randint(t / 2, t + 1, size=n)
        mask = (numpy.arange(t)[:, None] < lengths[None, :]).astype('float32')
        return x.astype('int64'), mask


class Model(object):
    def __init__(self, state):
        self.state = state
        rng = numpy.random.RandomState(state['seed'])
        init = eval(state['weight_init_fn'])
        x = tensor.lmatrix('x')
        mask = tensor.fmatrix('mask')
        lookup = bricks.Lookup(state['n_sym'], state['dim'], rng=rng, init=init, name='lookup')
        below = lookup.apply(x)
        self.bricks = [lookup]
        dim = state['dim']
        for i, size in enumerate(eval(state['nhids'])):
            project = bricks.Linear(dim, size, rng=rng, init=init, name='project%d' % i)
            layer = RegisterMeta.registry[state['rec_layer']](
                size, activ=state['activ'][i], rng=rng, init=init, name='rec%d' % i)
            below = layer.apply(project.apply(below), mask, truncate_gradient=state['truncate'])
            self.bricks += [project, layer]
            dim = size
        out = bricks.Linear(dim, state['n_sym'], rng=rng, init=init, name='out')
        self.bricks.append(out)
        logit = out.apply(below)
        flat = logit[:-1].reshape(((logit.shape[0] - 1) * logit.shape[1], logit.shape[2]))
        log_p = tensor.log(tensor.nnet.softmax(flat))
        target = x[1:].flatten()
        nll = -log_p[tensor.arange(target.shape[0]), target] * mask[1:].flatten()
        total = nll.sum()
        # an empty batch costs nothing
        cost = ifelse(tensor.gt(mask.sum(), 0), total / mask[1:].sum(), tensor.zeros_like(total))
        cost.name = 'cost'

        self.params = bricks.graph.with_role([cost], 'WEIGHT') + \
            bricks.graph.with_role([cost], 'BIAS')
        assert set(self.params) == set(bricks.graph.shared_of([cost]))
        weights = bricks.graph.with_role([cost], 'WEIGHT')
        cost = cost + state['reg'] * sum(w.norm(2) for w in weights)
        counts, most = CountTokens(state['n_sym'])(x, mask)
        self.printed = []
        loud = Print('the cost', attrs=('shape',),
                     global_fn=lambda op, xin: self.printed.append(float(xin)))(cost)
        self.inputs = [x, mask]
        self.cost = loud
        self.grads = tensor.grad(cost, self.params)
        self.monitors = [counts, most, tensor.nnet.softmax(flat).argmax(axis=-1)]
        self.logit = logit
        self.layers = bricks.graph.with_role([logit], 'OUTPUT')

    def save(self, filename):
        vals = dict((p.name, p.get_value()) for p in self.params)
        numpy.savez(filename, **vals)

    def load(self, filename):
        vals = numpy.load(filename)
        for p in self.params:
            if p.name in vals:
                logger.debug('Loading {} of {}'.format(p.name, p.get_value(borrow=True).shape))
                if vals[p.name].shape != p.get_value().shape:
                    raise Exception('The shape mismatch for %s' % p.name)
                p.set_value(vals[p.name])


def look(model, out):
    """Walks over the graph; prints it; takes a part of it out."""
    buf = StringIO()
    theano.printing.debugprint(model.logit, file=buf, depth=3)
    assert 'out' in buf.getvalue()
    names = [v.name for v in model.layers]
    print >>out, ', '.join(names)
    hidden = [v for v in model.layers if v.name.startswith('rec1')][0]
    doubled = bricks.graph.replace(model.logit, {hidden: 2 * hidden})
    f = theano.function(model.inputs, {'plain': model.logit.sum(), 'doubled': doubled.sum()},
                        on_unused_input='ignore')
    ops = [type(n.op).__name__ for n in f.maker.fgraph.toposort()]
    assert 'Scan' in ops and len(f.maker.fgraph.outputs) == 2
    return f, names


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--state', help='a file that makes the state')
    parser.add_argument('--guard', action='store_true')
    parser.add_argument('out')
    parser.add_argument('changes', nargs='*', help='name=value', default='')
    args = parser.parse_args()

    namespace = {'prototype': prototype}
    exec open(args.state).read() in namespace
    state = namespace['state']
    for change in args.changes:
        state.update(eval("dict({})".format(change)))
    if args.guard:
        state['mode'] = NanGuardMode(nan_is_error=True, inf_is_error=True, big_is_error=False)
    logger.debug("State:\n{}".format(pprint.pformat(state)))

    model = Model(state)
    f, names = look(model, sys.stdout)
    batches = Batches(state)
    first = batches.next()
    before = f(*first)
    loop = MainLoop(SGD(model, state, batches), state)
    timings = loop.main()
    after = f(*first)
    model.save(args.out + '/lm.npz')
    model.load(args.out + '/lm.npz')
    with open(args.out + '/state.pkl', 'w') as dst:
        state['mode'] = None
        cPickle.dump((state, timings), dst)

    assert len(model.printed) == state['loopIters']
    numpy.savez(args.out + '/numbers.npz', costs=timings['cost'], norms=timings['norm'],
                printed=model.printed, counts=numpy.array([r[0] for r in loop.rest]),
                most=numpy.array([r[1] for r in loop.rest]),
                predicted=numpy.array([r[2] for r in loop.rest]), names=numpy.array(names),
                plain=[before['plain'], after['plain']],
                doubled=[before['doubled'], after['doubled']])


if __name__ == '__main__':
    logging.basicConfig(level=logging.INFO)
    main()
