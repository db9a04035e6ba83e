"""Ports Theano programs to PyTensor and symopt: Python 3, comments and layout kept.

:func:`port` reads a file or a tree and says what it would become, :func:`write` puts that on the
disk with a report; ``symopt port`` is the command. :func:`names_table` is the table of names that
they go by.
"""

from symopt.legacy.porting.changes import Change as Change
from symopt.legacy.porting.equivalents import Equivalent as Equivalent
from symopt.legacy.porting.equivalents import equivalent as equivalent
from symopt.legacy.porting.equivalents import names_table as names_table
from symopt.legacy.porting.module import PortedModule as PortedModule
from symopt.legacy.porting.module import port_source as port_source
from symopt.legacy.porting.tree import Port as Port
from symopt.legacy.porting.tree import PortedFile as PortedFile
from symopt.legacy.porting.tree import port as port
from symopt.legacy.porting.writing import write as write
