"""``python -m symopt`` is the ``symopt`` command."""

from symopt.cli import main

main(prog_name="symopt")
