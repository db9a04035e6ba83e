"""Rules that end a run, or change its rate on the way: ``symopt.fit(..., stop=[...])``.

They are the rules of the legacy scripts as objects. Each looks at the run after a validation, keeps
what it counts as named state, and is saved and resumed with the run. Where several are given, the
first one that is met names the end.
"""

from symopt.training.stopping.decay import decay_and_restart as decay_and_restart
from symopt.training.stopping.decay import plateau as plateau
from symopt.training.stopping.limits import held as held
from symopt.training.stopping.limits import max_time as max_time
from symopt.training.stopping.limits import target as target
from symopt.training.stopping.patience import no_better as no_better
from symopt.training.stopping.patience import patience as patience
from symopt.training.stopping.rule import Change as Change
from symopt.training.stopping.rule import StoppingRule as StoppingRule
