"""Settings from the environment and from Python."""

import os

import numpy as np
import pytest

import symopt
from symopt.backends.rewriting.keep import KeepForwardValues
from symopt.config import Config
from symopt.errors import ConfigError, UnknownBackendError

pytestmark = pytest.mark.core


def test_environment_is_read_when_used_and_python_wins(monkeypatch):
    config = Config()
    monkeypatch.delenv("SYMOPT_BACKEND", raising=False)
    assert config.backend is None
    monkeypatch.setenv("SYMOPT_BACKEND", "numba")
    assert config.backend == "numba"
    config.backend = "c"
    assert config.backend == "c"
    config.backend = None
    assert config.backend == "numba"


def test_threads(monkeypatch):
    config = Config()
    monkeypatch.delenv("SYMOPT_THREADS", raising=False)
    assert 1 <= config.threads <= os.cpu_count()
    monkeypatch.setenv("SYMOPT_THREADS", "3")
    assert config.threads == 3
    config.threads = 1
    assert config.threads == 1
    assert "threads=1" in repr(config)


def test_native(monkeypatch):
    config = Config()
    monkeypatch.delenv("SYMOPT_NATIVE", raising=False)
    assert config.native is True
    for text, on in {"0": False, "off": False, "No": False, "1": True, "TRUE": True}.items():
        monkeypatch.setenv("SYMOPT_NATIVE", text)
        assert config.native is on
    config.native = False
    assert config.native is False
    assert "native=False" in repr(config)
    config.native = None
    assert config.native is True


def test_keep_budget(monkeypatch):
    config = Config()
    monkeypatch.delenv("SYMOPT_KEEP", raising=False)
    assert config.keep_budget == KeepForwardValues().budget == 8.0
    monkeypatch.setenv("SYMOPT_KEEP", "0.5")
    assert config.keep_budget == 0.5
    config.keep_budget = 0
    assert config.keep_budget == 0.0
    config.keep_budget = np.float32(2)
    assert type(config.keep_budget) is float
    assert "keep_budget=2)" in repr(config)
    config.keep_budget = None
    assert config.keep_budget == 0.5


def test_bad_settings_name_where_they_come_from(monkeypatch):
    config = Config()
    monkeypatch.setenv("SYMOPT_BACKEND", "cuda")
    with pytest.raises(UnknownBackendError, match="SYMOPT_BACKEND='cuda'.*'c', 'numba'"):
        config.backend  # noqa: B018  # reading it is what fails
    for text in ("0", "-1", "two", "1.5"):
        monkeypatch.setenv("SYMOPT_THREADS", text)
        with pytest.raises(ConfigError, match="SYMOPT_THREADS"):
            config.threads  # noqa: B018
    for count in (0, True, 1.5, "2"):
        with pytest.raises(ConfigError, match="symopt.config.threads"):
            config.threads = count
    with pytest.raises(UnknownBackendError, match="symopt.config.backend"):
        config.backend = "gpu"
    monkeypatch.setenv("SYMOPT_NATIVE", "maybe")
    with pytest.raises(ConfigError, match=r"SYMOPT_NATIVE='maybe': expected 1 \(on\) or 0"):
        config.native  # noqa: B018
    for native in (1, "on"):
        with pytest.raises(ConfigError, match="symopt.config.native"):
            config.native = native
    for text in ("-1", "lots", "inf", "nan"):
        monkeypatch.setenv("SYMOPT_KEEP", text)
        with pytest.raises(ConfigError, match=f"SYMOPT_KEEP='{text}': expected a number"):
            config.keep_budget  # noqa: B018
    for budget in (-0.1, float("inf"), True, "8", [1], 10**400):
        with pytest.raises(ConfigError, match="symopt.config.keep_budget"):
            config.keep_budget = budget


def test_there_is_one_instance():
    assert isinstance(symopt.config, Config)
