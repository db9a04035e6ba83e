"""``theano.scan_module``: loops."""

from symopt.legacy.theano.scan_module import scan_op as scan_op
from symopt.legacy.theano.scan_module import scan_opt as scan_opt
from symopt.legacy.theano.scan_module import scan_utils as scan_utils
from symopt.legacy.theano.scan_module.scan import scan as scan
from symopt.legacy.theano.scan_module.scan_checkpoints import scan_checkpoints as scan_checkpoints
from symopt.legacy.theano.scan_module.scan_utils import clone as clone
from symopt.legacy.theano.scan_module.scan_utils import until as until
from symopt.legacy.theano.scan_module.scan_views import foldl as foldl
from symopt.legacy.theano.scan_module.scan_views import foldr as foldr
from symopt.legacy.theano.scan_module.scan_views import map as map  # Theano's name
from symopt.legacy.theano.scan_module.scan_views import reduce as reduce
