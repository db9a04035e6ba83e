"""What is written, where, and over what."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from symopt.errors import PortError
from symopt.legacy.porting import port, write

SOURCE = "import theano\nx = theano.shared(0)\n"
PORTED = "import pytensor\nx = pytensor.shared(0)\n"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    root = tmp_path / "old"
    (root / "sub").mkdir(parents=True)
    (root / "a.py").write_text(SOURCE)
    (root / "sub" / "data.bin").write_bytes(b"\x00\x01")
    (root / "sub" / "run.sh").write_text("echo\n")
    (root / "sub" / "run.sh").chmod(0o755)
    (root / "link.py").symlink_to("a.py")
    return root


def contents(root: Path) -> dict[str, bytes]:
    return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def test_a_tree_and_its_report(source: Path, tmp_path: Path) -> None:
    before = contents(source)
    text, document = write(port(source), tmp_path / "new")
    assert contents(source) == before
    new = tmp_path / "new"
    assert (new / "a.py").read_text() == PORTED
    assert (new / "sub" / "data.bin").read_bytes() == b"\x00\x01"
    assert os.access(new / "sub" / "run.sh", os.X_OK)
    assert os.readlink(new / "link.py") == "a.py"
    assert (text, document) == (tmp_path / "new.report.txt", tmp_path / "new.report.json")
    read = json.loads(document.read_text())
    (a,) = [file for file in read["files"] if file["path"] == "a.py"]
    assert a["action"] == "ported"
    assert a["changes"][0] == {
        "line": 1,
        "column": 1,
        "kind": "import",
        "before": "import theano",
        "after": "import pytensor",
        "reason": "",
    }
    assert "a.py: ported" in text.read_text()


def test_porting_again_gives_the_same_bytes(source: Path, tmp_path: Path) -> None:
    write(port(source), tmp_path / "new")
    first = contents(tmp_path)
    write(port(source), tmp_path / "new")
    assert contents(tmp_path) == first
    write(port(tmp_path / "new"), tmp_path / "newer")
    assert contents(tmp_path / "newer") == contents(tmp_path / "new")


def test_a_single_file(source: Path, tmp_path: Path) -> None:
    write(port(source / "a.py"), tmp_path / "b.py")
    assert (tmp_path / "b.py").read_text() == PORTED
    assert (tmp_path / "b.py.report.json").exists()


@pytest.mark.parametrize("where", ["old", "old/new", "old/sub/new", "."])
def test_never_into_the_source(source: Path, tmp_path: Path, where: str) -> None:
    before = contents(tmp_path)
    with pytest.raises(PortError, match="what is ported"):
        write(port(source), tmp_path / where)
    assert contents(tmp_path) == before


def test_never_into_the_source_through_a_link(source: Path, tmp_path: Path) -> None:
    (tmp_path / "alias").symlink_to(source)
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "sub").symlink_to(source / "sub")
    before = contents(source)
    for destination in ("alias", "alias/new"):
        with pytest.raises(PortError, match="what is ported"):
            write(port(source), tmp_path / destination)
    with pytest.raises(PortError, match="leads out of"):
        write(port(source), tmp_path / "new", force=True)
    with pytest.raises(PortError, match="would lie in"):
        write(port(source), tmp_path / "other", report=source / "report.txt")
    assert contents(source) == before


def test_a_link_to_the_source_is_replaced_not_followed(source: Path, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "a.py").symlink_to(source / "a.py")
    with pytest.raises(PortError, match="no port has written"):
        write(port(source), tmp_path / "new")
    write(port(source), tmp_path / "new", force=True)
    assert (source / "a.py").read_text() == SOURCE
    assert not (tmp_path / "new" / "a.py").is_symlink()


def test_files_that_no_port_wrote_are_not_written_over(source: Path, tmp_path: Path) -> None:
    new = tmp_path / "new"
    new.mkdir()
    (new / "a.py").write_text("mine\n")
    with pytest.raises(PortError, match=r"a\.py.*--force"):
        write(port(source), new)
    assert contents(new) == {"a.py": b"mine\n"}
    write(port(source), new, force=True)
    assert (new / "a.py").read_text() == PORTED


def test_what_was_changed_since_is_not_written_over(source: Path, tmp_path: Path) -> None:
    new = tmp_path / "new"
    write(port(source), new)
    (source / "a.py").write_text(SOURCE + "y = 1\n")
    write(port(source), new)
    assert (new / "a.py").read_text() == PORTED + "y = 1\n"
    (new / "a.py").write_text("# by hand\n" + PORTED)
    with pytest.raises(PortError, match="changed since"):
        write(port(source), new)


def test_what_is_gone_from_the_source_goes(source: Path, tmp_path: Path) -> None:
    new = tmp_path / "new"
    write(port(source), new)
    (new / "mine.txt").write_text("")
    (source / "sub" / "run.sh").unlink()
    write(port(source), new)
    assert sorted(contents(new)) == ["a.py", "link.py", "mine.txt", "sub/data.bin"]


def test_a_report_elsewhere(source: Path, tmp_path: Path) -> None:
    text, document = write(port(source), tmp_path / "new", report=tmp_path / "r" / "out.json")
    assert (text.name, document.name) == ("out.txt", "out.json")
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(PortError, match="no report of a port"):
        write(port(source), tmp_path / "other", report=tmp_path / "notes.txt")
