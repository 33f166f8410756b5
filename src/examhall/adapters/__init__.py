"""Families of adapters, blind to each other. Only `examhall.bootstrap` constructs them."""
