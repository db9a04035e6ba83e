"""Numbers as people read them."""

from __future__ import annotations

import math


def number(value: float) -> str:
    """Four significant digits, without trailing zeros: ``0.2134``, ``1.5e-06``, ``nan``."""
    return f"{value:.4g}"


def clock(seconds: float) -> str:
    """A length of time: ``0:07``, ``12:40``, ``1:02:03``, ``3 d 04:05:06``."""
    if not math.isfinite(seconds):
        return "?"
    minutes, second = divmod(round(seconds), 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    if days:
        return f"{days} d {hour:02d}:{minute:02d}:{second:02d}"
    return f"{hour}:{minute:02d}:{second:02d}" if hour else f"{minute}:{second:02d}"


def memory(size: float) -> str:
    """A number of bytes: ``312 MB``, ``1.3 GB`` (powers of 1000)."""
    return f"{size / 1e9:.1f} GB" if size >= 999.5e6 else f"{size / 1e6:.0f} MB"


def speed(per_second: float) -> str:
    """A number of things a second: ``1,984``, ``12.5``, ``0.021``."""
    return f"{per_second:,.0f}" if per_second >= 99.95 else f"{per_second:.3g}"
