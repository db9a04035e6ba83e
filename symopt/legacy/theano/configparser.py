"""``theano.config``: settings by dotted name, readable and settable as attributes.

Settings that PyTensor knows too live in ``pytensor.config``, so that both are always of one mind.
THEANO_FLAGS and .theanorc are not read at import: :func:`symopt.legacy.install` and
``symopt run`` ask for it, by :func:`read_flags`.
"""

from __future__ import annotations

import configparser
import hashlib
import io
import os
import shlex
import warnings
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from pathlib import Path
from types import TracebackType
from typing import Any

import pytensor

THEANO_FLAGS = ""
THEANO_FLAGS_DICT: dict[str, str] = {}
config_files: list[str] = []
theano_cfg = configparser.ConfigParser()
theano_raw_cfg = configparser.RawConfigParser()
_config_var_list: list[ConfigParam] = []


class TheanoConfigWarning(Warning):
    """A flag that cannot be understood."""

    @classmethod
    def warn(cls, message: str, stacklevel: int = 0) -> None:
        warnings.warn(message, cls, stacklevel=stacklevel + 3)


class ConfigParam:
    """A setting of any value.

    Parameters
    ----------
    default
        Its value before anybody sets it, or a callable that gives it.
    filter
        Turns what is given (text, from the flags) into the value, or raises ``ValueError``.
    allow_override
        Accepted for Theano's sake. Theano refuses to change some settings after its import; here
        every one can be set at any time.
    engine
        Whether the value is that of the setting of this name in ``pytensor.config``.
    """

    def __init__(
        self,
        default: Any,
        filter: Callable[[Any], Any] | None = None,
        allow_override: bool = True,
        engine: bool = False,
    ) -> None:
        self.default = default
        self.filter = filter
        self.allow_override = allow_override
        self.engine = engine
        self.fullname = ""
        self.doc = ""
        self.in_c_key = True
        self.on_set: Callable[[Any], None] | None = None

    @property
    def _engine_name(self) -> str:
        return self.fullname.replace(".", "__")

    @property
    def is_default(self) -> bool:
        """Whether nobody has set it."""
        return not self.engine and not hasattr(self, "val")

    def __get__(self, owner: Any, kind: type | None = None) -> Any:
        if owner is None:
            return self
        if self.engine:
            return getattr(pytensor.config, self._engine_name)
        if not hasattr(self, "val"):
            try:
                self.val = self._filtered(fetch_val_for_key(self.fullname))
            except KeyError:
                return self._filtered(self.default() if callable(self.default) else self.default)
        return self.val

    def __set__(self, owner: Any, value: Any) -> None:
        value = self._filtered(value)
        if self.engine:
            setattr(pytensor.config, self._engine_name, value)
        else:
            self.val = value
        if self.on_set is not None:
            self.on_set(value)

    def _filtered(self, value: Any) -> Any:
        return value if self.filter is None else self.filter(value)

    def __str__(self) -> str:
        return f"{self.fullname} "


class EnumStr(ConfigParam):
    """A setting that is one of some strings; the first is the default."""

    def __init__(
        self,
        default: str,
        *options: str,
        convert: Callable[[Any], Any] | None = None,
        allow_override: bool = True,
        engine: bool = False,
    ) -> None:
        self.all = (default, *options)
        for option in self.all:
            if not isinstance(option, str):
                raise ValueError(f"An option of an EnumStr is {option!r}; expected a string.")

        def filter(value: Any) -> Any:
            value = value if convert is None else convert(value)
            if value in self.all:
                return value
            raise ValueError(
                f'Invalid value ("{value}") for configuration variable "{self.fullname}". '
                f"Valid options are {self.all}"
            )

        super().__init__(default, filter, allow_override, engine)

    def __str__(self) -> str:
        return f"{self.fullname} ({self.all}) "


class TypedParam(ConfigParam):
    """A setting that ``mytype`` makes of what is given."""

    def __init__(
        self,
        default: Any,
        mytype: Callable[[Any], Any],
        is_valid: Callable[[Any], bool] | None = None,
        allow_override: bool = True,
        engine: bool = False,
    ) -> None:
        self.mytype = mytype

        def filter(value: Any) -> Any:
            typed = mytype(value)
            if callable(is_valid) and not is_valid(typed):
                raise ValueError(
                    f'Invalid value ({value}) for configuration variable "{self.fullname}".', value
                )
            return typed

        super().__init__(default, filter, allow_override, engine)

    def __str__(self) -> str:
        return f"{self.fullname} ({self.mytype}) "


def StrParam(
    default: Any,
    is_valid: Callable[[Any], bool] | None = None,
    allow_override: bool = True,
    engine: bool = False,
) -> TypedParam:
    """A setting that is a string."""
    return TypedParam(default, str, is_valid, allow_override, engine)


def IntParam(
    default: Any,
    is_valid: Callable[[Any], bool] | None = None,
    allow_override: bool = True,
    engine: bool = False,
) -> TypedParam:
    """A setting that is an integer."""
    return TypedParam(default, int, is_valid, allow_override, engine)


def FloatParam(
    default: Any,
    is_valid: Callable[[Any], bool] | None = None,
    allow_override: bool = True,
    engine: bool = False,
) -> TypedParam:
    """A setting that is a number."""
    return TypedParam(default, float, is_valid, allow_override, engine)


def BoolParam(
    default: Any,
    is_valid: Callable[[Any], bool] | None = None,
    allow_override: bool = True,
    engine: bool = False,
) -> TypedParam:
    """A setting that is on or off: True, "true", "1", 1 and their opposites."""

    def booltype(value: Any) -> bool | None:
        if value in ["False", "false", "0", False]:
            return False
        return True if value in ["True", "true", "1", True] else None

    return TypedParam(
        default, booltype, is_valid or (lambda value: value is not None), allow_override, engine
    )


class TheanoConfigParser:
    """The settings; ``theano.config`` is the one instance. ``str()`` lists them."""

    _i_am_a_config_class = True

    def __str__(self, print_doc: bool = True) -> str:
        text = io.StringIO()
        _config_print(type(self), text, print_doc)
        return text.getvalue()

    def change_flags(self, *args: Any, **kwargs: Any) -> change_flags:
        """As :class:`change_flags`."""
        return change_flags(*args, **kwargs)


config: Any = TheanoConfigParser()


class change_flags:
    """Set some settings for the time of a ``with`` or of a decorated function.

    Parameters
    ----------
    args
        A mapping, or pairs, of full dotted names to values.
    **kwargs
        Settings whose name has no dot.
    """

    def __init__(
        self, args: Mapping[str, Any] | Iterable[tuple[str, Any]] = (), **kwargs: Any
    ) -> None:
        self.new_vals = {**dict(args), **kwargs}
        self.confs = {name: _named(name) for name in self.new_vals}

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def inner(*args: Any, **kwargs: Any) -> Any:
            with self:
                return function(*args, **kwargs)

        return inner

    def __enter__(self) -> None:
        self.old_vals = {name: param.__get__(config) for name, param in self.confs.items()}
        try:
            for name, param in self.confs.items():
                param.__set__(config, self.new_vals[name])
        except Exception:
            self.__exit__(None, None, None)
            raise

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for name, param in self.confs.items():
            param.__set__(config, self.old_vals[name])


def AddConfigVar(
    name: str, doc: str, configparam: ConfigParam, root: Any = config, in_c_key: bool = True
) -> None:
    """Add a setting to ``theano.config``.

    Parameters
    ----------
    name
        Its full name, sections before dots: "section.option".
    doc
        What it says.
    configparam
        One of :class:`ConfigParam`, :class:`EnumStr`, :func:`BoolParam` and so on.
    root, in_c_key
        Accepted for Theano's sake.

    Raises
    ------
    AttributeError
        The name is taken.
    """
    *sections, option = name.split(".")
    for section in sections:
        if not hasattr(root, section):
            setattr(type(root), section, type("SubObj", (), {"_i_am_a_config_class": True})())
        root = getattr(root, section)
        if not getattr(root, "_i_am_a_config_class", False):
            raise TypeError("Internal config nodes must be config class instances", root)
    if hasattr(root, option):
        raise AttributeError("This name is already taken", name)
    configparam.fullname = name
    configparam.doc = doc
    configparam.in_c_key = in_c_key
    setattr(type(root), option, configparam)
    _config_var_list.append(configparam)
    if name in THEANO_FLAGS_DICT:
        configparam.__set__(root, THEANO_FLAGS_DICT[name])


def parse_config_string(config_string: str, issue_warnings: bool = True) -> dict[str, str]:
    """The settings in a text of the form of THEANO_FLAGS: "key=value,section.key=value"."""
    splitter = shlex.shlex(config_string, posix=True)
    splitter.whitespace = ","
    splitter.whitespace_split = True
    found = {}
    for pair in map(str.strip, splitter):
        if not pair:
            continue
        key, equals, value = pair.partition("=")
        if equals:
            found[key] = value
        elif issue_warnings:
            TheanoConfigWarning.warn(f"Config key '{key}' has no value, ignoring it")
    return found


def config_files_from_theanorc() -> list[str]:
    """The files that THEANORC names, or ~/.theanorc."""
    names = os.environ.get("THEANORC", "~/.theanorc").split(os.pathsep)
    return [os.path.expanduser(name) for name in names if name]


def fetch_val_for_key(key: str, delete_key: bool = False) -> str:
    """What the flags say about a setting, else what the files say.

    Raises
    ------
    KeyError
        Neither says anything.
    """
    if key in THEANO_FLAGS_DICT:
        return THEANO_FLAGS_DICT.pop(key) if delete_key else THEANO_FLAGS_DICT[key]
    section, _, option = key.rpartition(".")
    try:
        return theano_cfg.get(section or "global", option)
    except configparser.InterpolationError:
        return theano_raw_cfg.get(section or "global", option)
    except (configparser.NoOptionError, configparser.NoSectionError):
        raise KeyError(key) from None


def read_flags() -> dict[str, Any]:
    """Take over what THEANO_FLAGS and the files of .theanorc say; the flags win.

    Returns
    -------
    dict
        For each setting that they named, its value before.

    Raises
    ------
    ValueError
        A value that its setting cannot have.
    """
    global THEANO_FLAGS
    values = {param.fullname: param.__get__(config) for param in _config_var_list}
    THEANO_FLAGS = os.environ.get("THEANO_FLAGS", "")
    THEANO_FLAGS_DICT.clear()
    THEANO_FLAGS_DICT.update(parse_config_string(THEANO_FLAGS))
    config_files[:] = config_files_from_theanorc()
    variables = {name: os.environ.get(name, "") for name in ("LSCRATCH", "TMPDIR", "TEMP", "TMP")}
    variables["USER"] = os.environ.get("USER", Path("~").expanduser().name)
    variables["PID"] = str(os.getpid())
    theano_cfg.read_dict({"DEFAULT": {k: v.replace("%", "%%") for k, v in variables.items()}})
    _forget_files()
    for parser in (theano_cfg, theano_raw_cfg):
        parser.read(config_files)
    before: dict[str, Any] = {}
    for param in _config_var_list:
        try:
            value = fetch_val_for_key(param.fullname)
        except KeyError:
            continue
        before[param.fullname] = values[param.fullname]
        param.__set__(config, value)
    for key in THEANO_FLAGS_DICT:
        if key not in before:
            warnings.warn(f"Theano does not recognise this flag: {key}", stacklevel=2)
    return before


def put_back(before: Mapping[str, Any]) -> None:
    """Give settings the values that :func:`read_flags` found, and forget the flags."""
    THEANO_FLAGS_DICT.clear()
    _forget_files()
    for name, value in before.items():
        param = _named(name)
        if param.__get__(config) != value:
            param.__set__(config, value)


def _forget_files() -> None:
    for parser in (theano_cfg, theano_raw_cfg):
        for section in parser.sections():
            parser.remove_section(section)


def get_config_hash() -> str:
    """A hash of the values of all settings that bear on compiled code."""
    lines = sorted(f"{p.fullname} = {p.__get__(config)}" for p in _config_var_list if p.in_c_key)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _config_print(thing: Any, buf: Any, print_doc: bool = True) -> None:
    for param in _config_var_list:
        print(param, file=buf)
        if print_doc:
            print("    Doc: ", param.doc, file=buf)
        print("    Value: ", param.__get__(config), file=buf)
        print("", file=buf)


def _named(name: str) -> ConfigParam:
    for param in _config_var_list:
        if param.fullname == name:
            return param
    raise AssertionError(f"theano.config has no setting {name!r}.")
