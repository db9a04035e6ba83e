"""symopt.nnet's operations for PyTensor's Numba linker; importing it registers them."""
