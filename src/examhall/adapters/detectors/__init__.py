"""Detectors: what looks at pixels, and the model files it needs."""

import os

# ONNX Runtime's official builds send usage events to their maker unless this is set before it is loaded.
# A server that looks at people tells nobody; worker processes inherit it.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
