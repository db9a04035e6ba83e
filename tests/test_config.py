"""Settings from the environment and from Python."""

import os

import pytest

import symopt
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
    assert repr(config).endswith("threads=1)")


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


def test_there_is_one_instance():
    assert isinstance(symopt.config, Config)
