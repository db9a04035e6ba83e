"""Rewrites of loops that more than one backend makes."""
