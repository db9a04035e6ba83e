"""Theano 1.0.5's ``theano.gpuarray.fp16_help``: what kernels do with half precision."""

from __future__ import annotations


def work_dtype(dtype: str) -> str:
    """The dtype to compute in: float32 for float16."""
    return "float32" if dtype == "float16" else dtype


def load_w(dtype: str) -> str:
    """The C function that reads a value of ``dtype`` into its working dtype, or nothing."""
    return "ga_half2float" if dtype == "float16" else ""


def write_w(dtype: str) -> str:
    """The C function that writes a value in its working dtype as ``dtype``, or nothing."""
    return "ga_float2half" if dtype == "float16" else ""
