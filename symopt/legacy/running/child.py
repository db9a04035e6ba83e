"""Run in a child process of ``multiprocessing``, as ``__mp_main__``: the parent's main script."""

from __future__ import annotations

if __name__ == "__mp_main__":
    from symopt.legacy.running.script import run_in_child

    run_in_child(globals())
