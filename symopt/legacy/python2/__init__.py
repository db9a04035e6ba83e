"""Python 2 code on Python 3: its syntax translated, its builtins and modules at hand."""
