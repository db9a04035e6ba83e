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

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict, Unpack

from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Variable
from pytensor.tensor.variable import TensorVariable

from symopt.backends import Backend
from symopt.optimizer import Optimizer, compile_optimizer
from symopt.rules import SGD, AdaDelta, Adam, Momentum, RMSProp
from symopt.transforms import Transform


class Options(TypedDict, total=False):
    """The keywords that all factories share; see :func:`symopt.compile_optimizer`."""

    transforms: Sequence[Transform]
    extra_updates: Any
    backend: str | Backend | None
    name: str | None
    profile: Any


def sgd(
    lr: Any,
    tparams: Mapping[str, SharedVariable],
    grads: Any,
    inputs: Sequence[Variable],
    cost: TensorVariable,
    **options: Unpack[Options],
) -> Optimizer:
    r"""Stochastic gradient descent.

    .. math:: p \leftarrow p - \eta\, g_t

    with the rate :math:`\eta`. It keeps no state.

    References
    ----------
    Robbins, Monro (1951), A stochastic approximation method.
    """
    return compile_optimizer(SGD(), lr, tparams, grads, inputs, cost, **options)


def momentum(
    lr: Any,
    tparams: Mapping[str, SharedVariable],
    grads: Any,
    inputs: Sequence[Variable],
    cost: TensorVariable,
    *,
    momentum: float = 0.9,
    formulation: str = "classical",
    dampening: float = 0.0,
    **options: Unpack[Options],
) -> Optimizer:
    r"""Gradient descent with momentum.

    .. math::

        \text{classical:}\quad & v_t = \mu v_{t-1} - \eta g_t, \qquad p \leftarrow p + v_t \\
        \text{torch:}\quad & v_t = \mu v_{t-1} + (1 - d)\, g_t, \qquad p \leftarrow p - \eta v_t

    The two agree while the rate is constant and :math:`d = 0`; when the rate :math:`\eta` changes,
    the classical form applies the new one to the new gradient only, the torch form to the whole
    velocity. In the torch form the first step takes :math:`v_1 = g_1`, whatever :math:`d`.

    Parameters
    ----------
    momentum
        :math:`\mu` in [0, 1).
    formulation
        "classical" (Sutskever et al., Caffe; seed of the default) or "torch"
        (``torch.optim.SGD``).
    dampening
        :math:`d` in [0, 1], for the torch form only.

    Notes
    -----
    State: ``{param}/momentum/velocity``; with dampening also ``momentum/step``. Phase 2 moves it.

    References
    ----------
    Sutskever, Martens, Dahl, Hinton (2013), On the importance of initialization and momentum in
    deep learning, section 2.
    """
    rule = Momentum(momentum, formulation, dampening)
    return compile_optimizer(rule, lr, tparams, grads, inputs, cost, **options)


def rmsprop(
    lr: Any,
    tparams: Mapping[str, SharedVariable],
    grads: Any,
    inputs: Sequence[Variable],
    cost: TensorVariable,
    *,
    rho: float = 0.9,
    epsilon: float = 1e-6,
    epsilon_placement: str = "outside",
    centered: bool = False,
    momentum: float = 0.0,
    formulation: str = "torch",
    statistics: str = "phase2",
    **options: Unpack[Options],
) -> Optimizer:
    r"""RMSProp.

    .. math::

        s_t &= \rho s_{t-1} + (1 - \rho)\, g_t^2 \\
        d_t &= \sqrt{s_t} + \varepsilon \quad\text{("outside")}\quad\text{or}\quad
               \sqrt{s_t + \varepsilon} \quad\text{("inside")} \\
        p &\leftarrow p - \eta\, g_t / d_t

    Centered, :math:`s_t` in the denominator is replaced by the variance
    :math:`\max(s_t - m_t^2, 0)`, with :math:`m_t = \rho m_{t-1} + (1 - \rho) g_t`. With momentum
    :math:`\mu > 0`,

    .. math::

        \text{torch:}\quad & v_t = \mu v_{t-1} + g_t / d_t, \qquad p \leftarrow p - \eta v_t \\
        \text{classical:}\quad & v_t = \mu v_{t-1} - \eta g_t / d_t, \qquad p \leftarrow p + v_t

    Parameters
    ----------
    rho
        :math:`\rho` in [0, 1), the decay of the averages.
    epsilon
        :math:`\varepsilon` in (0, inf).
    epsilon_placement
        "outside" or "inside" the square root.
    centered
        Divide by the standard deviation instead of the root mean square.
    momentum
        :math:`\mu` in [0, 1); 0 keeps no velocity.
    formulation
        "torch" or "classical" momentum.
    statistics
        "phase2", or "phase1": the averages of the gradient move with the gradients, as in the
        historical optimizers (two calls of phase 1 then change them twice).

    Notes
    -----
    State: ``{param}/rmsprop/mean_square_grad``, and ``mean_grad`` (centered), ``velocity``
    (momentum). PyTorch's form is the default one with ``rho=0.99, epsilon=1e-8``; PyTorch does
    not bound its variance at 0, and can give NaN where this gives a step. The LSTM tutorial's,
    WAP's and dl4mt's is ``rho=0.95, epsilon=1e-4, epsilon_placement="inside", centered=True,
    momentum=0.9, formulation="classical", statistics="phase1"`` at the rate 1e-4.

    References
    ----------
    Tieleman, Hinton (2012), Lecture 6.5, COURSERA: Neural networks for machine learning.
    Graves (2013), Generating sequences with recurrent neural networks, section 4.2 (centered).
    """
    rule = RMSProp(rho, epsilon, epsilon_placement, centered, momentum, formulation, statistics)
    return compile_optimizer(rule, lr, tparams, grads, inputs, cost, **options)


def adadelta(
    lr: Any,
    tparams: Mapping[str, SharedVariable],
    grads: Any,
    inputs: Sequence[Variable],
    cost: TensorVariable,
    *,
    rho: float = 0.95,
    epsilon: float = 1e-6,
    epsilon_placement: str = "inside",
    statistics: str = "phase2",
    **options: Unpack[Options],
) -> Optimizer:
    r"""AdaDelta.

    .. math::

        s_t &= \rho s_{t-1} + (1 - \rho)\, g_t^2 \\
        \Delta_t &= \frac{\mathrm{RMS}(u_{t-1})}{\mathrm{RMS}(s_t)}\, g_t, \qquad
            \mathrm{RMS}(a) = \sqrt{a + \varepsilon} \ \text{("inside") or}\
            \sqrt{a} + \varepsilon \ \text{("outside")} \\
        u_t &= \rho u_{t-1} + (1 - \rho)\, \Delta_t^2 \\
        p &\leftarrow p - \eta\, \Delta_t

    The rate :math:`\eta` multiplies the step; 1.0 is Zeiler's own. :math:`u_t` averages the step
    before the rate is applied.

    Parameters
    ----------
    rho
        :math:`\rho` in [0, 1), the decay of both averages.
    epsilon
        :math:`\varepsilon` in (0, inf). It sets the size of the first steps.
    epsilon_placement
        "inside" (Zeiler, PyTorch, Theano) or "outside" the square roots.
    statistics
        "phase2", or "phase1": :math:`s_t` moves with the gradients, as in the historical
        optimizers (two calls of phase 1 then change it twice).

    Notes
    -----
    State: ``{param}/adadelta/mean_square_grad`` (:math:`s`) and ``mean_square_step`` (:math:`u`).
    The LSTM tutorial's ignores its rate (:mod:`symopt.legacy.optimizers.lstm_tutorial`).

    References
    ----------
    Zeiler (2012), ADADELTA: An adaptive learning rate method, arXiv:1212.5701, algorithm 1.
    """
    rule = AdaDelta(rho, epsilon, epsilon_placement, statistics)
    return compile_optimizer(rule, lr, tparams, grads, inputs, cost, **options)


def adam(
    lr: Any,
    tparams: Mapping[str, SharedVariable],
    grads: Any,
    inputs: Sequence[Variable],
    cost: TensorVariable,
    *,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-8,
    epsilon_hat: bool = False,
    amsgrad: bool = False,
    **options: Unpack[Options],
) -> Optimizer:
    r"""Adam.

    .. math::

        m_t &= \beta_1 m_{t-1} + (1 - \beta_1)\, g_t \\
        v_t &= \beta_2 v_{t-1} + (1 - \beta_2)\, g_t^2 \\
        p &\leftarrow p - \eta\, \frac{m_t / (1 - \beta_1^t)}
            {\sqrt{v_t / (1 - \beta_2^t)} + \varepsilon}

    With ``epsilon_hat`` the corrections stand outside,
    :math:`p \leftarrow p - \eta\, \frac{\sqrt{1 - \beta_2^t}}{1 - \beta_1^t}\,
    \frac{m_t}{\sqrt{v_t} + \varepsilon}`, the form that ends section 2 of the paper (Lasagne,
    dl4mt). With ``amsgrad``, :math:`\max_{i \le t} v_i` takes the place of :math:`v_t` in the
    denominator.

    Parameters
    ----------
    beta1, beta2
        :math:`\beta_1, \beta_2` in [0, 1).
    epsilon
        :math:`\varepsilon` in (0, inf).
    epsilon_hat
        The form with the corrections outside.
    amsgrad
        Keep the largest :math:`v` (before its correction, as PyTorch does; Reddi et al. use no
        correction).

    Notes
    -----
    State: ``{param}/adam/mean_grad`` (:math:`m`), ``mean_square_grad`` (:math:`v`),
    ``max_mean_square_grad`` (amsgrad), and ``adam/step`` (:math:`t`, int64). The corrections are
    computed in float64 and cast once.

    References
    ----------
    Kingma, Ba (2015), Adam: A method for stochastic optimization, arXiv:1412.6980, algorithm 1.
    Reddi, Kale, Kumar (2018), On the convergence of Adam and beyond, algorithm 2.
    """
    rule = Adam(beta1, beta2, epsilon, epsilon_hat, amsgrad)
    return compile_optimizer(rule, lr, tparams, grads, inputs, cost, **options)
