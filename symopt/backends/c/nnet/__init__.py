"""Native forms of symopt.nnet's operations on the c backend; importing it registers them."""
