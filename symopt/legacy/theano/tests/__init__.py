"""Tools of tests; Theano's own tests are not here."""

from symopt.legacy.theano._fallback import fallback

__getattr__ = fallback(__name__)
