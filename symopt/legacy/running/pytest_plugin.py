"""A plugin of pytest: test modules and ``conftest.py`` are translated as other modules are.

pytest has an import hook of its own, which rewrites ``assert`` statements in the source. Here the
translating hook comes first, and pytest's rewriting is applied to the translated tree. Tests
written for nose run too: generators of tests, and modules' and classes' ``setup`` and
``teardown``.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from symopt.legacy.running import loading, script

_config: pytest.Config | None = None


def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Put the hook before pytest's, which has just been installed."""
    global _config
    _config = early_config
    script.begin_in_worker()  # a worker of pytest-xdist, say
    loading.install()
    if _rewriting not in loading.transforms:
        loading.transforms.append(_rewriting)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Put the hook first again: other plugins may have brought their own."""
    loading.install()


def _rewriting(name: str, path: str, data: bytes) -> loading.Transform | None:
    """Pytest's rewriting of assertions, for the modules that pytest would rewrite."""
    config = _config
    if config is None or config.getoption("assertmode", "rewrite") != "rewrite":
        return None
    patterns = config.getini("python_files")
    file = Path(path)
    if file.name != "conftest.py" and not any(file.match(pattern) for pattern in patterns):
        return None

    def rewrite(tree: ast.Module) -> ast.Module:
        try:
            from _pytest.assertion.rewrite import rewrite_asserts
        except ImportError:  # a pytest whose internals have moved: plain asserts do
            return tree
        rewrite_asserts(tree, data, path, config)
        return tree

    return rewrite


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makeitem(collector: Any, name: str, obj: object) -> list[Any] | None:
    """Collect nose's generators of tests, which pytest collects no more."""
    if inspect.isgeneratorfunction(obj) and collector.funcnamefilter(name):
        return list(_generated(collector, name, obj))
    return None


def _generated(collector: Any, name: str, generator: Any) -> Iterator[Any]:
    for number, made in enumerate(_calls(collector, generator)):
        function, *arguments = made if isinstance(made, tuple) else (made,)

        def call(function: Any = function, arguments: Any = tuple(arguments)) -> None:
            function(*arguments)

        yield _Generated.from_parent(collector, name=f"{name}[{number}]", call=call)


def _calls(collector: Any, generator: Any) -> Iterator[Any]:
    if isinstance(collector, pytest.Class):
        return generator(collector.obj())
    return generator()


class _Generated(pytest.Item):
    """One of the tests that a generator gave."""

    def __init__(self, *, call: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._call = call

    def runtest(self) -> None:
        self._call()


@pytest.fixture(autouse=True)
def _nose_setup(request: pytest.FixtureRequest) -> Iterator[None]:
    """Call a test class's ``setup`` and ``teardown``, nose's names for ``setup_method``'s."""
    instance = request.instance
    plain = instance is not None and not hasattr(instance, "assertEqual")
    for name in ("setup", "setUp"):
        if plain and callable(getattr(instance, name, None)):
            getattr(instance, name)()
            break
    yield
    for name in ("teardown", "tearDown"):
        if plain and callable(getattr(instance, name, None)):
            getattr(instance, name)()
            break


@pytest.fixture(autouse=True, scope="module")
def _nose_module_setup(request: pytest.FixtureRequest) -> Iterator[None]:
    """Call a test module's ``setup`` and ``teardown``."""
    module = request.module
    for name in ("setup", "setup_package", "setUp"):
        if inspect.isfunction(getattr(module, name, None)):
            getattr(module, name)()
            break
    yield
    for name in ("teardown", "teardown_package", "tearDown"):
        if inspect.isfunction(getattr(module, name, None)):
            getattr(module, name)()
            break
