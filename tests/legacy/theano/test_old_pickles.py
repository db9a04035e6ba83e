"""Shared variables that Theano itself has pickled."""

import base64
import pickle
import zlib

import numpy as np
import pytest

import symopt.legacy
import symopt.legacy.theano as theano

# By Theano 1.0.5, protocol 2: a dict of "W", a shared float32 array [[1.5]] whose second axis is
# broadcastable, and "x", an fmatrix; their tags emptied.
PICKLE = zlib.decompress(
    base64.b64decode(
        "eNpdUltT00AUTguFskgtKirerxi8RKHgFfXBNzuTh8poXpzOJlm6GUO232Yj9KEz+GAhv8sfprtbOiDZmcz5zp7L"
        "t985B9UhHDeoOI7zDZVIcUYz4SmW5UJ6OaeSxT+pJNvW8cXir1QmNEwZQXX1F6aGmHaDKZ2vaA+1SYWe2PEKlaQ5"
        "ySNJVcT7NCaY0QmzwbQJHvQZ6mf6Gedxq21jYk7HkyHm3aCmc2KbdC6Y1fZOKqhqrWMhWNAolILGEc2V4YVGeTTC"
        "edsmo7sMTT+YN3ax2x90x0UWI4uIRQQXgqqpuYGL5dEhLnWw5LanrChbuOz7/ue/+rO/tqNwJbT18j6VOev2JI1x"
        "tSxCy1HsZUxi2bcgyWK2j2s+b/JKMKcdtFCiazldD2YmuIUb9jISmaKJSb95WsU0yX6QT5M7gltak9tD3HF5nRNb"
        "2eiRKyFpj+Hud9wbv82LhGTebpGqhEpJB6QrmW6RK1lEiuD+sQJZPL7Fg7bzGw+jbiRiFuWEZcYgWLEyhHhkCadU"
        "Jdka3BFWO3h8iCcdPHXbFXNGeMaXSr5iX+44fw4+wuM68HkHLxTWQhrUtVsyGossHWC9tAU1nSRSaJVBw+iRpmKv"
        "G2sRzTCx4Reh1tUQ2MfmmWU5WcuThXyptXk1xGuX17jZtTdaI7NDb4d45/L/N2eLN8pyhPe86fNFvsTNCPmyz+24"
        "NvmpAW3ig+bh/QN+Uf5G"
    )
)


@pytest.mark.core
def test_variables_of_an_old_model(monkeypatch):
    monkeypatch.setenv("THEANO_FLAGS", "")
    with symopt.legacy.install():
        loaded = pickle.loads(PICKLE, encoding="latin1")
    W, x = loaded["W"], loaded["x"]
    assert (W.name, x.name) == ("W", "x")
    assert W.broadcastable == (False, True)
    assert x.type == theano.tensor.fmatrix
    assert not hasattr(x, "value")
    W.set_value(2 * W.get_value())
    f = theano.function([x], x.dot(W), updates=[(W, W + 1)], mode="FAST_COMPILE")
    np.testing.assert_array_equal(f([[2.0]]), [[6.0]])
    np.testing.assert_array_equal(W.get_value(), [[4.0]])
    again = pickle.loads(pickle.dumps(W))
    assert again.type == W.type
