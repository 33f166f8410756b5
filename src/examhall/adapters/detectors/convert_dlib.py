"""dlib's face recognition network (29 convolutions, 128 numbers) from face-api's weights to ONNX.

The package holds only weights, quantised to bytes; the architecture is dlib's
`dnn_face_recognition_ex.cpp` and is written down here.
"""

import json
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from examhall.adapters.detectors.convert_graph import GraphBuilder

Floats = npt.NDArray[np.float32]

_SIDE = 150
_MEAN_RGB = (122.782, 117.001, 104.298)
# The name of the layer that halves the picture, the residual layers after it, and its channels.
_STAGES = (
    ("conv64_down", ("conv64_1", "conv64_2", "conv64_3"), 64),
    ("conv128_down", ("conv128_1", "conv128_2"), 128),
    ("conv256_down", ("conv256_1", "conv256_2"), 256),
    ("conv256_down_out", (), 256),
)


def convert_identity(files: Mapping[str, bytes]) -> bytes:
    """`face_recognition_model.bin` and its manifest: the embedding of a 150 x 150 chip."""
    weights = read_quantised(
        files["face_recognition_model-weights_manifest.json"], files["face_recognition_model.bin"]
    )
    builder = GraphBuilder("identity")
    picture = builder.picture(_SIDE, _SIDE, rgb=True, mean=_MEAN_RGB, scale=(1 / 256,))
    network = _Resnet(builder, weights)
    value = network.convolution(picture, "conv32_down", stride=2, padding=0)
    value = builder.add("MaxPool", [value], kernel_shape=[3, 3], strides=[2, 2])
    for name in ("conv32_1", "conv32_2", "conv32_3"):
        value = network.residual(value, name)
    side, channels = 35, 32
    for down, residuals, wanted in _STAGES:
        value, side = network.halve(value, down, side, channels, wanted)
        channels = wanted
        for name in residuals:
            value = network.residual(value, name)
    value = builder.reshape(builder.add("GlobalAveragePool", [value]), (1, channels))
    embedding = builder.add("MatMul", [value, builder.constant(weights["fc"])])
    builder.output("embedding", embedding, (128,))
    return builder.build()


def read_quantised(manifest: bytes, data: bytes) -> dict[str, Floats]:
    """Arrays by name, out of a TensorFlow.js weights file of bytes. Raises ValueError when sizes differ."""
    arrays: dict[str, Floats] = {}
    offset = 0
    for entry in json.loads(manifest)[0]["weights"]:
        shape, quantised = entry["shape"], entry.get("quantization")
        stored = np.dtype(np.uint8 if quantised else np.float32)
        count = int(np.prod(shape))
        values = np.frombuffer(data, stored, count, offset).astype(np.float32)
        if quantised:
            values = values * np.float32(quantised["scale"]) + np.float32(quantised["min"])
        arrays[entry["name"]] = values.reshape(shape)
        offset += count * stored.itemsize
    if offset != len(data):
        raise ValueError("the weights do not fill their file")
    return arrays


class _Resnet:
    """The network's three kinds of layer."""

    def __init__(self, builder: GraphBuilder, weights: Mapping[str, Floats]) -> None:
        self._builder = builder
        self._weights = weights

    def convolution(
        self, value: str, name: str, *, stride: int = 1, padding: int = 1, relu: bool = True
    ) -> str:
        """A convolution with dlib's scale layer folded into it."""
        scale = self._weights[f"{name}/scale/weights"]
        filters = (self._weights[f"{name}/conv/filters"] * scale).transpose(3, 2, 0, 1)
        bias = self._weights[f"{name}/conv/bias"] * scale + self._weights[f"{name}/scale/biases"]
        value = self._builder.add(
            "Conv",
            [value, self._builder.constant(filters), self._builder.constant(bias)],
            kernel_shape=list(filters.shape[2:]),
            strides=[stride] * 2,
            pads=[padding] * 4,
        )
        return self._builder.add("Relu", [value]) if relu else value

    def residual(self, value: str, name: str) -> str:
        inner = self.convolution(value, f"{name}/conv1")
        inner = self.convolution(inner, f"{name}/conv2", relu=False)
        return self._builder.add("Relu", [self._builder.add("Add", [inner, value])])

    def halve(self, value: str, name: str, side: int, channels: int, wanted: int) -> tuple[str, int]:
        """Half the picture, more channels; returns the value and its side.

        The two branches may differ by a pixel, and the pooled one has fewer channels: dlib adds them as
        if the missing numbers were zeros.
        """
        inner = self.convolution(value, f"{name}/conv1", stride=2, padding=0)
        inner = self.convolution(inner, f"{name}/conv2", relu=False)
        pooled = self._builder.add("AveragePool", [value], kernel_shape=[2, 2], strides=[2, 2])
        inner_side, pooled_side = (side - 3) // 2 + 1, side // 2
        side = max(inner_side, pooled_side)
        inner = self._fill(inner, 0, side - inner_side)
        pooled = self._fill(pooled, wanted - channels, side - pooled_side)
        return self._builder.add("Relu", [self._builder.add("Add", [inner, pooled])]), side

    def _fill(self, value: str, channels: int, pixels: int) -> str:
        if not channels and not pixels:
            return value
        after = np.array([0, 0, 0, 0, 0, channels, pixels, pixels])
        return self._builder.add("Pad", [value, self._builder.constant(after)])
