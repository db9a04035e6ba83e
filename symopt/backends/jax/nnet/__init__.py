"""symopt.nnet's operations for PyTensor's JAX linker; importing it registers them."""
