"""Lists of dtypes, by kind, as strings."""

from __future__ import annotations

from pytensor.scalar import (
    all_types,
    complex_types,
    continuous_types,
    discrete_types,
    float_types,
    int_types,
    integer_types,
    uint_types,
)

complex_dtypes = [str(t) for t in complex_types]
continuous_dtypes = [str(t) for t in continuous_types]
float_dtypes = [str(t) for t in float_types]
integer_dtypes = [str(t) for t in integer_types]
discrete_dtypes = [str(t) for t in discrete_types]
all_dtypes = [str(t) for t in all_types]
int_dtypes = [str(t) for t in int_types]
uint_dtypes = [str(t) for t in uint_types]

float16_atol, float16_rtol = 1e-3, 1e-3
float32_atol, float32_rtol = 1e-5, 1e-5
float64_atol, float64_rtol = 1e-8, 1e-5
