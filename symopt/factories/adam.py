"""The Adam family."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Unpack

from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Variable
from pytensor.tensor.variable import TensorVariable

from symopt.factories.options import Options
from symopt.optimizer import Optimizer, compile_optimizer
from symopt.rules import Adam, AdaMax, AdamW, NAdam, RAdam


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


def adamw(
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
    weight_decay: float = 0.01,
    **options: Unpack[Options],
) -> Optimizer:
    r"""Adam with decoupled weight decay.

    .. math:: p \leftarrow p - \eta \lambda p - \eta\, \hat\Delta_t

    where :math:`\hat\Delta_t` is :func:`symopt.adam`'s step at rate 1, and the decay takes the
    parameter as it was before the update.

    Parameters
    ----------
    beta1, beta2
        :math:`\beta_1, \beta_2` in [0, 1).
    epsilon
        :math:`\varepsilon` in (0, inf).
    epsilon_hat, amsgrad
        As for :func:`symopt.adam`.
    weight_decay
        :math:`\lambda` in [0, inf). It is scaled by the rate, as in PyTorch; the paper scales it by
        the schedule's multiplier alone.

    Notes
    -----
    State: as Adam's, under ``adamw``. The transform ``weight_decay(wd, mode="decoupled")`` does
    the same for any rule.

    References
    ----------
    Loshchilov, Hutter (2019), Decoupled weight decay regularization, arXiv:1711.05101,
    algorithm 2.
    """
    rule = AdamW(beta1, beta2, epsilon, epsilon_hat, amsgrad, weight_decay)
    return compile_optimizer(rule, lr, tparams, grads, inputs, cost, **options)


def nadam(
    lr: Any,
    tparams: Mapping[str, SharedVariable],
    grads: Any,
    inputs: Sequence[Variable],
    cost: TensorVariable,
    *,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-8,
    momentum_decay: float = 0.004,
    **options: Unpack[Options],
) -> Optimizer:
    r"""Adam with Nesterov's momentum.

    .. math::

        \mu_t &= \beta_1 \left(1 - \tfrac{1}{2}\, 0.96^{t \psi}\right) \\
        m_t &= \beta_1 m_{t-1} + (1 - \beta_1)\, g_t, \qquad
            v_t = \beta_2 v_{t-1} + (1 - \beta_2)\, g_t^2 \\
        p &\leftarrow p - \eta\, \frac{
            \frac{1 - \mu_t}{1 - \prod_{i \le t} \mu_i}\, g_t
            + \frac{\mu_{t+1}}{1 - \prod_{i \le t+1} \mu_i}\, m_t
            }{\sqrt{v_t / (1 - \beta_2^t)} + \varepsilon}

    Parameters
    ----------
    beta1, beta2
        :math:`\beta_1, \beta_2` in [0, 1).
    epsilon
        :math:`\varepsilon` in (0, inf).
    momentum_decay
        :math:`\psi` in [0, inf).

    Notes
    -----
    State: ``{param}/nadam/mean_grad`` (:math:`m`), ``mean_square_grad`` (:math:`v`), and
    ``nadam/step`` (:math:`t`, int64), ``nadam/momentum_product`` (:math:`\prod \mu_i`, float64).
    This is PyTorch's form, whose average takes :math:`\beta_1` where the paper's takes
    :math:`\mu_t`. PyTorch keeps the product in its default dtype: in float32 its numbers are off
    by 5e-10 even for float64 parameters.

    References
    ----------
    Dozat (2016), Incorporating Nesterov momentum into Adam, ICLR workshop, algorithm 2.
    """
    rule = NAdam(beta1, beta2, epsilon, momentum_decay)
    return compile_optimizer(rule, lr, tparams, grads, inputs, cost, **options)


def radam(
    lr: Any,
    tparams: Mapping[str, SharedVariable],
    grads: Any,
    inputs: Sequence[Variable],
    cost: TensorVariable,
    *,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-8,
    **options: Unpack[Options],
) -> Optimizer:
    r"""Rectified Adam.

    With Adam's averages :math:`m_t, v_t`,

    .. math::

        \rho_\infty &= \frac{2}{1 - \beta_2} - 1, \qquad
            \rho_t = \rho_\infty - \frac{2 t \beta_2^t}{1 - \beta_2^t} \\
        r_t &= \sqrt{\frac{(\rho_t - 4)(\rho_t - 2)\, \rho_\infty}
            {(\rho_\infty - 4)(\rho_\infty - 2)\, \rho_t}} \\
        p &\leftarrow p - \eta\, \frac{m_t}{1 - \beta_1^t} \cdot
            \begin{cases}
                r_t\, \frac{\sqrt{1 - \beta_2^t}}{\sqrt{v_t} + \varepsilon} & \rho_t > 5 \\
                1 & \text{otherwise}
            \end{cases}

    so that the first steps, whose :math:`v_t` says little, are plain momentum.

    Parameters
    ----------
    beta1, beta2
        :math:`\beta_1, \beta_2` in [0, 1).
    epsilon
        :math:`\varepsilon` in (0, inf).

    Notes
    -----
    State: ``{param}/radam/mean_grad`` (:math:`m`), ``mean_square_grad`` (:math:`v`) and
    ``radam/step`` (:math:`t`, int64). PyTorch's form; the paper rectifies from
    :math:`\rho_t > 4` on and has no epsilon.

    References
    ----------
    Liu, Jiang, He, Chen, Liu, Gao, Han (2020), On the variance of the adaptive learning rate and
    beyond, arXiv:1908.03265, algorithm 2.
    """
    rule = RAdam(beta1, beta2, epsilon)
    return compile_optimizer(rule, lr, tparams, grads, inputs, cost, **options)


def adamax(
    lr: Any,
    tparams: Mapping[str, SharedVariable],
    grads: Any,
    inputs: Sequence[Variable],
    cost: TensorVariable,
    *,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-8,
    epsilon_placement: str = "max",
    **options: Unpack[Options],
) -> Optimizer:
    r"""Adam with the infinity norm.

    .. math::

        m_t &= \beta_1 m_{t-1} + (1 - \beta_1)\, g_t \\
        \text{max:}\quad & u_t = \max(\beta_2 u_{t-1}, |g_t| + \varepsilon), \qquad
            p \leftarrow p - \frac{\eta}{1 - \beta_1^t}\, \frac{m_t}{u_t} \\
        \text{denominator:}\quad & u_t = \max(\beta_2 u_{t-1}, |g_t|), \qquad
            p \leftarrow p - \frac{\eta}{1 - \beta_1^t}\, \frac{m_t}{u_t + \varepsilon}

    Parameters
    ----------
    beta1, beta2
        :math:`\beta_1, \beta_2` in [0, 1).
    epsilon
        :math:`\varepsilon` in (0, inf).
    epsilon_placement
        "max" (PyTorch) or "denominator" (Lasagne). The paper has no epsilon.

    Notes
    -----
    State: ``{param}/adamax/mean_grad`` (:math:`m`), ``norm`` (:math:`u`) and ``adamax/step``
    (:math:`t`, int64).

    References
    ----------
    Kingma, Ba (2015), Adam: A method for stochastic optimization, arXiv:1412.6980, algorithm 2.
    """
    rule = AdaMax(beta1, beta2, epsilon, epsilon_placement)
    return compile_optimizer(rule, lr, tparams, grads, inputs, cost, **options)
