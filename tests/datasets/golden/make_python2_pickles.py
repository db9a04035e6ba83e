"""Write the golden pickles of this folder. Run with Python 2.7 and numpy 1.16 (as they were).

``python2_mnist_protocol*.pkl.gz`` is built like the tutorials' mnist.pkl.gz, with 3, 2 and 1
images; ``python2_plain_protocol*.pkl`` holds one value of each kind that may be read.
"""

import gzip
import os

import cPickle
import numpy as np

FOLDER = os.path.dirname(os.path.abspath(__file__))


def part(count):
    """Give x and y of one part; tests/datasets/test_mnist.py states the same formula."""
    i, j = np.indices((count, 784))
    x = (((7 * i + j) % 17) / 16.0).astype("float32")
    return x, ((3 * np.arange(count) + 1) % 10).astype("int64")


PLAIN = {
    "big_endian": np.arange(6, dtype=">i4").reshape(2, 3),
    "fortran": np.asfortranarray(np.arange(6, dtype="float64").reshape(2, 3)),
    "bool": np.array([True, False]),
    "complex": np.array([1 + 2j], dtype="complex64"),
    "zero_d": np.array(7, dtype="uint8"),
    "empty": np.zeros((0, 4), dtype="float32"),
    "scalar": np.float64(1.5),
    "dtype": np.dtype(">f8"),
    "text": b"caf\xe9",
    "unicode": b"na\xc3\xafve".decode("utf-8"),
    "long": 2**70,
    "pair": (2 - 1j, None),
    "list": [1, 2.5, True, "x"],
}


def main():
    """Write both files in each protocol of Python 2."""
    for protocol in (0, 1, 2):
        name = os.path.join(FOLDER, "python2_%s_protocol%d.pkl")
        with open(name % ("plain", protocol), "wb") as stream:
            cPickle.dump(PLAIN, stream, protocol)
        with open(name % ("mnist", protocol) + ".gz", "wb") as raw:
            stream = gzip.GzipFile("", "wb", 9, raw, mtime=0)
            cPickle.dump((part(3), part(2), part(1)), stream, protocol)
            stream.close()


if __name__ == "__main__":
    main()
