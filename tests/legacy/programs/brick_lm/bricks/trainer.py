import time

import numpy
import theano
from theano import tensor
try:
    from theano.compat.python2x import OrderedDict
except ImportError:
    from collections import OrderedDict


class SGD(object):
    """Clips the gradient's norm; steps of a moving average."""
    def __init__(self, model, state, data):
        self.model, self.state, self.data = model, state, data
        self.gs = [theano.shared(numpy.zeros(p.get_value(borrow=True).shape,
                                             dtype=theano.config.floatX), name=p.name + '_g')
                   for p in model.params]
        self.gnorm2 = [theano.shared(p.get_value() * 0) for p in self.gs]
        self.dnorm2 = [theano.shared(p.get_value() * 0) for p in self.gs]
        self.step = 0
        norm_gs = sum(tensor.sum(g ** 2) for g in model.grads)
        c = numpy.float32(state['cutoff'])
        notfinite = tensor.or_(tensor.isnan(norm_gs), tensor.isinf(norm_gs))
        scale = tensor.switch(tensor.ge(tensor.sqrt(norm_gs), c), c / tensor.sqrt(norm_gs), 1.)
        store = [(s, tensor.cast(tensor.switch(notfinite, .1 * p, g * scale), s.dtype))
                 for s, g, p in zip(self.gs, model.grads, model.params)]
        self.train_fn = theano.function(model.inputs, [model.cost, tensor.sqrt(norm_gs)] +
                                        model.monitors, updates=store, name='train_function',
                                        mode=state['mode'], profile=state['profile'] > 0,
                                        on_unused_input='warn')

        rho, eps = state['adarho'], state['adaeps']
        up = OrderedDict()
        for gn2, dn2, g, p in zip(self.gnorm2, self.dnorm2, self.gs, model.params):
            new_gn2 = rho * gn2 + (1. - rho) * (g ** 2.)
            d = tensor.sqrt(dn2 + eps) / tensor.sqrt(new_gn2 + eps) * g
            up[gn2] = new_gn2
            up[dn2] = rho * dn2 + (1. - rho) * d ** 2
            up[p] = p - d
        self.update_fn = theano.function([], [], updates=up.items(), name='update_function',
                                         profile=self.state['profile'] > 0)

    def __call__(self):
        batch = self.data.next()
        st = time.time()
        rvals = self.train_fn(*batch)
        self.update_fn()
        self.step += 1
        if self.step % self.state['trainFreq'] == 0:
            print '.. iter %4d cost %.3f grad_norm %.2f' % (self.step, rvals[0], rvals[1])
        return dict(cost=float(rvals[0]), norm=float(rvals[1]), rest=rvals[2:],
                    time=time.time() - st)


class MainLoop(object):
    def __init__(self, algo, state):
	self.algo, self.state = algo, state
	self.timings = {'cost': [], 'norm': []}
	self.rest = []

    def main(self):
	while self.algo.step < self.state['loopIters']:
	    got = self.algo()
	    for key in self.timings.keys():
		self.timings[key].append(got[key])
	    self.rest.append(got['rest'])
	    if not numpy.isfinite(got['cost']):
		raise ValueError, 'the cost is %f' % got['cost']
	return self.timings
