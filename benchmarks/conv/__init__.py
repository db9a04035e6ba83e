"""Convolution: the four algorithms of the c backend beside PyTorch and JAX."""
