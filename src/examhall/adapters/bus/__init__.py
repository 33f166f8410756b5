"""How the parts that serve one exam wake each other."""
