"""Detectors: what looks at pixels, and the model files it needs."""
