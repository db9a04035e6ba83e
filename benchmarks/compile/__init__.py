"""How long compilation takes: to the end of the LSTM's first step, and rules beside each other."""
