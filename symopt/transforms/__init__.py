"""What happens to gradients, steps and parameters around a rule."""

from symopt.transforms.accumulate import accumulate as accumulate
from symopt.transforms.centralize import centralize as centralize
from symopt.transforms.clip import clip_by_global_norm as clip_by_global_norm
from symopt.transforms.clip import clip_by_norm as clip_by_norm
from symopt.transforms.clip import clip_by_value as clip_by_value
from symopt.transforms.decay import weight_decay as weight_decay
from symopt.transforms.ema import ema as ema
from symopt.transforms.max_norm import max_norm as max_norm
from symopt.transforms.noise import add_noise as add_noise
from symopt.transforms.nonfinite import skip_nonfinite as skip_nonfinite
from symopt.transforms.steps import freeze as freeze
from symopt.transforms.steps import scale_steps as scale_steps
from symopt.transforms.transform import GradientTransform as GradientTransform
from symopt.transforms.transform import ParameterTransform as ParameterTransform
from symopt.transforms.transform import StepTransform as StepTransform
from symopt.transforms.transform import Transform as Transform
from symopt.transforms.transform import Transformed as Transformed
