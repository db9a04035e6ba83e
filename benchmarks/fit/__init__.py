"""What ``symopt.fit`` adds to a step: beside the same two calls in a bare loop."""
