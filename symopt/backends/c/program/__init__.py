"""Whole graphs as one C++ function: writing it, compiling it, calling it."""
