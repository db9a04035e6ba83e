"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import stat

import pytest

from symopt.scratch_file import scratch_file, usual_mode


def test_a_renamed_file_stays_with_the_permissions_of_any_other(tmp_path):
    target, plain = tmp_path / "kept", tmp_path / "plain"
    plain.touch()
    with scratch_file(target) as scratch:
        assert scratch.parent == tmp_path
        scratch.write_text("whole")
        assert stat.S_IMODE(scratch.stat().st_mode) == 0o600
        usual_mode(scratch)
        os.replace(scratch, target)
    assert target.read_text() == "whole"
    assert stat.S_IMODE(target.stat().st_mode) == stat.S_IMODE(plain.stat().st_mode)


@pytest.mark.parametrize("fails", [True, False])
def test_what_was_not_renamed_is_gone(tmp_path, fails):
    target = tmp_path / "kept"
    target.write_text("before")
    try:
        with scratch_file(target) as scratch:
            scratch.write_text("half")
            if fails:
                raise KeyboardInterrupt
    except KeyboardInterrupt:
        assert fails
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]
    assert target.read_text() == "before"


def test_no_folder(tmp_path):
    with pytest.raises(FileNotFoundError), scratch_file(tmp_path / "none" / "kept"):
        pass
