"""Theano 1.0.5's ``theano.tensor.nnet.nnet``: softmax, cross-entropies, activations."""

from symopt.legacy.theano._fallback import fallback
from symopt.legacy.theano.tensor._constants import as_tensor_variable as as_tensor_variable
from symopt.legacy.theano.tensor.nnet._activations import elu as elu
from symopt.legacy.theano.tensor.nnet._activations import relu as relu
from symopt.legacy.theano.tensor.nnet._activations import selu as selu
from symopt.legacy.theano.tensor.nnet._activations import softsign as softsign
from symopt.legacy.theano.tensor.nnet._losses import binary_crossentropy as binary_crossentropy
from symopt.legacy.theano.tensor.nnet._losses import (
    categorical_crossentropy as categorical_crossentropy,
)
from symopt.legacy.theano.tensor.nnet._losses import (
    sigmoid_binary_crossentropy as sigmoid_binary_crossentropy,
)
from symopt.legacy.theano.tensor.nnet._ops import (
    CrossentropyCategorical1Hot as CrossentropyCategorical1Hot,
)
from symopt.legacy.theano.tensor.nnet._ops import (
    CrossentropyCategorical1HotGrad as CrossentropyCategorical1HotGrad,
)
from symopt.legacy.theano.tensor.nnet._ops import (
    CrossentropySoftmax1HotWithBiasDx as CrossentropySoftmax1HotWithBiasDx,
)
from symopt.legacy.theano.tensor.nnet._ops import (
    CrossentropySoftmaxArgmax1HotWithBias as CrossentropySoftmaxArgmax1HotWithBias,
)
from symopt.legacy.theano.tensor.nnet._ops import LogSoftmax as LogSoftmax
from symopt.legacy.theano.tensor.nnet._ops import (
    Prepend_scalar_constant_to_each_row as Prepend_scalar_constant_to_each_row,
)
from symopt.legacy.theano.tensor.nnet._ops import (
    Prepend_scalar_to_each_row as Prepend_scalar_to_each_row,
)
from symopt.legacy.theano.tensor.nnet._ops import Softmax as Softmax
from symopt.legacy.theano.tensor.nnet._ops import SoftmaxGrad as SoftmaxGrad
from symopt.legacy.theano.tensor.nnet._ops import SoftmaxWithBias as SoftmaxWithBias
from symopt.legacy.theano.tensor.nnet._ops import (
    crossentropy_categorical_1hot_grad as crossentropy_categorical_1hot_grad,
)
from symopt.legacy.theano.tensor.nnet._ops import (
    crossentropy_softmax_1hot_with_bias_dx as crossentropy_softmax_1hot_with_bias_dx,
)
from symopt.legacy.theano.tensor.nnet._ops import logsoftmax_op as logsoftmax_op
from symopt.legacy.theano.tensor.nnet._ops import softmax_grad as softmax_grad
from symopt.legacy.theano.tensor.nnet._ops import softmax_graph as softmax_graph
from symopt.legacy.theano.tensor.nnet._ops import softmax_op as softmax_op
from symopt.legacy.theano.tensor.nnet._softmax import logsoftmax as logsoftmax
from symopt.legacy.theano.tensor.nnet._softmax import softmax as softmax
from symopt.nnet.confusion_matrix import confusion_matrix as confusion_matrix
from symopt.nnet.crossentropy import crossentropy_categorical_1hot as crossentropy_categorical_1hot
from symopt.nnet.crossentropy import crossentropy_softmax_1hot as crossentropy_softmax_1hot
from symopt.nnet.crossentropy import (
    crossentropy_softmax_1hot_with_bias as crossentropy_softmax_1hot_with_bias,
)
from symopt.nnet.crossentropy import (
    crossentropy_softmax_argmax_1hot_with_bias as crossentropy_softmax_argmax_1hot_with_bias,
)
from symopt.nnet.crossentropy import (
    crossentropy_softmax_max_and_argmax_1hot as crossentropy_softmax_max_and_argmax_1hot,
)
from symopt.nnet.crossentropy import (
    crossentropy_softmax_max_and_argmax_1hot_with_bias as crossentropy_softmax_max_and_argmax_1hot_with_bias,  # noqa: E501
)
from symopt.nnet.hierarchical_softmax import h_softmax as h_softmax
from symopt.nnet.prepend import prepend_0_to_each_row as prepend_0_to_each_row
from symopt.nnet.prepend import prepend_1_to_each_row as prepend_1_to_each_row
from symopt.nnet.prepend import prepend_scalar_to_each_row as prepend_scalar_to_each_row
from symopt.nnet.softmax import softmax_with_bias as softmax_with_bias

_HERE = ("symopt.legacy.theano.tensor.nnet.sigm", "symopt.legacy.theano.tensor.nnet.blocksparse")

__getattr__ = fallback(__name__, *_HERE, "symopt.legacy.theano.tensor.basic")
