"""Rewrites of graphs that the c backend adds to PyTensor's, one topic a file."""
