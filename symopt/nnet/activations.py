r"""Activation functions, elementwise but for :func:`maxout`: Theano's, and ``gelu``.

All take ``x``, a symbolic tensor of any shape (or an array, or numbers), and return a tensor of
its dtype; integers and booleans are taken as floatX. Each is a graph of PyTensor's own
operations, which the backends fuse into one loop. What they give at their kinks is in
docs/kinks.md.
"""

from __future__ import annotations

import math
from typing import Any

import pytensor.tensor as pt
from pytensor.gradient import UndefinedGrad, disconnected_grad, grad_undefined
from pytensor.graph.basic import Variable
from pytensor.tensor.variable import TensorVariable

from symopt.errors import ShapeError
from symopt.hyperparameters import check_flag, check_integer
from symopt.nnet.floats import as_float, as_float_like, number

SELU_SCALE = 1.0507009873554804934193349852946
SELU_ALPHA = 1.6732632423543772848170429916717


def sigmoid(x: Any) -> TensorVariable:
    r"""The logistic function.

    .. math:: \sigma(x) = 1 / (1 + e^{-x})

    Parameters
    ----------
    x
        A tensor of any shape.

    Notes
    -----
    Theano's C code returns exactly 1 above 19 (float32: 15); here the sum rounds to 1 only above 37
    (float32: 17), so values differ by less than 6e-9 there (float32: 4e-7).
    """
    return pt.sigmoid(as_float(x))


def hard_sigmoid(x: Any) -> TensorVariable:
    r"""Three straight lines in place of the logistic function.

    .. math:: y = \min(\max(0.2 x + 0.5,\, 0),\, 1)

    The gradient is 0.2 for x within [-2.5, 2.5], both ends included.

    Parameters
    ----------
    x
        A tensor of any shape.

    Notes
    -----
    PyTorch's ``hardsigmoid`` is another one, :math:`x/6 + 0.5` between -3 and 3.
    """
    x = as_float(x)
    # Clipped before the line: after it, a fused multiply-add puts -2.5 just below 0.
    within = pt.clip(x, number(-2.5, x), number(2.5, x))
    return number(0.2, x) * (within + number(2.5, x))


def ultra_fast_sigmoid(x: Any) -> TensorVariable:
    r"""Theano's approximation of the logistic function without an exponential; forward only.

    .. math::
        y = \tfrac12 (1 + \operatorname{sgn}(x)\, h(|x| / 2)), \qquad
        h(u) = \begin{cases}
            1.5 u / (1 + u) & u < 1.7 \\
            0.935409070603099 + 0.0458812946797165 (u - 1.7) & u < 3 \\
            0.99505475368673
        \end{cases}

    Parameters
    ----------
    x
        A tensor of any shape.

    Raises
    ------
    pytensor.gradient.NullTypeGradError
        When a gradient through it is asked for, as in Theano; take :func:`sigmoid` or
        :func:`hard_sigmoid` to train.
    """
    x = _no_gradient(as_float(x))
    u = number(0.5, x) * abs(x)
    near = number(1.5, x) * u / (number(1, x) + u)
    line = number(0.935409070603099, x) + number(0.0458812946797165, x) * (u - number(1.7, x))
    far = number(0.99505475368673, x)
    h = pt.switch(pt.lt(u, number(1.7, x)), near, pt.switch(pt.lt(u, number(3, x)), line, far))
    return number(0.5, x) * (number(1, x) + pt.switch(pt.ge(x, number(0, x)), h, -h))


class _NoGradient(UndefinedGrad):
    """The identity of a function that has no gradient; rewriting removes it."""

    def pullback(self, args: Any, outputs: Any, g_outs: Any) -> list[Variable]:
        comment = (
            "ultra_fast_sigmoid has no gradient (nor has it in Theano). Use sigmoid or "
            "hard_sigmoid to train."
        )
        return [grad_undefined(self, 0, args[0], comment)]


_no_gradient = _NoGradient()


def softplus(x: Any) -> TensorVariable:
    r"""The logarithm of one plus an exponential, without overflow.

    .. math:: y = \log(1 + e^x)

    Parameters
    ----------
    x
        A tensor of any shape.

    Notes
    -----
    Theano's C code returns x itself above 16 (float32: 14); here the difference is not yet cut
    off, and less than 2e-7 (float32: 1e-6).
    """
    return pt.softplus(as_float(x))


def softsign(x: Any) -> TensorVariable:
    r"""A sigmoid with polynomial tails.

    .. math:: y = x / (1 + |x|)

    Parameters
    ----------
    x
        A tensor of any shape.

    References
    ----------
    - J. Turian, J. Bergstra, Y. Bengio, Quadratic features and deep architectures for chunking,
      NAACL 2009
    """
    x = as_float(x)
    return x / (number(1, x) + abs(x))


def relu(x: Any, alpha: Any = 0) -> TensorVariable:
    r"""The rectifier, with slope ``alpha`` for negative values.

    .. math:: y = \tfrac12 (1 + \alpha) x + \tfrac12 (1 - \alpha) |x|
            = \begin{cases} x & x > 0 \\ \alpha x & x \le 0 \end{cases}

    Computed by the first form, as in Theano, so that the gradient at 0 is
    :math:`(1 + \alpha) / 2`: 0.5 for the plain rectifier.

    Parameters
    ----------
    x
        A tensor of any shape.
    alpha
        The slope: a number, an array, or a symbolic tensor (learned, say) that broadcasts
        against ``x``; any value. Default 0.

    Notes
    -----
    The halves of :math:`\pm\infty` add up to NaN, in Theano as well; mask with a large number
    instead.
    """
    x = as_float(x)
    half, one = number(0.5, x), number(1, x)
    if not isinstance(alpha, Variable) and alpha is not None and _is_zero(alpha):
        return half * (x + abs(x))
    alpha = as_float_like(alpha, x)
    return half * (one + alpha) * x + half * (one - alpha) * abs(x)


def _is_zero(alpha: Any) -> bool:
    return getattr(alpha, "ndim", 0) == 0 and not isinstance(alpha, list | tuple) and alpha == 0


def elu(x: Any, alpha: Any = 1) -> TensorVariable:
    r"""The exponential linear unit.

    .. math:: y = \begin{cases} x & x > 0 \\ \alpha (e^x - 1) & x \le 0 \end{cases}

    The gradient at 0 is :math:`\alpha`.

    Parameters
    ----------
    x
        A tensor of any shape.
    alpha
        :math:`-\alpha` is the limit at :math:`-\infty`: a number, an array or a symbolic tensor
        that broadcasts against ``x``. Default 1.

    Notes
    -----
    Theano's gradient is NaN where :math:`e^x` overflows (709; float32: 88); this one is 1.

    References
    ----------
    - D.-A. Clevert, T. Unterthiner, S. Hochreiter, Fast and accurate deep network learning by
      exponential linear units, 2015, https://arxiv.org/abs/1511.07289
    """
    x = as_float(x)
    zero = number(0, x)
    positive = pt.gt(disconnected_grad(x), zero)  # else its gradient, of 0, is of dtype floatX
    return pt.switch(positive, x, as_float_like(alpha, x) * pt.expm1(pt.minimum(x, zero)))


def selu(x: Any) -> TensorVariable:
    r"""The scaled exponential linear unit, which keeps mean 0 and variance 1 from layer to layer.

    .. math:: y = \lambda\, \mathrm{elu}(x, \alpha), \quad
        \lambda \approx 1.0507,\ \alpha \approx 1.6733

    The gradient at 0 is :math:`\lambda \alpha \approx 1.7581`.

    Parameters
    ----------
    x
        A tensor of any shape.

    References
    ----------
    - G. Klambauer, T. Unterthiner, A. Mayr, S. Hochreiter, Self-normalizing neural networks,
      2017, https://arxiv.org/abs/1706.02515
    """
    x = as_float(x)
    return number(SELU_SCALE, x) * elu(x, SELU_ALPHA)


def gelu(x: Any, approximate: bool = False) -> TensorVariable:
    r"""The Gaussian error linear unit; Theano has none.

    .. math:: y = x\, \Phi(x) = \tfrac12 x\, \mathrm{erfc}(-x / \sqrt 2)

    or, approximately,

    .. math:: y = \tfrac12 x \left(1 + \tanh\left(\sqrt{2/\pi}\,(x + 0.044715\, x^3)\right)\right)

    Parameters
    ----------
    x
        A tensor of any shape.
    approximate
        True for the second form. Default False.

    Raises
    ------
    HyperparameterError
        ``approximate`` is not True or False.

    References
    ----------
    - D. Hendrycks, K. Gimpel, Gaussian error linear units, 2016, https://arxiv.org/abs/1606.08415
    """
    x = as_float(x)
    half = number(0.5, x)
    if not check_flag("gelu", "approximate", approximate):
        return half * x * pt.erfc(number(-math.sqrt(0.5), x) * x)
    inner = number(math.sqrt(2 / math.pi), x) * (x + number(0.044715, x) * x * x * x)
    return half * x * (number(1, x) + pt.tanh(inner))


def maxout(x: Any, pool_size: int, axis: int = -1) -> TensorVariable:
    r"""The largest of each ``pool_size`` consecutive units.

    .. math:: y_i = \max_{0 \le j < k} x_{i k + j}

    which legacy code writes ``x.reshape((..., n / k, k)).max(axis=-1)``. All units that tie for
    the maximum get the gradient.

    Parameters
    ----------
    x
        A tensor of at least one dimension.
    pool_size
        :math:`k`, at least 1; it divides the number of units.
    axis
        The axis of the units. Default: the last.

    Returns
    -------
    A tensor like ``x`` with ``pool_size`` times fewer units on ``axis``.

    Raises
    ------
    HyperparameterError
        ``pool_size`` is not an integer of at least 1.
    ShapeError
        ``x`` has no such axis, or ``pool_size`` is known not to divide it. Where the number of
        units is not known before, the reshape fails when the function runs.

    References
    ----------
    - I. Goodfellow, D. Warde-Farley, M. Mirza, A. Courville, Y. Bengio, Maxout networks, ICML
      2013, https://arxiv.org/abs/1302.4389
    """
    x = as_float(x)
    k = check_integer("maxout", "pool_size", pool_size, low=1)
    if not -x.ndim <= axis < x.ndim:
        raise ShapeError(f"maxout: axis={axis} but x has {x.ndim} dimensions.")
    axis %= x.ndim
    units = x.type.shape[axis]
    if units is not None and units % k:
        raise ShapeError(
            f"maxout: x has {units} units on axis {axis}, which pool_size={k} does not divide. "
            f"Use a number of units that is a multiple of {k}."
        )
    groups = x.shape[axis] // k if units is None else units // k
    known = [n if n is not None else x.shape[i] for i, n in enumerate(x.type.shape)]
    return x.reshape((*known[:axis], groups, k, *known[axis + 1 :])).max(axis=axis + 1)
