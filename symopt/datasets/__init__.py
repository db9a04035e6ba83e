"""Data for examples and tests: read from disk, never downloaded.

`load_digits` comes with the package; `load_mnist` and `load_polarity` read files that the user
has, from a ``path`` argument or from the folder that the environment variable ``SYMOPT_DATA``
names. Every loader returns fresh arrays and raises `symopt.errors.DatasetError` for a missing or
damaged file. `symopt.datasets.crohme` reads WAP's handwritten formulas.
"""

from symopt.datasets.digits import load_digits
from symopt.datasets.images import LabelledImages
from symopt.datasets.mnist import load_mnist
from symopt.datasets.polarity import Sentences, load_polarity

__all__ = [
    "LabelledImages",
    "Sentences",
    "load_digits",
    "load_mnist",
    "load_polarity",
]
