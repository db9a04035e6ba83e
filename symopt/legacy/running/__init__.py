"""Running old programs unmodified: the import hook, its cache, and what tools need with it."""
