"""The optimizers of legacy repositories, with their signatures, constants and numbers.

One module a repository. Each function takes what the original took, by position, and returns an
:class:`symopt.Optimizer`, which unpacks to ``f_grad_shared, f_update``.
"""
