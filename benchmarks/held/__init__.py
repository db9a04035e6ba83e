"""What issue 5 holds the c backend to, target by target."""
