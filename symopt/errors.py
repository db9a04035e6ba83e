"""The exceptions of symopt.

Every one derives from :class:`SymoptError` and from ``ValueError`` or ``TypeError``, so a
caller can catch either. A message says what was given, what was expected and how to mend it,
and names the parameter it is about.
"""

from __future__ import annotations


class SymoptError(Exception):
    """Base of every exception that symopt raises on purpose."""


class DTypeError(SymoptError, TypeError):
    """A variable is of a dtype (or kind) that cannot be used where it was given."""


class ShapeError(SymoptError, ValueError):
    """Two shapes or numbers of dimensions that have to agree do not."""


class CostError(SymoptError, ValueError):
    """The cost is not a real floating-point scalar."""


class InputError(SymoptError, ValueError):
    """An input is missing, given twice, or not a symbolic variable."""


class DuplicateTargetError(SymoptError, ValueError):
    """One shared variable stands under two names, or in two roles."""


class ConflictingUpdateError(SymoptError, ValueError):
    """Two updates were given for one shared variable."""


class DisconnectedParameterError(SymoptError, ValueError):
    """The cost does not depend on a parameter, or its gradient is missing."""


class HyperparameterError(SymoptError, ValueError):
    """A hyper-parameter lies outside its range or is not one of its choices."""


class RateError(SymoptError, ValueError):
    """The learning rate is not a finite, non-negative real scalar."""


class RateTypeError(SymoptError, TypeError):
    """The learning rate is missing, given twice, or not a real scalar."""


class RuleError(SymoptError, TypeError):
    """An update rule or a transform breaks its protocol (a slot it never declared...)."""


class TransformOrderError(SymoptError, ValueError):
    """Transforms stand in an order in which they cannot run."""


class UnknownBackendError(SymoptError, ValueError):
    """There is no backend of that name."""


class BackendUnavailableError(SymoptError, ValueError):
    """The backend exists but cannot work here (no compiler, a package missing)."""


class ConfigError(SymoptError, ValueError):
    """A setting, or the environment variable behind it, has a value that makes no sense."""


class StateDictError(SymoptError, ValueError):
    """A state dict does not fit the optimizer; nothing was written."""


class ParamsError(SymoptError, ValueError):
    """Parameters, or a file of them, cannot be read, written or matched by name."""


class CheckpointError(SymoptError, ValueError):
    """A checkpoint cannot be written, or is damaged, foreign or in use by another process."""


class DatasetError(SymoptError, ValueError):
    """A data file is missing, damaged or not in the format expected."""


class NonFiniteError(SymoptError, ValueError):
    """The cost or a gradient was NaN or infinite more often in a row than allowed."""


class NotOnDeviceError(SymoptError, ValueError):
    """JAX cannot compile a node: a shape depends on a value, or there is no form for it."""


class CompileError(SymoptError, ValueError):
    """A C++ compiler refused what symopt generated."""


class TrainingError(SymoptError, ValueError):
    """A training run cannot begin, or go on, as it was asked to."""


class MissingPackageError(SymoptError, ValueError):
    """What was asked for needs a package that is not installed."""


class ReportError(SymoptError, ValueError):
    """A folder holds no training run, or a report of it cannot be written."""


class UnavailableError(SymoptError, TypeError, NotImplementedError):
    """Something of Theano's that symopt cannot have (CUDA kernels...) was used."""


class SourceError(SymoptError, SyntaxError):
    """A source cannot be read or translated; it knows file and line as SyntaxError does."""


class PortError(SymoptError, ValueError):
    """Sources cannot be ported where they are to be ported from or to."""
