"""The programs here are run by tests/legacy/test_programs.py; nothing in them is collected."""

collect_ignore_glob = ["*"]
