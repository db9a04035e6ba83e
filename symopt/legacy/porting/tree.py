"""Ports a file or a tree of files, in memory: :mod:`.writing` puts it on the disk."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from symopt.errors import MissingPackageError, PortError
from symopt.legacy.porting.changes import KEPT, LEFT, Change
from symopt.legacy.porting.exports import TreeExports
from symopt.legacy.porting.module import Translated, port_translated, translate
from symopt.legacy.porting.texts import evaluated_names_symopt
from symopt.legacy.python2.source import declared_encoding, decode

SKIPPED_FOLDERS = frozenset({".git", ".hg", ".svn", ".bzr", "__pycache__", ".ipynb_checkpoints"})
SKIPPED_SUFFIXES = frozenset({".pyc", ".pyo"})
_TEXT_SUFFIXES = frozenset(
    {".ipynb", ".sh", ".bash", ".cfg", ".ini", ".toml", ".yml", ".yaml", ".txt", ".theanorc"}
)
_LARGEST_TEXT = 1_000_000
_IMPORTED = re.compile(r"^[ \t]*(?:import|from)[ \t]+(theano|pytensor|symopt)\b", re.MULTILINE)
_SHEBANG = re.compile(rb"^#![^\n]*\bpython")

Progress = Callable[[str, int, int], None]
"""Told of a file's path, its number from 1 on, and how many there are."""


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


@dataclass
class PortedFile:
    """One file of the port.

    Attributes
    ----------
    path
        In the tree; the name of a single file.
    source
        Where the original is.
    action
        "ported", "unchanged" (Python in which there was nothing to do), "copied" (not Python),
        "unreadable" (Python of neither kind; copied), "linked" (a link within the tree).
    data
        The bytes to be written; None: those of ``source``.
    before, after
        The text, of what is Python.
    changes
        What was done and what was left.
    fault
        Why an unreadable file is that.
    """

    path: PurePosixPath
    source: Path
    action: str
    data: bytes | None = None
    before: str = ""
    after: str = ""
    changes: list[Change] = field(default_factory=list)
    fault: str = ""

    def sha256(self) -> str:
        """Of the bytes to be written."""
        if self.data is not None:
            return hashlib.sha256(self.data).hexdigest()
        return sha256_of(self.source)

    def count(self, *kinds: str) -> int:
        return sum(change.kind in kinds for change in self.changes)

    @property
    def left(self) -> list[Change]:
        """What a human has to look at."""
        return [change for change in self.changes if change.kind == LEFT]

    @property
    def kept(self) -> list[Change]:
        """What stays on symopt's form of Theano."""
        return [change for change in self.changes if change.kind == KEPT]


@dataclass
class Port:
    """A ported file or tree, not written yet."""

    source: Path
    is_tree: bool
    python2: bool
    files: list[PortedFile]

    @property
    def needs_a_human(self) -> bool:
        """Whether anything is left to do by hand."""
        return any(file.left or file.fault for file in self.files)


@dataclass
class _Module:
    path: PurePosixPath
    file: Path
    raw: bytes
    source: str
    translated: Translated | None = None


def port(
    source: str | os.PathLike[str],
    *,
    python2: bool | None = None,
    optimizers: bool = False,
    progress: Progress | None = None,
) -> Port:
    """Port a file or a tree of files to Python 3, PyTensor and symopt.

    Nothing is written, and nothing of it is run.

    Parameters
    ----------
    source
        A Python file, or a folder.
    python2
        Whether it was written for Python 2. None finds it out: a tree is Python 2's if a file of
        it is, but for files that only Python 3 reads.
    optimizers
        Whether hand-written optimizers whose arithmetic :mod:`symopt.legacy.optimizers` has are
        replaced by it.
    progress
        Told of each file.

    Raises
    ------
    PortError
        There is no such file or folder.
    MissingPackageError
        libcst, or fissix for Python 2 sources, is not installed.
    """
    root = Path(source)
    if not root.exists():
        raise PortError(f"{root}: no such file or folder; expected Python files to port.")
    is_tree = root.is_dir()
    found = list(_walk(root)) if is_tree else [(PurePosixPath(root.name), root)]
    modules = [m for path, file in found if (m := _read(path, file, not is_tree)) is not None]
    if not is_tree and not modules:
        raise PortError(f"{root}: not a Python file; expected one, or a folder.")
    all_python2 = _translate_all(modules, python2)
    texts = {m.path: m.translated.text for m in modules if m.translated and not m.translated.fault}
    exports = TreeExports(texts)
    in_text = any(evaluated_names_symopt(text) for text in texts.values())
    by_path = {m.path: m for m in modules}
    files = []
    for number, (path, file) in enumerate(found, 1):
        if progress is not None:
            progress(str(path), number, len(found))
        if path in by_path:
            files.append(_ported(by_path[path], exports, optimizers, in_text))
        else:
            files.append(_copied(path, file))
    return Port(root, is_tree, all_python2, files)


def _translate_all(modules: list[_Module], python2: bool | None) -> bool:
    """Read all modules; whether they were written for Python 2."""
    if python2 is None and _is_a_port(modules):
        python2 = False
    guesses: dict[PurePosixPath, bool | None] = {}
    if python2 is None:
        guesses = {m.path: _guess(m) for m in modules}
        for module in modules:
            if guesses[module.path] is True:
                module.translated = translate(module.source, str(module.file), True)
                python2 = python2 or not module.translated.fault
    for module in modules:
        if module.translated is None:
            of_python2 = python2 is True and guesses.get(module.path) is not False
            module.translated = translate(module.source, str(module.file), of_python2)
    return python2 is True


def _is_a_port(modules: list[_Module]) -> bool:
    """Whether what Theano was is PyTensor already, which no Python 2 has."""
    imports = {name for m in modules for name in _IMPORTED.findall(m.source)}
    return bool(imports & {"pytensor", "symopt"}) and "theano" not in imports


def _ported(module: _Module, exports: TreeExports, optimizers: bool, in_text: bool) -> PortedFile:
    translated = module.translated
    assert translated is not None
    if translated.fault:
        return _unreadable(module, f"could not be read: {translated.fault}")
    try:
        done = port_translated(
            translated,
            is_package=module.path.name == "__init__.py",
            optimizers=optimizers,
            exports=exports.of(module.path),
            evaluates_symopt=in_text,
        )
    except MissingPackageError:
        raise
    except Exception as error:  # one file must not stop a tree
        return _unreadable(module, f"the porter failed on it ({type(error).__name__}: {error})")
    new = PortedFile(
        module.path, module.file, "unchanged", None, module.source, done.text, done.changes
    )
    if done.text != module.source:
        new.action, new.data = "ported", _encoded(done.text, module.raw)
    return new


def _unreadable(module: _Module, fault: str) -> PortedFile:
    left = Change(1, 1, LEFT, "", "", fault)
    return PortedFile(module.path, module.file, "unreadable", changes=[left], fault=fault)


def _copied(path: PurePosixPath, file: Path) -> PortedFile:
    if file.is_symlink():
        return PortedFile(path, file, "linked")
    return PortedFile(path, file, "copied", changes=_mentions(file))


def _mentions(file: Path) -> list[Change]:
    """Where a script or a setting that is not Python names Theano."""
    if file.suffix not in _TEXT_SUFFIXES and file.name not in ("Makefile", ".theanorc"):
        return []
    try:
        if file.stat().st_size > _LARGEST_TEXT:
            return []
        lines = file.read_text("utf-8", "replace").splitlines()
    except OSError:
        return []
    reason = "not Python: THEANO_FLAGS is PYTENSOR_FLAGS now, .theanorc is .pytensorrc"
    for number, line in enumerate(lines, 1):
        column = line.lower().find("theano")
        if column >= 0:
            text = line.strip()[:100]
            return [Change(number, column + 1, LEFT, text, text, reason)]
    return []


def _walk(root: Path) -> Iterator[tuple[PurePosixPath, Path]]:
    for folder, names, files in os.walk(root, followlinks=False):
        here = Path(folder)
        linked = [name for name in names if (here / name).is_symlink()]
        names[:] = sorted(n for n in names if n not in SKIPPED_FOLDERS and n not in linked)
        for name in sorted([*files, *linked]):
            file = here / name
            if file.suffix in SKIPPED_SUFFIXES or not (file.is_symlink() or file.is_file()):
                continue
            yield PurePosixPath(file.relative_to(root).as_posix()), file


def _read(path: PurePosixPath, file: Path, always: bool) -> _Module | None:
    """A file as a module; None if it is not Python."""
    if file.is_symlink() and not always:
        return None
    if path.suffix not in (".py", ".pyw"):
        if path.suffix and not always:
            return None
        with file.open("rb") as opened:
            if not _SHEBANG.match(opened.read(200)) and not always:
                return None
    raw = file.read_bytes()
    return _Module(path, file, raw, decode(raw)[0])


def _guess(module: _Module) -> bool | None:
    from symopt.legacy.python2.detect import is_python2

    return is_python2(module.source)


def _encoded(text: str, raw: bytes) -> bytes:
    """The text as the original was: its encoding, its ends of lines."""
    if raw.count(b"\r\n") > raw.count(b"\n") / 2:
        text = text.replace("\n", "\r\n")
    encoding = declared_encoding(raw) or "utf-8"
    try:
        return text.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return text.encode("utf-8")
