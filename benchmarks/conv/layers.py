"""The convolutions that are timed."""

from __future__ import annotations

from dataclasses import dataclass

DIRECTIONS = ("forward", "by input", "by weights")


@dataclass(frozen=True)
class Layer:
    """A convolution of a batch of images by square filters, padded to keep their size.

    Attributes
    ----------
    name
        What it is.
    batch, channels, rows, columns
        Shape of the images.
    results, kernel, stride
        Number, side and stride of the filters.
    """

    name: str
    batch: int
    channels: int
    rows: int
    columns: int
    results: int
    kernel: int
    stride: int = 1

    @property
    def image_shape(self) -> tuple[int, int, int, int]:
        """(batch, channels, rows, columns)."""
        return self.batch, self.channels, self.rows, self.columns

    @property
    def filter_shape(self) -> tuple[int, int, int, int]:
        """(results, channels, rows, columns)."""
        return self.results, self.channels, self.kernel, self.kernel

    def algorithms(self) -> tuple[str, ...]:
        """Those of symopt that take it."""
        found = ["direct", "im2col"]
        if self.kernel > 3:
            found.append("fft")
        if self.kernel == 3 and self.stride == 1:
            found.append("winograd")
        return tuple(found)


# WAP's DenseNet watcher for images of 80x320: growth 24, bottlenecks of 96, three blocks.
WATCHER = (
    Layer("stem 7x7/2", 8, 1, 80, 320, 48, 7, 2),
    Layer("block 1, 1x1", 8, 240, 20, 80, 96, 1),
    Layer("block 1, 3x3", 8, 96, 20, 80, 24, 3),
    Layer("transition 1, 1x1", 8, 432, 20, 80, 216, 1),
    Layer("block 2, 1x1", 16, 408, 10, 40, 96, 1),
    Layer("block 2, 3x3", 16, 96, 10, 40, 24, 3),
    Layer("transition 2, 1x1", 16, 600, 10, 40, 300, 1),
    Layer("block 3, 1x1", 16, 492, 5, 20, 96, 1),
    Layer("block 3, 3x3", 16, 96, 5, 20, 24, 3),
)

# One for each algorithm, where it should win.
STRENGTHS = (
    Layer("direct: few channels", 8, 16, 64, 64, 16, 3),
    Layer("im2col: 1x1, many channels", 8, 256, 28, 28, 256, 1),
    Layer("winograd: 3x3, many channels", 4, 256, 28, 28, 256, 3),
    Layer("fft: large filters", 4, 32, 64, 64, 32, 15),
)

QUICK = (Layer("tiny", 1, 3, 8, 9, 4, 3),)
