"""The version of Theano whose names and meanings these are."""

version = "1.0.5"
FALLBACK_VERSION = version
info: dict[str, object] = {"version": version, "full-revisionid": "", "dirty": False, "error": None}
full_version = version
git_revision = ""
short_version = version
