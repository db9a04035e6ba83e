"""What happens to gradients, steps and parameters around a rule."""

from symopt.transforms.clip import clip_by_global_norm as clip_by_global_norm
from symopt.transforms.nonfinite import skip_nonfinite as skip_nonfinite
from symopt.transforms.transform import GradientTransform as GradientTransform
from symopt.transforms.transform import ParameterTransform as ParameterTransform
from symopt.transforms.transform import StepTransform as StepTransform
from symopt.transforms.transform import Transform as Transform
from symopt.transforms.transform import Transformed as Transformed
