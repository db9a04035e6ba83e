"""What shapes cost on jax: a new one, a corpus of many, and many updates in one call."""
