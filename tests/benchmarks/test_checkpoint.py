"""The benchmark of checkpoints at a tiny size."""

from __future__ import annotations

from benchmarks.checkpoint.run import run
from benchmarks.options import Options


def test_every_row_is_timed(capsys):
    report = run(Options(threads=1, quick=True))
    assert report["bytes"] == 4 * 24 * (500_000 // 24)
    names = [row["name"] for row in report["rows"]]
    assert names[:2] == ["dd, fsync", "save"]
    assert all(row["ms"] > 0 for row in report["rows"])
    printed = capsys.readouterr().out
    assert all(f"| {name} " in printed for name in names)
