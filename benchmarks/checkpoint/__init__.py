"""Writing and reading a checkpoint of 50 M parameters, against ``dd`` with fsync."""
