"""``imp``, which Python 3.12 has no more, and ``pkg_resources``, which setuptools has no more."""

from __future__ import annotations

import contextlib
import importlib
import importlib.machinery
import importlib.metadata
import importlib.resources
import importlib.util
import re
import sys
import types
import warnings
from typing import Any

from symopt.legacy.python2.replaced.facade import Facade


def _load_source(name: str, path: str, file: Any = None) -> types.ModuleType:
    from symopt.legacy.running.loading import Loader

    spec = importlib.util.spec_from_file_location(name, path, loader=Loader(name, str(path)))
    if spec is None or spec.loader is None:
        raise ImportError(f"No module named {name} at {path}", name=name, path=str(path))
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _find_module(name: str, path: Any = None) -> Any:
    spec = importlib.machinery.PathFinder.find_spec(name, path)
    if spec is None or spec.origin is None:
        raise ImportError(f"No module named {name}", name=name)
    return open(spec.origin, "rb"), spec.origin, (".py", "U", 1)


def _load_module(name: str, file: Any, path: str, description: Any) -> types.ModuleType:
    return _load_source(name, path)


def imp_module() -> types.ModuleType:
    """The functions of ``imp`` that programs call."""
    return Facade(
        "imp",
        None,
        {
            "load_source": _load_source,
            "find_module": _find_module,
            "load_module": _load_module,
            "new_module": types.ModuleType,
            "reload": importlib.reload,
            "acquire_lock": lambda: None,
            "release_lock": lambda: None,
            "PY_SOURCE": 1,
        },
    )


class _Distribution:
    """What ``pkg_resources`` said of an installed package."""

    def __init__(self, name: str) -> None:
        try:
            self.version = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError as error:
            raise DistributionNotFound(name) from error
        self.project_name = self.key = name
        self.location = str(importlib.metadata.distribution(name).locate_file(""))


class DistributionNotFound(Exception):  # noqa: N818 (the name that programs catch)
    """A package is not installed."""


def pkg_resources_module() -> types.ModuleType:
    """``pkg_resources``: the real one where there is one, else what packages ask it for."""
    with contextlib.suppress(ImportError), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says that it will go
        return importlib.import_module("pkg_resources")
    return Facade(
        "pkg_resources",
        None,
        {
            "get_distribution": _Distribution,
            "require": lambda *names: [_Distribution(re.split(r"[<>=!~\[ ]", n)[0]) for n in names],
            "DistributionNotFound": DistributionNotFound,
            "VersionConflict": DistributionNotFound,
            "parse_version": lambda text: tuple(map(int, re.findall(r"\d+", text))),
            "resource_filename": lambda package, path: str(
                importlib.resources.files(package) / path
            ),
            "resource_exists": lambda package, path: (
                importlib.resources.files(package) / path
            ).is_file(),
            "resource_string": lambda package, path: (
                importlib.resources.files(package) / path
            ).read_bytes(),
            "resource_stream": lambda package, path: (
                importlib.resources.files(package) / path
            ).open("rb"),
            "declare_namespace": lambda name: None,
            "iter_entry_points": lambda group, name=None: (
                point
                for point in importlib.metadata.entry_points(group=group)
                if name in (None, point.name)
            ),
        },
    )
