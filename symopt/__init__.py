"""symopt: Theano-style training, compiled.

An optimizer factory takes a cost over shared variables and returns two compiled functions,
``(f_grad_shared, f_update)``: one computes the cost and parks the gradients, the other moves
the parameters.
"""

from symopt import nnet as nnet
from symopt import random as random
from symopt import schedules as schedules
from symopt import training as training
from symopt.backends import jax_backend as jax_backend
from symopt.buckets import Buckets as Buckets
from symopt.config import config as config
from symopt.factories import adadelta as adadelta
from symopt.factories import adagrad as adagrad
from symopt.factories import adam as adam
from symopt.factories import adamax as adamax
from symopt.factories import adamw as adamw
from symopt.factories import becker_lecun as becker_lecun
from symopt.factories import momentum as momentum
from symopt.factories import nadam as nadam
from symopt.factories import nesterov as nesterov
from symopt.factories import newton as newton
from symopt.factories import radam as radam
from symopt.factories import rmsprop as rmsprop
from symopt.factories import rprop as rprop
from symopt.factories import sgd as sgd
from symopt.factories import vsgd as vsgd
from symopt.function import CompiledFunction as CompiledFunction
from symopt.function import In as In
from symopt.function import function as function
from symopt.graph import UpdateGraph as UpdateGraph
from symopt.optimizer import Optimizer as Optimizer
from symopt.optimizer import compile_optimizer as compile_optimizer
from symopt.params import init_tparams as init_tparams
from symopt.params import load_params as load_params
from symopt.params import save_params as save_params
from symopt.params import unzip as unzip
from symopt.params import zipp as zipp
from symopt.rules import PerParameterRule as PerParameterRule
from symopt.rules import Rule as Rule
from symopt.state import Slot as Slot
from symopt.training import bucketed as bucketed
from symopt.training import fit as fit
from symopt.training import minibatches as minibatches
from symopt.training import prefetch as prefetch
from symopt.training import prepare_data as prepare_data
from symopt.training import prepare_images as prepare_images
from symopt.training import stopping as stopping
from symopt.transforms import GradientTransform as GradientTransform
from symopt.transforms import ParameterTransform as ParameterTransform
from symopt.transforms import StepTransform as StepTransform
from symopt.transforms import accumulate as accumulate
from symopt.transforms import add_noise as add_noise
from symopt.transforms import centralize as centralize
from symopt.transforms import clip_by_global_norm as clip_by_global_norm
from symopt.transforms import clip_by_norm as clip_by_norm
from symopt.transforms import clip_by_value as clip_by_value
from symopt.transforms import ema as ema
from symopt.transforms import freeze as freeze
from symopt.transforms import max_norm as max_norm
from symopt.transforms import scale_steps as scale_steps
from symopt.transforms import skip_nonfinite as skip_nonfinite
from symopt.transforms import weight_decay as weight_decay

__version__ = "0.1.0"
