"""``symopt report``: one page of HTML that compares training runs."""

from __future__ import annotations

from symopt.training.report.page import write_report
from symopt.training.report.recorded_run import RecordedRun, find_runs

__all__ = ["RecordedRun", "find_runs", "write_report"]
