"""The demo, killed at random moments and resumed, ends as if nobody had killed it."""

import random

import pytest

from symopt.backends.choose import all_backends
from tests.training.kills import kill_until


def test_five_kills(tmp_path):
    if not all_backends()["c"].diagnose().works:
        pytest.skip("there is no C++ compiler")
    happened = kill_until(5, "c", 8, tmp_path, random.Random(4))
    assert len(happened) == 5
    assert any(kill.saves for kill in happened)


@pytest.mark.long
@pytest.mark.parametrize("backend", list(all_backends()))
def test_fifty_kills(tmp_path, backend):
    if not all_backends()[backend].diagnose().works:
        pytest.skip(f"the {backend} backend does not work here")
    happened = kill_until(50, backend, 30, tmp_path, random.Random(0))
    assert sum(kill.unfinished > 0 for kill in happened) >= 5
    assert sum(kill.saves > 0 for kill in happened) >= 25
