"""symopt: Theano-style training, compiled.

An optimizer factory takes a cost over shared variables and returns two compiled functions,
``(f_grad_shared, f_update)``: one computes the cost and parks the gradients, the other moves
the parameters.
"""

from symopt.config import config as config
from symopt.factories import adadelta as adadelta
from symopt.factories import adam as adam
from symopt.factories import momentum as momentum
from symopt.factories import rmsprop as rmsprop
from symopt.factories import sgd as sgd
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
from symopt.transforms import GradientTransform as GradientTransform
from symopt.transforms import ParameterTransform as ParameterTransform
from symopt.transforms import StepTransform as StepTransform
from symopt.transforms import clip_by_global_norm as clip_by_global_norm
from symopt.transforms import skip_nonfinite as skip_nonfinite

__version__ = "0.1.0"
