"""How the cost of the LSTM's step grows with time steps, batch, width and parameters."""
