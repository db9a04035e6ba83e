"""The neural-network operations that PyTensor dropped, with Theano's names and semantics.

Images are (batch, channels, rows, columns). Every operation works on all backends, forward and
backward.
"""

from symopt.nnet.activations import elu as elu
from symopt.nnet.activations import gelu as gelu
from symopt.nnet.activations import hard_sigmoid as hard_sigmoid
from symopt.nnet.activations import maxout as maxout
from symopt.nnet.activations import relu as relu
from symopt.nnet.activations import selu as selu
from symopt.nnet.activations import sigmoid as sigmoid
from symopt.nnet.activations import softplus as softplus
from symopt.nnet.activations import softsign as softsign
from symopt.nnet.activations import ultra_fast_sigmoid as ultra_fast_sigmoid
from symopt.nnet.bn import batch_normalization as batch_normalization
from symopt.nnet.bn import batch_normalization_test as batch_normalization_test
from symopt.nnet.bn import batch_normalization_train as batch_normalization_train
from symopt.nnet.confusion_matrix import confusion_matrix as confusion_matrix
from symopt.nnet.conv import causal_conv1d as causal_conv1d
from symopt.nnet.conv import conv1d as conv1d
from symopt.nnet.conv import conv2d as conv2d
from symopt.nnet.conv import conv2d_grad_wrt_inputs as conv2d_grad_wrt_inputs
from symopt.nnet.conv import conv2d_grad_wrt_weights as conv2d_grad_wrt_weights
from symopt.nnet.conv import conv2d_transpose as conv2d_transpose
from symopt.nnet.conv import conv3d as conv3d
from symopt.nnet.conv import conv3d_grad_wrt_inputs as conv3d_grad_wrt_inputs
from symopt.nnet.conv import conv3d_grad_wrt_weights as conv3d_grad_wrt_weights
from symopt.nnet.conv import get_conv_output_shape as get_conv_output_shape
from symopt.nnet.conv import separable_conv2d as separable_conv2d
from symopt.nnet.conv import separable_conv3d as separable_conv3d
from symopt.nnet.crossentropy import binary_crossentropy as binary_crossentropy
from symopt.nnet.crossentropy import categorical_crossentropy as categorical_crossentropy
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
from symopt.nnet.crossentropy import sigmoid_binary_crossentropy as sigmoid_binary_crossentropy
from symopt.nnet.ctc import (
    connectionist_temporal_classification as connectionist_temporal_classification,
)
from symopt.nnet.ctc import ctc as ctc
from symopt.nnet.dropout import dropout as dropout
from symopt.nnet.dropout import spatial_dropout as spatial_dropout
from symopt.nnet.hierarchical_softmax import h_softmax as h_softmax
from symopt.nnet.local_response_normalisation import (
    local_response_normalisation as local_response_normalisation,
)
from symopt.nnet.losses import hinge as hinge
from symopt.nnet.losses import kullback_leibler as kullback_leibler
from symopt.nnet.losses import multiclass_hinge as multiclass_hinge
from symopt.nnet.losses import squared_error as squared_error
from symopt.nnet.neighbours import images2neibs as images2neibs
from symopt.nnet.neighbours import neibs2images as neibs2images
from symopt.nnet.pool import max_pool_2d_same_size as max_pool_2d_same_size
from symopt.nnet.pool import pool_2d as pool_2d
from symopt.nnet.pool import pool_3d as pool_3d
from symopt.nnet.prepend import prepend_0_to_each_row as prepend_0_to_each_row
from symopt.nnet.prepend import prepend_1_to_each_row as prepend_1_to_each_row
from symopt.nnet.prepend import prepend_scalar_to_each_row as prepend_scalar_to_each_row
from symopt.nnet.softmax import logsoftmax as logsoftmax
from symopt.nnet.softmax import softmax as softmax
from symopt.nnet.softmax import softmax_with_bias as softmax_with_bias
from symopt.nnet.unshared_convolution import unshared_conv2d as unshared_conv2d
from symopt.nnet.upsampling import bilinear_kernel_1D as bilinear_kernel_1D
from symopt.nnet.upsampling import bilinear_kernel_2D as bilinear_kernel_2D
from symopt.nnet.upsampling import bilinear_upsampling as bilinear_upsampling
from symopt.nnet.upsampling import frac_bilinear_upsampling as frac_bilinear_upsampling
