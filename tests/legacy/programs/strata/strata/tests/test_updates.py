import numpy as np
import pytest
import theano
import theano.tensor as T

from strata import updates

PCT_TOLERANCE = 1e-5


class TestUpdateFunctions(object):
    # after five steps on the sum of the products of A and B, from A = (1, 1, 1)
    parameters = {
        "sgd": dict(learning_rate=0.1),
        "momentum": dict(learning_rate=0.1, momentum=0.5),
        "nesterov_momentum": dict(learning_rate=0.1, momentum=0.5),
        "adagrad": dict(learning_rate=0.1),
        "rmsprop": dict(learning_rate=0.01),
        "adadelta": dict(),
        "adam": dict(learning_rate=0.01),
        "adamax": dict(learning_rate=0.01),
    }

    def f(self, X):
        return ([0.1, 0.2, 0.3] * X**2).sum()

    def numpy_steps(self, name):
        a = np.array([1.0, 1.0, 1.0])
        c = np.array([0.1, 0.2, 0.3])
        v = w = np.zeros(3)
        for t in range(1, 6):
            g = 2 * c * a
            if name == "sgd":
                a = a - 0.1 * g
            elif name == "momentum":
                v = 0.5 * v - 0.1 * g
                a = a + v
            elif name == "nesterov_momentum":
                v = 0.5 * v - 0.1 * g
                a = a + 0.5 * v - 0.1 * g
            elif name == "adagrad":
                v = v + g**2
                a = a - 0.1 * g / np.sqrt(v + 1e-6)
            elif name == "rmsprop":
                v = 0.9 * v + 0.1 * g**2
                a = a - 0.01 * g / np.sqrt(v + 1e-6)
            elif name == "adadelta":
                v = 0.95 * v + 0.05 * g**2
                u = g * np.sqrt(w + 1e-6) / np.sqrt(v + 1e-6)
                a = a - u
                w = 0.95 * w + 0.05 * u**2
            elif name == "adam":
                v = 0.9 * v + 0.1 * g
                w = 0.999 * w + 0.001 * g**2
                a = a - 0.01 * np.sqrt(1 - 0.999**t) / (1 - 0.9**t) * v / (np.sqrt(w) + 1e-8)
            elif name == "adamax":
                v = 0.9 * v + 0.1 * g
                w = np.maximum(0.999 * w, abs(g))
                a = a - 0.01 / (1 - 0.9**t) * v / (w + 1e-8)
        return a

    @pytest.mark.parametrize("name", sorted(parameters))
    def test_five_steps(self, name):
        A = theano.shared(np.ones(3, dtype=theano.config.floatX))
        B = theano.shared(np.ones(3, dtype=theano.config.floatX))
        update_func = getattr(updates, name)
        ups = update_func(self.f(A) + self.f(B), [A, B], **self.parameters[name])
        do_update = theano.function([], [], updates=ups)
        for _ in range(5):
            do_update()
        assert np.allclose(A.get_value(), B.get_value())
        assert np.allclose(A.get_value(), self.numpy_steps(name), rtol=1e-4, atol=1e-5)

    @pytest.mark.parametrize("name", sorted(parameters))
    def test_float32_stays(self, name):
        A = theano.shared(np.ones((2, 1), dtype="float32"), broadcastable=(False, True))
        ups = getattr(updates, name)(
            (A**2).sum() * np.float32(0.5),
            [A],
            **dict((k, np.float32(v)) for k, v in self.parameters[name].items())
        )
        do_update = theano.function([], [], updates=ups, allow_input_downcast=True)
        do_update()
        assert A.get_value().dtype == "float32"


def test_get_or_compute_grads_raises():
    A, B = T.scalars("A", "B")
    with pytest.raises(ValueError) as e:
        updates.get_or_compute_grads(A + B, [A, B])
    assert "shared variables" in e.value.args[0]
    C = theano.shared(1.0)
    with pytest.raises(ValueError):
        updates.sgd([A, B], [C], 0.1)


def test_norm_constraint():
    param = theano.shared(np.random.RandomState(0).randn(10, 20).astype(theano.config.floatX))
    apply_update = theano.function(
        [], [], updates=[(param, updates.norm_constraint(param, max_norm=1.0))]
    )
    apply_update()
    assert param.dtype == theano.config.floatX
    assert np.max(np.sqrt((param.get_value() ** 2).sum(axis=0))) <= 1 + PCT_TOLERANCE
    with pytest.raises(ValueError):
        updates.norm_constraint(T.vector(), 1.0)


@pytest.mark.parametrize("max_norm", [0.5, 10.0])
def test_total_norm_constraint(max_norm):
    x1, x2 = T.matrix(), T.tensor3()
    threshold = np.asarray(max_norm, theano.config.floatX)
    scaled, norm = updates.total_norm_constraint([x1, x2], threshold, return_norm=True)
    f = theano.function([x1, x2], scaled + [norm], allow_input_downcast=True)
    s1, s2, n = f(np.ones((2, 2)), np.ones((1, 2, 2)))
    assert np.isclose(n, np.sqrt(8))
    assert np.isclose(np.sqrt((s1**2).sum() + (s2**2).sum()), min(max_norm, n), rtol=1e-4)
