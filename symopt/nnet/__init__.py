"""The neural-network operations that PyTensor dropped, with Theano's names and semantics.

Images are (batch, channels, rows, columns). Every operation works on all backends, forward and
backward.
"""
