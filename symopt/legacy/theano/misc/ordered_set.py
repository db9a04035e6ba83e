"""Sets that keep the order in which they were filled."""

from pytensor.misc.ordered_set import OrderedSet as OrderedSet
