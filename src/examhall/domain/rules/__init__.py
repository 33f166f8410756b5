"""The rules: observations in, incidents out. Deterministic and replayable from a file."""
