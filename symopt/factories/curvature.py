"""Rules that look at the curvature of the cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Unpack

from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Variable
from pytensor.tensor.variable import TensorVariable

from symopt.factories.options import Options
from symopt.optimizer import Optimizer, compile_optimizer
from symopt.rules import VSGD, BeckerLeCun, Newton


def newton(
    lr: Any,
    tparams: Mapping[str, SharedVariable],
    grads: Any,
    inputs: Sequence[Variable],
    cost: TensorVariable,
    *,
    damping: float = 0.0,
    max_size: int = 2000,
    **options: Unpack[Options],
) -> Optimizer:
    r"""Newton's method, for small problems.

    .. math:: p \leftarrow p - \eta\, (H + \lambda I)^{-1} g_t

    over all parameters as one vector, :math:`H` the Hessian of the cost at the point where the
    gradient was taken. At rate 1 a quadratic is solved in one step.

    Parameters
    ----------
    damping
        :math:`\lambda` in [0, inf) (Levenberg, Marquardt). Without it a singular :math:`H` is an
        error, and an indefinite one leads to a saddle.
    max_size
        Largest number of elements of all parameters together.

    Raises
    ------
    HyperparameterError
        The parameters have more than ``max_size`` elements: with :math:`n` of them phase 1 computes
        :math:`n` Hessian-vector products and parks :math:`n^2` numbers, and phase 2 solves in
        :math:`O(n^3)`.
    NonFiniteError
        From ``f_update``: :math:`H + \lambda I` is singular. No parameter has moved.

    Notes
    -----
    Phase 1 parks :math:`H` beside the gradients. The rule keeps no state. The system is solved in
    float64 whatever the parameters' dtype.

    References
    ----------
    Nocedal, Wright (2006), Numerical optimization, sections 3.3 and 6.3.
    """
    rule = Newton(damping, max_size)
    return compile_optimizer(rule, lr, tparams, grads, inputs, cost, **options)


def becker_lecun(
    lr: Any,
    tparams: Mapping[str, SharedVariable],
    grads: Any,
    inputs: Sequence[Variable],
    cost: TensorVariable,
    *,
    mu: float = 1e-3,
    curvature: str = "exact",
    probes: int = 1,
    **options: Unpack[Options],
) -> Optimizer:
    r"""Gradient descent scaled by the diagonal of the Hessian.

    .. math:: p \leftarrow p - \eta\, \frac{g_t}{|\mathrm{diag}(H_t)| + \mu}

    Parameters
    ----------
    mu
        :math:`\mu` in [0, inf). It bounds the step where the cost is flat; with 0 there is no step
        there but NaN.
    curvature
        "exact": one Hessian-vector product for each element of the parameters, so for small models
        (above 10,000 elements a warning says so). "hutchinson": the estimate
        :math:`\frac{1}{k} \sum_{i=1}^{k} z_i \odot H z_i` from :math:`k` random vectors of +1 and
        -1, unbiased, exact where the Hessian is diagonal.
    probes
        :math:`k`, at least 1, for "hutchinson".

    Notes
    -----
    Phase 1 parks the diagonal beside the gradients. State: none for "exact"; for "hutchinson"
    ``becker_lecun/probe_stream``, an MRG31k3p random stream that phase 2 advances (so phase 1 run
    twice draws the same probes). Becker and LeCun propagate the diagonal back with terms left out;
    this is the Hessian's own.

    References
    ----------
    Becker, LeCun (1988), Improving the convergence of back-propagation learning with second order
    methods.
    Bekas, Kokiopoulou, Saad (2007), An estimator for the diagonal of a matrix ("hutchinson").
    """
    rule = BeckerLeCun(mu, curvature, probes)
    return compile_optimizer(rule, lr, tparams, grads, inputs, cost, **options)


def vsgd(
    lr: Any,
    tparams: Mapping[str, SharedVariable],
    grads: Any,
    inputs: Sequence[Variable],
    cost: TensorVariable,
    *,
    memory: str = "adaptive",
    window: int | None = None,
    curvature: str = "exact",
    mu: float = 1e-3,
    **options: Unpack[Options],
) -> Optimizer:
    r"""Variance-based stochastic gradient descent: no more pesky learning rates.

    .. math::

        p \leftarrow p - \eta\, \frac{1}{\overline h_t + \mu} \cdot
            \frac{\overline{g}_t^{\,2}}{\overline{g^2}_t}\, g_t

    for each element, with the rate :math:`\eta` (1.0 is Schaul's own) and the averages of

    - memory "adaptive": the gradient, its square and :math:`|\mathrm{diag}(H)|`, each as
      :math:`\overline a_t = (1 - \tau_t^{-1})\, \overline a_{t-1} + \tau_t^{-1} a_t`, where the
      memory of each element follows its noise,
      :math:`\tau_{t+1} = (1 - \overline{g}_t^{\,2} / \overline{g^2}_t)\, \tau_t + 1`. For the first
      ten updates :math:`\tau_t = t`, which makes them plain means;
    - memory "window": the last :math:`w` gradients and their squares (fewer at first);
      :math:`\overline h_t` is :math:`|\mathrm{diag}(H_t)|` itself.

    Parameters
    ----------
    memory
        "adaptive" or "window".
    window
        :math:`w`, at least 1, for the memory "window", which needs it.
    curvature
        "exact" or "hutchinson" (one probe), as for :func:`symopt.becker_lecun`.
    mu
        :math:`\mu` in [0, inf). It bounds the step where the cost is flat; with 0 there is no step
        there but NaN.

    Notes
    -----
    Phase 1 parks the diagonal beside the gradients. State, moved by phase 2:
    ``{param}/vsgd/mean_grad``, ``mean_square_grad``, ``mean_curvature``, ``memory``
    (:math:`\tau` of the next update) and ``vsgd/step``; with a window
    ``{param}/vsgd/last_grads`` of shape (window, \*shape) instead; with Hutchinson's probes
    ``vsgd/probe_stream``. The paper starts with a pass over a few examples that moves nothing, and
    overestimates its averages for a while; here the first updates count.

    References
    ----------
    Schaul, Zhang, LeCun (2013), No more pesky learning rates, arXiv:1206.1106, section 4 and
    algorithm 1.
    """
    rule = VSGD(memory, window, curvature, mu)
    return compile_optimizer(rule, lr, tparams, grads, inputs, cost, **options)
