"""What Python 2.4 to 2.6 lacked, from today's standard library."""

import builtins
from collections import Counter as Counter
from collections import OrderedDict as OrderedDict
from collections import defaultdict as defaultdict
from collections import deque as deque
from functools import partial as partial
from itertools import combinations as combinations
from itertools import permutations as permutations
from itertools import product as product

any = builtins.any  # the name that legacy code imports from here
all = builtins.all
