"""Real Theano 1.0.5, in a process of its own: it needs Python 3.7 and NumPy 1.19.

``process`` runs here; ``server`` and ``lstm`` run there, and so does what they import.
"""
