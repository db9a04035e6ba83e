import theano
import theano.tensor as T

from .. import init
from .base import Layer
from .dense import NonlinearityLayer

__all__ = ["BatchNormLayer", "batch_norm"]


class BatchNormLayer(Layer):
    """The running statistics are default updates: they move when a function in training runs."""

    def __init__(
        self,
        incoming,
        axes="auto",
        epsilon=1e-4,
        alpha=0.1,
        beta=init.Constant(0),
        gamma=init.Constant(1),
        mean=init.Constant(0),
        inv_std=init.Constant(1),
        **kwargs
    ):
        super(BatchNormLayer, self).__init__(incoming, **kwargs)
        if axes == "auto":
            axes = (0,) + tuple(range(2, len(self.input_shape)))
        self.axes = axes
        self.epsilon = epsilon
        self.alpha = alpha
        shape = [size for axis, size in enumerate(self.input_shape) if axis not in self.axes]
        if any(size is None for size in shape):
            raise ValueError(
                "BatchNormLayer needs specified input sizes for all axes not normalized over."
            )
        self.beta = self.add_param(beta, shape, "beta", trainable=True, regularizable=False)
        self.gamma = self.add_param(gamma, shape, "gamma", trainable=True, regularizable=True)
        self.mean = self.add_param(mean, shape, "mean", trainable=False, regularizable=False)
        self.inv_std = self.add_param(
            inv_std, shape, "inv_std", trainable=False, regularizable=False
        )

    def get_output_for(self, input, deterministic=False, **kwargs):
        input_mean = input.mean(self.axes)
        input_inv_std = T.inv(T.sqrt(input.var(self.axes) + self.epsilon))
        if deterministic:
            mean, inv_std = self.mean, self.inv_std
        else:
            mean, inv_std = input_mean, input_inv_std
            # copies whose default updates are the new statistics
            running_mean = theano.clone(self.mean, share_inputs=False)
            running_inv_std = theano.clone(self.inv_std, share_inputs=False)
            running_mean.default_update = (1 - self.alpha) * running_mean + self.alpha * input_mean
            running_inv_std.default_update = (
                1 - self.alpha
            ) * running_inv_std + self.alpha * input_inv_std
            mean += 0 * running_mean
            inv_std += 0 * running_inv_std
        param_axes = iter(range(input.ndim - len(self.axes)))
        pattern = [
            "x" if input_axis in self.axes else next(param_axes) for input_axis in range(input.ndim)
        ]
        beta, gamma = self.beta.dimshuffle(pattern), self.gamma.dimshuffle(pattern)
        mean, inv_std = mean.dimshuffle(pattern), inv_std.dimshuffle(pattern)
        return (input - mean) * (gamma * inv_std) + beta


def batch_norm(layer, **kwargs):
    """Puts batch normalisation between a layer and its nonlinearity."""
    nonlinearity = getattr(layer, "nonlinearity", None)
    if nonlinearity is not None:
        layer.nonlinearity = lambda x: x
    if hasattr(layer, "b") and layer.b is not None:
        del layer.params[layer.b]
        layer.b = None
    bn_name = kwargs.pop("name", None) or (getattr(layer, "name", None) and layer.name + "_bn")
    layer = BatchNormLayer(layer, name=bn_name, **kwargs)
    if nonlinearity is not None:
        layer = NonlinearityLayer(layer, nonlinearity)
    return layer
