"""theano.config: every setting, THEANO_FLAGS and .theanorc."""

import warnings

import pytensor
import pytest

import symopt
import symopt.legacy
import symopt.legacy.theano as theano
from symopt.legacy.theano import configdefaults, configparser


@pytest.fixture
def as_it_was():
    before = {p.fullname: p.__get__(theano.config) for p in configparser._config_var_list}
    yield
    for param in configparser._config_var_list:
        if param.__get__(theano.config) != before.get(param.fullname, 3):
            param.__set__(theano.config, before[param.fullname])
    configparser.THEANO_FLAGS_DICT.clear()


@pytest.mark.core
def test_every_setting_can_be_read():
    names = [param.fullname for param in configparser._config_var_list]
    assert len(names) >= 140
    text = str(theano.config)
    assert all(name in text for name in names)
    assert theano.config.scan.allow_gc is False
    assert theano.config.warn.subtensor_merge_bug is False
    assert theano.config.device == "cpu"
    assert theano.config.compute_test_value == "off"
    assert theano.config.unittests.rseed == "666"
    assert theano.config.NanGuardMode.action == "raise"
    assert theano.config.lib.cnmem == 0.0
    with pytest.raises(AttributeError):
        theano.config.no_such_setting  # noqa: B018


@pytest.mark.core
def test_settings_that_pytensor_has_are_its_own(as_it_was):
    theano.config.floatX = "float32"
    assert pytensor.config.floatX == "float32"
    pytensor.config.floatX = "float64"
    assert theano.config.floatX == "float64"
    theano.config.NanGuardMode.inf_is_error = "False"
    assert pytensor.config.NanGuardMode__inf_is_error is False
    theano.config.warn.subtensor_merge_bug = True
    assert theano.config.warn.subtensor_merge_bug is True
    theano.config.floatX = "32"
    assert theano.config.floatX == "float32"
    for wrong in ("float80", 32):
        with pytest.raises(ValueError, match="floatX"):
            theano.config.floatX = wrong


@pytest.mark.core
def test_flags_for_a_while():
    with theano.change_flags({"scan.allow_gc": True}, floatX="float32"):
        assert theano.config.scan.allow_gc
        assert theano.config.floatX == "float32"
    assert theano.config.floatX == "float64"

    @theano.configparser.change_flags([("floatX", "float32")])
    def inside():
        return theano.config.floatX

    assert inside() == "float32"
    assert theano.config.floatX == "float64"
    with pytest.raises(AssertionError):
        theano.change_flags(nothing=1)


@pytest.mark.core
def test_flags_of_the_environment_win_over_the_file(monkeypatch, tmp_path, as_it_was):
    (tmp_path / "rc").write_text(
        "[global]\nfloatX = float32\nmode = FAST_RUN\n"
        "[scan]\nallow_gc = True\n[blas]\nldflags = -lx\n"
    )
    monkeypatch.setenv("THEANORC", str(tmp_path / "rc"))
    monkeypatch.setenv("THEANO_FLAGS", "mode=FAST_COMPILE,warn.round=True,gcc.cxxflags='-a,-b'")
    with symopt.legacy.install():
        assert theano.config.floatX == "float32"
        assert theano.config.mode == "FAST_COMPILE"
        assert theano.config.scan.allow_gc is True
        assert theano.config.warn.round is True
        assert theano.config.gcc.cxxflags == "-a,-b"
        assert theano.config.blas.ldflags == "-lx"
    assert theano.config.floatX == "float64", "flags hold while it is installed"
    assert theano.config.mode == "Mode"
    assert theano.config.scan.allow_gc is False


def test_flags_that_make_no_sense(monkeypatch, as_it_was):
    monkeypatch.setenv("THEANORC", "")
    monkeypatch.setenv("THEANO_FLAGS", "nonsense=1")
    with pytest.warns(UserWarning, match="does not recognise this flag: nonsense"):
        configparser.read_flags()
    monkeypatch.setenv("THEANO_FLAGS", "floatX")
    with pytest.warns(configparser.TheanoConfigWarning, match="no value"):
        configparser.read_flags()
    monkeypatch.setenv("THEANO_FLAGS", "floatX=float80")
    with pytest.raises(ValueError, match="floatX"):
        configparser.read_flags()
    monkeypatch.setenv("THEANO_FLAGS", "device=gpu0,lib.cnmem=0.8,nvcc.fastmath=True")
    monkeypatch.setenv("SYMOPT_BACKEND", "c")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        configdefaults.read_flags()
    assert theano.config.lib.cnmem == 0.8


def test_a_gpu_is_jax_where_there_is_one(monkeypatch, as_it_was):
    from symopt.backends.jax.backend import JaxBackend

    monkeypatch.delenv("SYMOPT_BACKEND", raising=False)
    monkeypatch.setenv("THEANORC", "")
    monkeypatch.setenv("THEANO_FLAGS", "device=cuda0")
    monkeypatch.setattr(JaxBackend, "sees_gpu", staticmethod(lambda: False))
    with pytest.warns(UserWarning, match="the CPU is used"):
        configdefaults.read_flags()
    assert theano.config.device == "cpu"
    assert symopt.config.backend is None
    monkeypatch.setattr(JaxBackend, "sees_gpu", staticmethod(lambda: True))
    undo = configdefaults.read_flags()
    assert symopt.config.backend == "jax"
    undo()
    assert symopt.config.backend is None


def test_a_setting_of_ones_own(as_it_was):
    configparser.THEANO_FLAGS_DICT["mine.size"] = "3"
    configparser.AddConfigVar("mine.size", "How large.", configparser.IntParam(1, lambda n: n > 0))
    assert theano.config.mine.size == 3
    with pytest.raises(ValueError, match="mine.size"):
        theano.config.mine.size = 0
    with pytest.raises(AttributeError, match="taken"):
        configparser.AddConfigVar("mine.size", "", configparser.IntParam(1))
    assert configparser.get_config_hash() == configparser.get_config_hash()


def test_test_values_are_ignored_with_one_notice(as_it_was):
    configdefaults._test_value_notice = False
    with pytest.warns(UserWarning, match="tag.test_value"):
        theano.config.compute_test_value = "raise"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        theano.config.compute_test_value = "warn"
        x = theano.tensor.vector()
        x.tag.test_value = [1.0]
        assert (x + 1).ndim == 1
    assert theano.gof.op.get_test_value(x) == [1.0]
