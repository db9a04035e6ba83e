"""Folders of runs for the report, hostile ones among them."""

import json

from symopt.training.metrics import MetricsFile
from tests.training.scripted import Script

HOSTILE_NAME = "<script>alert(1)<!-- \"'& \u202eevil \u0639\u0631\u0628"
HOSTILE_TEXT = (
    "</script><img src=https://example.invalid/x onerror=alert(1)>\u202e{{data}}\x00\ud800"
)


def make_run(folder, *, updates=400, settings=None, record=True, **changes):
    """A run of the script, and a record with some changes."""
    script = Script(None, folder)
    script.whole([MetricsFile()], updates)
    if record:
        write_record(folder, updates=updates, settings=settings or {"rate": 0.1}, **changes)
    return folder


def write_record(folder, **changes):
    record = {
        "format": "symopt run",
        "version": 1,
        "started": "2026-01-02T03:04:05Z",
        "finished": "2026-01-02T03:14:05Z",
        "ended": "max updates",
        "seconds": 4.0,
        "updates_per_epoch": 50,
        "skipped": 0,
        "settings": {},
        "versions": {"python": "3.11.7"},
        "machine": {"processor": "a CPU", "cores": 2, "memory": 8e9},
        "processes": [{"started": "2026-01-02T03:04:05Z", "command": ["python", "train.py"]}],
        **changes,
    }
    (folder / "run.json").write_text(json.dumps(record))


def three_runs(parent):
    """Two ordinary ones and a hostile one."""
    make_run(parent / "run-2", settings={"rate": 0.1, "rule": "sgd"})
    make_run(parent / "run-10", settings={"rate": 0.2, "rule": "sgd"}, updates=250)
    make_run(
        parent / HOSTILE_NAME,
        settings={HOSTILE_TEXT: HOSTILE_TEXT, "rate": 0.1},
        ended=HOSTILE_TEXT,
        machine={HOSTILE_TEXT: [HOSTILE_TEXT]},
    )
    return parent
