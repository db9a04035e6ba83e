"""``math``, ``operator``, ``fractions`` and ``random`` as they computed in Python 2."""

from __future__ import annotations

import math
import random
import types
from collections.abc import Callable, MutableSequence, Sequence
from typing import Any

from symopt.legacy.python2.division import divide, divide_in_place
from symopt.legacy.python2.replaced.facade import over


def math_module() -> types.ModuleType:
    """``floor`` and ``ceil`` gave floats."""
    return over(
        "math",
        {"floor": lambda x: float(math.floor(x)), "ceil": lambda x: float(math.ceil(x))},
    )


def operator_module() -> types.ModuleType:
    """``div``, ``isCallable`` and the like."""
    import operator

    return over(
        "operator",
        {
            "div": divide,
            "idiv": divide_in_place,
            "__div__": divide,
            "__idiv__": divide_in_place,
            "isCallable": callable,
            "sequenceIncludes": operator.contains,
            "isSequenceType": lambda x: hasattr(x, "__getitem__") and not isinstance(x, dict),
            "isMappingType": lambda x: hasattr(x, "keys") and hasattr(x, "__getitem__"),
            "isNumberType": lambda x: hasattr(x, "__int__") or hasattr(x, "__float__"),
            "repeat": operator.mul,
            "delslice": lambda a, i, j: operator.delitem(a, slice(i, j)),
            "getslice": lambda a, i, j: a[i:j],
        },
    )


def fractions_module() -> types.ModuleType:
    """``gcd``, whose sign was that of its second argument."""

    def gcd(a: Any, b: Any) -> Any:
        while b:
            a, b = b, a % b
        return a

    return over("fractions", {"gcd": gcd})


class Random(random.Random):
    """Python 2's generator: the same floats as Python 3's, other choices made from them."""

    def seed(self, a: Any = None, version: int = 1) -> None:
        super().seed(
            a if a is None or isinstance(a, int | float | str | bytes) else hash(a), version
        )

    def randrange(self, start: Any, stop: Any = None, step: Any = 1, **kwargs: Any) -> int:
        first, width = int(start), int(step)
        if first != start or width != step or (stop is not None and int(stop) != stop):
            raise ValueError("non-integer argument for randrange()")
        if stop is None:
            first, last = 0, first
        else:
            last = int(stop)
        count = len(range(first, last, width))
        if count <= 0:
            raise ValueError(f"empty range for randrange() ({start}, {stop}, {step})")
        if count >= 1 << 53:
            return first + width * self._below(count)
        return first + width * int(self.random() * count)

    def _below(self, count: int) -> int:
        bits = int(1.00001 + math.log(count - 1, 2.0))
        value = self.getrandbits(bits)
        while value >= count:
            value = self.getrandbits(bits)
        return value

    def randint(self, a: Any, b: Any) -> int:
        return self.randrange(a, b + 1)

    def choice(self, seq: Sequence[Any]) -> Any:  # type: ignore[override]
        return seq[int(self.random() * len(seq))]

    def shuffle(self, x: MutableSequence[Any], random: Callable[[], float] | None = None) -> None:  # type: ignore[override]
        draw = self.random if random is None else random
        for i in reversed(range(1, len(x))):
            j = int(draw() * (i + 1))
            x[i], x[j] = x[j], x[i]

    def sample(self, population: Any, k: int) -> list[Any]:  # type: ignore[override]
        count = len(population)
        if not 0 <= k <= count:
            raise ValueError("sample larger than population")
        size = 21  # of a small set less an empty list, as in Python 2
        if k > 5:
            size += 4 ** math.ceil(math.log(k * 3, 4))
        if count <= size or hasattr(population, "keys"):
            return self._from_pool(list(population), k)
        try:
            chosen: dict[int, Any] = {}
            order = []
            for _ in range(k):
                j = int(self.random() * count)
                while j in chosen:
                    j = int(self.random() * count)
                chosen[j] = population[j]
                order.append(j)
            return [chosen[j] for j in order]
        except (TypeError, KeyError):
            if isinstance(population, list):
                raise
            return self.sample(tuple(population), k)

    def _from_pool(self, pool: list[Any], k: int) -> list[Any]:
        count, result = len(pool), []
        for i in range(k):
            j = int(self.random() * (count - i))
            result.append(pool[j])
            pool[j] = pool[count - i - 1]
        return result

    def jumpahead(self, n: int) -> None:
        """Move on to a state that depends on ``n``."""
        self.seed(hash((self.getstate()[1], n)))


_METHODS = [
    "seed",
    "random",
    "uniform",
    "triangular",
    "randint",
    "choice",
    "randrange",
    "sample",
    "shuffle",
    "normalvariate",
    "lognormvariate",
    "expovariate",
    "vonmisesvariate",
    "gammavariate",
    "gauss",
    "betavariate",
    "paretovariate",
    "weibullvariate",
    "getstate",
    "setstate",
    "jumpahead",
    "getrandbits",
]


def random_module() -> types.ModuleType:
    """A seed gives Python 2's ``choice``, ``shuffle`` and ``sample``."""
    generator = Random()
    names: dict[str, Any] = {name: getattr(generator, name) for name in _METHODS}
    return over("random", {**names, "Random": Random, "_inst": generator})
