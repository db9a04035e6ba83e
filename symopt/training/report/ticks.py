"""Where an axis has its marks, and what stands at them."""

from __future__ import annotations

import math


def linear_ticks(low: float, high: float, count: int = 5) -> list[float]:
    """About ``count`` round numbers between two others; ``high`` has to be above ``low``."""
    step = _nice((high - low) / count)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [place * step for place in range(first, last + 1)]


def log_ticks(low: float, high: float) -> list[float]:
    """Powers of ten between two positive numbers; their 2- and 5-fold too if those are few."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    decades = math.log10(high / low)
    if decades > 6:
        stride = math.ceil(decades / 6)
        factors = [10.0**e for e in range(first, last + 1) if e % stride == 0]
    else:
        parts = (1, 2, 5) if decades < 2.5 else (1, 3) if decades < 4 else (1,)
        factors = [part * 10.0**e for e in range(first, last + 1) for part in parts]
    return [tick for tick in factors if low * (1 - 1e-9) <= tick <= high * (1 + 1e-9)]


def tick_label(value: float) -> str:
    """A short form of a number: ``0.05``, ``1,000``, ``20k``, ``1.5M``, ``1e-6``."""
    size = abs(value)
    if size >= 1e9 or 0 < size < 1e-3:
        mantissa, exponent = f"{value:.3g}", ""
        if "e" not in mantissa:
            mantissa = f"{value:.2e}"
        mantissa, _, exponent = mantissa.partition("e")
        if "." in mantissa:
            mantissa = mantissa.rstrip("0").rstrip(".")
        return f"{mantissa}e{int(exponent)}"
    if size >= 1e6:
        return f"{value / 1e6:.6g}M"
    if size >= 1e4:
        return f"{value / 1e3:.6g}k"
    return f"{value:,.6g}"


def _nice(step: float) -> float:
    """The smallest of 1, 2 and 5 times a power of ten that is not below ``step``."""
    power = 10.0 ** math.floor(math.log10(step))
    for factor in (1, 2, 5, 10):
        if step <= factor * power * (1 + 1e-9):
            return factor * power
    raise AssertionError("10 times the power is always enough")
