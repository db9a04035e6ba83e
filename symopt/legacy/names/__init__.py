"""The table of Theano's names: which legacy code uses, and what each is here.

``python -m symopt.legacy.names`` prints the page ``docs/theano_names.md``; with a path it writes
it there.
"""

from symopt.legacy.names.status import Status as Status
from symopt.legacy.names.status import status as status
from symopt.legacy.names.usage import Usage as Usage
from symopt.legacy.names.usage import usage as usage
