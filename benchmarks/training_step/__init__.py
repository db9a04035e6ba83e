"""A model's training step (cost, gradients, adadelta), whatever the model: what peers share."""
