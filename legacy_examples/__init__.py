"""Legacy Theano models, ported to symopt as a person would port them: to read, run and copy."""
