r"""Optimizer factories: a cost in, two compiled functions out.

Every factory is called alike::

    opt = symopt.adadelta(lr, tparams, grads, [x, mask, y], cost, rho=0.95)
    f_grad_shared, f_update = opt
    cost = f_grad_shared(x, mask, y)     # phase 1: the cost; gradients are parked
    f_update(1.0)                        # phase 2: the parameters move

``lr, tparams, grads, inputs, cost`` are those of :func:`symopt.compile_optimizer`, and so are the
keywords that all factories share: ``transforms``, ``extra_updates``, ``backend``, ``name``,
``profile``. What follows the ``*`` of a factory is its rule's own. In the formulas
:math:`g_t` is the gradient after the transforms, :math:`p` a parameter, and operations on arrays
are elementwise. Unless a factory says otherwise, phase 1 moves nothing but the parked gradients
and the extra updates, and phase 2 moves the state of the rule and then the parameters. Hyper-
parameters out of range raise :class:`symopt.errors.HyperparameterError`.
"""

from symopt.factories.adadelta import adadelta as adadelta
from symopt.factories.adagrad import adagrad as adagrad
from symopt.factories.adam import adam as adam
from symopt.factories.adam import adamax as adamax
from symopt.factories.adam import adamw as adamw
from symopt.factories.adam import nadam as nadam
from symopt.factories.adam import radam as radam
from symopt.factories.curvature import becker_lecun as becker_lecun
from symopt.factories.curvature import newton as newton
from symopt.factories.curvature import vsgd as vsgd
from symopt.factories.momentum import momentum as momentum
from symopt.factories.momentum import nesterov as nesterov
from symopt.factories.options import Options as Options
from symopt.factories.rmsprop import rmsprop as rmsprop
from symopt.factories.rprop import rprop as rprop
from symopt.factories.sgd import sgd as sgd
