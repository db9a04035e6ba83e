"""Peak memory of each system's LSTM step, each in a process of its own."""
