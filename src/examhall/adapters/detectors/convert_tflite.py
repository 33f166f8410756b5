"""MediaPipe's face mesh and iris networks, from TensorFlow Lite to ONNX.

All values are kept in ONNX's order (batch, channels, height, width). Both networks end in 1 x 1
planes, so nothing has to be turned back.
"""

from collections.abc import Callable, Mapping

import numpy as np

from examhall.adapters.detectors.convert_graph import Attribute, GraphBuilder
from examhall.adapters.detectors.convert_tflite_file import Constant, Graph, Operator, read_tflite


def convert_mesh(files: Mapping[str, bytes]) -> bytes:
    """`face_landmark.tflite`: points in pixels of the 192 x 192 crop and the probability of a face."""
    builder = GraphBuilder("mesh")
    points, flag = _network(files["face_landmark.tflite"], builder, 192)
    builder.output("points", points, (468, 3))
    builder.output("face_flag", builder.add("Sigmoid", [flag]), (1,))
    return builder.build()


def convert_iris(files: Mapping[str, bytes]) -> bytes:
    """`iris_landmark.tflite`: eye contour and iris in pixels of the 64 x 64 crop."""
    builder = GraphBuilder("iris")
    contour, iris = _network(files["iris_landmark.tflite"], builder, 64)
    builder.output("contour", contour, (71, 3))
    builder.output("iris", iris, (5, 3))
    return builder.build()


def _network(data: bytes, builder: GraphBuilder, side: int) -> list[str]:
    graph = read_tflite(data)
    picture = builder.picture(side, side, rgb=True, scale=(1 / 255,))
    layers = _Layers(graph, builder, picture)
    for operator in graph.operators:
        layers.add(operator)
    return [layers.value(index) for index in graph.outputs]


class _Layers:
    """Translates one operator after another."""

    def __init__(self, graph: Graph, builder: GraphBuilder, picture: str) -> None:
        self._graph = graph
        self._builder = builder
        self._values = {graph.inputs[0]: picture}
        self._constants = {
            index: tensor.constant
            for index, tensor in enumerate(graph.tensors)
            if tensor.constant is not None
        }
        self._translations: Mapping[str, Callable[[Operator], str]] = {
            "ADD": lambda operator: self._plain("Add", operator),
            "CONV_2D": self._convolution,
            "DEPTHWISE_CONV_2D": self._convolution,
            "MAX_POOL_2D": self._max_pool,
            "PAD": self._pad,
            "PRELU": self._prelu,
            "RESHAPE": lambda operator: self.value(operator.inputs[0]),
        }

    def value(self, index: int) -> str:
        return self._values[index]

    def add(self, operator: Operator) -> None:
        target = operator.outputs[0]
        if operator.kind == "DEQUANTIZE":
            # Half-precision weights, widened once and for all.
            self._constants[target] = self._weights(operator, 0)
            return
        self._values[target] = self._translations[operator.kind](operator)

    def _plain(self, name: str, operator: Operator) -> str:
        return self._builder.add(name, [self.value(index) for index in operator.inputs])

    def _weights(self, operator: Operator, position: int) -> Constant:
        return self._constants[operator.inputs[position]].astype(np.float32)

    def _convolution(self, operator: Operator) -> str:
        weights = self._weights(operator, 1)
        depthwise = operator.kind == "DEPTHWISE_CONV_2D"
        weights = weights.transpose((3, 0, 1, 2) if depthwise else (0, 3, 1, 2))
        height, width = weights.shape[2:]
        return self._builder.add(
            "Conv",
            [
                self.value(operator.inputs[0]),
                self._builder.constant(weights),
                self._builder.constant(self._weights(operator, 2)),
            ],
            kernel_shape=[height, width],
            group=weights.shape[0] if depthwise else 1,
            **self._walk(operator, (height, width)),
        )

    def _max_pool(self, operator: Operator) -> str:
        size = operator.window.size
        return self._builder.add(
            "MaxPool",
            [self.value(operator.inputs[0])],
            kernel_shape=list(size),
            **self._walk(operator, size),
        )

    def _walk(self, operator: Operator, size: tuple[int, int]) -> dict[str, Attribute]:
        """Strides and padding; TensorFlow puts the odd pixel of padding at the end."""
        stride = operator.window.stride
        before, after = [0, 0], [0, 0]
        if operator.window.same_padding:
            sides = self._graph.tensors[operator.inputs[0]].shape[1:3]
            for axis in (0, 1):
                steps = -(-sides[axis] // stride[axis])
                missing = max((steps - 1) * stride[axis] + size[axis] - sides[axis], 0)
                before[axis], after[axis] = missing // 2, missing - missing // 2
        return {"strides": list(stride), "pads": before + after}

    def _pad(self, operator: Operator) -> str:
        amounts = self._constants[operator.inputs[1]].reshape(4, 2)[[0, 3, 1, 2]]
        amounts = np.concatenate([amounts[:, 0], amounts[:, 1]])
        return self._builder.add("Pad", [self.value(operator.inputs[0]), self._builder.constant(amounts)])

    def _prelu(self, operator: Operator) -> str:
        """a * x + (1 - a) * max(x, 0) as two 1 x 1 convolutions: onnxruntime keeps those, unlike a
        PRelu, in the layout of the convolutions around them, a quarter of the time."""
        slopes = self._weights(operator, 1).reshape(-1)
        value = self.value(operator.inputs[0])
        positive = self._builder.add("Relu", [value])
        return self._builder.add(
            "Add", [self._per_channel(positive, 1 - slopes), self._per_channel(value, slopes)]
        )

    def _per_channel(self, value: str, factors: Constant) -> str:
        weights = self._builder.constant(factors.reshape(-1, 1, 1, 1))
        return self._builder.add("Conv", [value, weights], kernel_shape=[1, 1], group=factors.size)
