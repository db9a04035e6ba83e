"""PyCUDA's initialisation. There is no CUDA here: ``pycuda_available`` is off."""

pycuda_available = False


def set_gpu_from_theano() -> None:
    """Nothing: there is no device."""
