"""What legacy Theano code expects to find."""
