"""The model that ``symopt demo`` trains, its training loop, and how a run is shown.

They are written the way a script of one's own would be, on symopt's public functions, and are
meant to be read and copied.
"""
