"""Fixers for fissix where its own do not give what Python 2 did.

fissix finds them by name, ``fix_raise`` with the class ``FixRaise`` and so on.
"""
