"""Any bytes at all: what reads them gives a state or its own error, and nothing else happens.

``python -m tests.training.checkpoint.fuzz_reader TARGET --seconds 600`` tries one of the targets
with atheris where it is installed (its corpus starts from the seeds here), else with random changes
of the seeds. The test suite tries every target for a moment with hypothesis. README.md beside this
file says how long it was run and what was found.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import pickle
import random
import sys
import tempfile
import time
import warnings
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

try:
    import atheris
except ImportError:
    atheris = None

INSTRUMENTED = ["symopt.npy", "symopt.training.checkpoint", "symopt.datasets.pickles", "zipfile"]

with atheris.instrument_imports(include=INSTRUMENTED) if atheris else contextlib.nullcontext():
    from symopt.datasets.pickles import PickleError, RefusedError
    from symopt.errors import CheckpointError
    from symopt.legacy.checkpoints import leaves, loads, read_contents
    from symopt.npy import NpyError, read_npy_data, read_npy_header
    from symopt.training.checkpoint import CheckpointStore, archive, document, manifest
    from symopt.training.checkpoint.archive import ArrayRecord
    from symopt.training.checkpoint.manifest import Manifest, ManifestError
    from symopt.training.checkpoint.names import ARRAYS, MANIFEST

MEMORY = 2 << 30
_folder = tempfile.TemporaryDirectory(prefix="symopt-fuzz-")


def _path(name: str) -> Path:
    folder = Path(_folder.name) / "checkpoint"
    folder.mkdir(exist_ok=True)
    return folder / name


def read_manifest(data: bytes) -> None:
    """The text of a manifest; one that is accepted is written as it was read."""
    try:
        text = data.decode("ascii")
        found = manifest.from_text(text)
    except (UnicodeDecodeError, ManifestError):
        return
    assert manifest.to_text(found) == text


def read_npy(data: bytes) -> None:
    """A ``.npy`` file; an array that is accepted accounts for all of the bytes."""
    file = io.BytesIO(data)
    try:
        header = read_npy_header(file)
        array = read_npy_data(file, header, len(data) - file.tell())
    except NpyError:
        return
    assert array.nbytes + (len(data) - header.nbytes) == len(data)


def read_checkpoint(data: bytes) -> None:
    """Both files, as they are: the manifest ends at the first NUL byte."""
    text, _, archived = data.partition(b"\0")
    _path(MANIFEST).write_bytes(text)
    _path(ARRAYS).write_bytes(archived)
    with contextlib.suppress(CheckpointError):
        CheckpointStore(_folder.name).load(_path(ARRAYS).parent)


def read_trusted_archive(data: bytes) -> None:
    """An archive whose manifest is right about its length, names and hashes."""
    records = {}
    with contextlib.suppress(Exception), zipfile.ZipFile(io.BytesIO(data)) as opened:
        for info in opened.infolist():
            raw = opened.read(info) if info.file_size <= len(data) else b""
            with contextlib.suppress(NpyError):
                header = read_npy_header(io.BytesIO(raw))
                name = info.filename.removesuffix(".npy")
                digest = archive.hashlib.sha256(raw).hexdigest()
                records[name] = ArrayRecord(header.shape, header.dtype.str, digest)
    try:
        text = manifest.to_text(Manifest(1, 1, {}, records, len(data)))
    except ValueError:  # a length of more digits than Python writes
        return
    _path(MANIFEST).write_text(text)
    _path(ARRAYS).write_bytes(data)
    with contextlib.suppress(CheckpointError):
        found = CheckpointStore(_folder.name).load(_path(ARRAYS).parent)
        assert sum(array.nbytes for array in found.arrays.values()) <= len(data)


def read_pickle(data: bytes) -> None:
    """A pickle of anything."""
    try:
        value, _ = loads(data)
    except (PickleError, RefusedError):
        return
    for _ in leaves(value):
        pass


def read_file(data: bytes) -> None:
    """A file of any kind, as ``symopt inspect`` reads it."""
    _path("file").write_bytes(data)
    with contextlib.suppress(CheckpointError):
        for _ in leaves(read_contents(_path("file")).objects):
            pass


TARGETS: dict[str, Callable[[bytes], None]] = {
    "manifest": read_manifest,
    "npy": read_npy,
    "checkpoint": read_checkpoint,
    "archive": read_trusted_archive,
    "pickle": read_pickle,
    "file": read_file,
}


def check(target: str, data: bytes) -> None:
    """Run a target; any exception, and any warning, is a finding."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        TARGETS[target](data)
    assert not caught, caught[0].message


def seeds(target: str) -> Iterator[bytes]:
    """Good inputs to start from."""
    arrays = {"params/W": np.arange(6, dtype=">f4").reshape(2, 3), "x": np.zeros((0, 2), "U3")}
    with tempfile.TemporaryDirectory() as folder, CheckpointStore(folder) as store:
        path = store.save(3, arrays, {"a": [1, 0.5, float("nan"), None], "$b": {"c": "\u00e9"}})
        text, archived = (path / MANIFEST).read_bytes(), (path / ARRAYS).read_bytes()
    single = io.BytesIO()
    np.save(single, np.zeros(3, [("a", "<f4"), ("b", "<i8", (2,))]))
    nested = OrderedDict(W=arrays["params/W"], o=[{1, 2}, frozenset("ab"), 1j, b"\xff", 2**70])
    nested["itself"] = nested
    pickles = [pickle.dumps(nested, protocol) for protocol in range(6)]
    if target == "manifest":
        yield text
        yield manifest.to_text(Manifest(0, 0, document.encode({}), {}, 0)).encode()
    elif target == "npy":
        yield single.getvalue()
    elif target == "checkpoint":
        yield text + b"\0" + archived
    elif target == "archive":
        yield archived
    elif target == "pickle":
        yield from pickles
    else:
        yield from (archived, single.getvalue(), *pickles)


def changed(data: bytes, rng: random.Random) -> bytes:
    """``data`` with a few changes of the kinds that find faults."""
    out = bytearray(data)
    for _ in range(rng.choice([1, 1, 1, 2, 4, 16])):
        at = rng.randrange(len(out) + 1)
        kind = rng.randrange(6)
        if kind == 0 and at < len(out):
            out[at] ^= 1 << rng.randrange(8)
        elif kind == 1 and at < len(out):
            out[at] = rng.choice([0, 1, 0x7F, 0x80, 0xFF, rng.randrange(256)])
        elif kind == 2:
            del out[at : at + rng.choice([1, 2, 8, 64])]
        elif kind == 3:
            out[at:at] = rng.choice([b"9" * 12, b"\xff" * 8, b"(", b"[", b"\n", rng.randbytes(4)])
        elif kind == 4:
            start = rng.randrange(len(out) + 1)
            out[at:at] = out[start : start + rng.choice([1, 4, 30, 200])]
        else:
            out[at : at + 8] = rng.randbytes(8)
    return bytes(out)


def run_randomly(target: str, seconds: float, seed: int) -> int:
    """Random changes for so long; how many inputs were tried."""
    rng = random.Random(seed)
    good = list(seeds(target))
    end = time.monotonic() + seconds
    tried = 0
    while time.monotonic() < end:
        data = changed(rng.choice(good), rng)
        try:
            check(target, data)
        except BaseException:
            print(f"{target}: {data!r}", file=sys.stderr)
            raise
        tried += 1
    return tried


def run_atheris(target: str, seconds: float) -> None:
    """libFuzzer's search by coverage; ends the process."""
    corpus = Path(tempfile.mkdtemp(prefix=f"symopt-corpus-{target}-"))
    for i, data in enumerate(seeds(target)):
        (corpus / str(i)).write_bytes(data)
    limits = [f"-max_total_time={seconds:g}", "-rss_limit_mb=2048", "-timeout=20"]
    atheris.Setup(
        [sys.argv[0], *limits, "-max_len=6000", str(corpus)], lambda data: check(target, data)
    )
    atheris.Fuzz()


def main() -> None:
    """The command."""
    import resource

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    if atheris:
        run_atheris(options.target, options.seconds)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    tried = run_randomly(options.target, options.seconds, options.seed)
    print(f"{options.target}: {tried:,} inputs in {options.seconds:g} s, no finding")


if __name__ == "__main__":
    main()
