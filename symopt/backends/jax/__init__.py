"""JAX's forms of symopt's operations."""
