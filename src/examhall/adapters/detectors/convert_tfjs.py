"""The convolutional part of a TensorFlow.js graph model to ONNX nodes.

TensorFlow's graphs are laid out (batch, height, width, channels) or turned back and forth; here every
value stays (batch, channels, height, width), and a Transpose only changes what a value is known as.
What comes after the last convolutions (decoding) is written anew by whoever asks for them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from examhall.adapters.detectors.convert_graph import Attribute, GraphBuilder
from examhall.adapters.detectors.convert_tfjs_file import Constant, Graph, Node

_PADDING = {True: "SAME_UPPER", False: "VALID"}


@dataclass(frozen=True, slots=True)
class Value:
    """`name` in the ONNX graph; `channels_last`: how TensorFlow sees it; `stride`: of its pixels."""

    name: str
    channels_last: bool
    stride: float


class TfjsLayers:
    """Translates nodes when they are asked for. Raises ValueError for what is not known here."""

    def __init__(self, graph: Graph, builder: GraphBuilder, native_side: int) -> None:
        """native_side: pixels of the picture that the graph was exported for."""
        self._graph = graph
        self._builder = builder
        self._native_side = native_side
        self._values: dict[str, Value] = {}
        self._translations: Mapping[str, Callable[[Node], Value]] = {
            "Add": lambda node: self._combine("Add", node),
            "AddN": lambda node: self._combine("Add", node),
            "BiasAdd": lambda node: self._combine("Add", node),
            "ConcatV2": self._concatenate,
            "Conv2D": self._convolution,
            "DepthwiseConv2dNative": self._convolution,
            "FusedBatchNorm": self._normalisation,
            "LeakyRelu": lambda node: self._single("LeakyRelu", node, alpha=node.numbers["alpha"]),
            "MaxPool": self._max_pool,
            "Mul": lambda node: self._combine("Mul", node),
            "Pad": self._pad,
            "PadV2": self._pad,
            "Relu6": self._relu6,
            "ResizeBilinear": self._resize,
            "Transpose": self._transpose,
        }

    def begin(self, node: str, picture: str, *, channels_last: bool) -> None:
        """Feed `picture`, (1, 3, height, width), in place of this node."""
        self._values[node] = Value(picture, channels_last, 1.0)

    def value(self, node: str) -> Value:
        if node not in self._values:
            found = self._graph.nodes[node]
            if found.kind not in self._translations:
                raise ValueError(f"operator {found.kind} is not known here")
            self._values[node] = self._translations[found.kind](found)
        return self._values[node]

    def _constant(self, node: Node, position: int) -> Constant:
        return self._graph.constants[node.inputs[position]]

    def _single(self, operator: str, node: Node, **attributes: Attribute) -> Value:
        value = self.value(node.inputs[0])
        return replace(value, name=self._builder.add(operator, [value.name], **attributes))

    def _combine(self, operator: str, node: Node) -> Value:
        """Two values, or one and a constant per channel."""
        if len(node.inputs) != 2:
            raise ValueError(f"{node.kind} of {len(node.inputs)} is not known here")
        constants = [name for name in node.inputs if name in self._graph.constants]
        values = [self.value(name) for name in node.inputs if name not in self._graph.constants]
        names = [value.name for value in values]
        names += [self._per_channel(values[0], self._graph.constants[name]) for name in constants]
        return replace(values[0], name=self._builder.add(operator, names))

    def _per_channel(self, value: Value, factors: Constant) -> str:
        if not value.channels_last or factors.size != factors.shape[-1]:
            raise ValueError("only constants per channel are known here")
        return self._builder.constant(factors.reshape(-1, 1, 1))

    def _convolution(self, node: Node) -> Value:
        filters = self._constant(node, 1)
        height, width, channels, factor = filters.shape
        depthwise = node.kind == "DepthwiseConv2dNative"
        if any(step != 1 for step in node.lists.get("dilations", ())):
            raise ValueError("dilated convolutions are not known here")
        if depthwise:
            filters = filters.transpose(2, 3, 0, 1).reshape(channels * factor, 1, height, width)
        else:
            filters = filters.transpose(3, 2, 0, 1)
        value, pads = self._unpadded(node.inputs[0])
        weights = self._builder.constant(filters)
        group = channels if depthwise else 1
        return self._walk("Conv", node, value, pads, [weights], kernel_shape=[height, width], group=group)

    def _max_pool(self, node: Node) -> Value:
        value, size = self.value(node.inputs[0]), list(node.lists["ksize"][1:3])
        return self._walk("MaxPool", node, value, [], [], kernel_shape=size)

    def _walk(
        self,
        operator: str,
        node: Node,
        value: Value,
        pads: list[int],
        weights: list[str],
        **attributes: Attribute,
    ) -> Value:
        strides, same = list(node.lists["strides"][1:3]), node.texts["padding"] == "SAME"
        if not value.channels_last or strides[0] != strides[1] or (same and pads):
            raise ValueError("only channels last, square strides and one padding are known here")
        padding: dict[str, Attribute] = {"pads": pads} if pads else {"auto_pad": _PADDING[same]}
        name = self._builder.add(operator, [value.name, *weights], strides=strides, **padding, **attributes)
        return Value(name, channels_last=True, stride=value.stride * strides[0])

    def _unpadded(self, name: str) -> tuple[Value, list[int]]:
        """A value without the zeros around it, and how many there are: top, left, bottom, right.

        A convolution pads for nothing; a Pad of its own takes the value out of the layout that
        onnxruntime keeps from one convolution to the next.
        """
        node = self._graph.nodes[name]
        if node.kind == "Transpose" and name not in self._values:
            value, pads = self._unpadded(node.inputs[0])
            return self._turned(node, value), pads
        if node.kind != "Pad":
            return self.value(name), []
        value = self.value(node.inputs[0])
        amounts = self._stored_amounts(node, value)
        if amounts[:2].any():
            return self.value(name), []
        return value, amounts[2:].T.reshape(-1).tolist()

    def _normalisation(self, node: Node) -> Value:
        value = self.value(node.inputs[0])
        gamma, beta, mean, variance = (
            self._constant(node, index).astype(np.float32) for index in range(1, 5)
        )
        factor = gamma / np.sqrt(variance + np.float32(node.numbers["epsilon"]))
        scaled = self._builder.add("Mul", [value.name, self._per_channel(value, factor)])
        shift = self._per_channel(value, beta - mean * factor)
        return replace(value, name=self._builder.add("Add", [scaled, shift]))

    def _relu6(self, node: Node) -> Value:
        value = self.value(node.inputs[0])
        limits = [self._builder.constant(np.array(float(limit))) for limit in (0, 6)]
        return replace(value, name=self._builder.add("Clip", [value.name, *limits]))

    def _pad(self, node: Node) -> Value:
        value = self.value(node.inputs[0])
        amounts = self._stored_amounts(node, value)
        if not amounts.any():
            return value
        filling = self._constant(node, 2) if node.kind == "PadV2" else np.array(0.0)
        inputs = [value.name, self._builder.constant(amounts.T.reshape(-1))]
        return replace(value, name=self._builder.add("Pad", [*inputs, self._builder.constant(filling)]))

    def _stored_amounts(self, node: Node, value: Value) -> npt.NDArray[np.int64]:
        """(4, 2) before and after, axes as they are stored."""
        amounts = self._constant(node, 1).astype(np.int64)
        return amounts[[0, 3, 1, 2]] if value.channels_last else amounts

    def _concatenate(self, node: Node) -> Value:
        values = [self.value(name) for name in node.inputs[:-1]]
        axis = int(self._constant(node, len(values)))
        if axis % 4 != (3 if values[0].channels_last else 1):
            raise ValueError("only channels can be concatenated here")
        return replace(values[0], name=self._builder.add("Concat", [value.name for value in values], axis=1))

    def _resize(self, node: Node) -> Value:
        """To a multiple of the size; the graph names pixels of the picture it was exported for."""
        value = self.value(node.inputs[0])
        if not node.numbers["half_pixel_centers"]:
            raise ValueError("only resizing by half-pixel centres is known here")
        stride = self._native_side / float(self._constant(node, 1)[0])
        factor = value.stride / stride
        scales = self._builder.constant(np.array([1, 1, factor, factor]))
        name = self._builder.add(
            "Resize", [value.name, "", scales], mode="linear", coordinate_transformation_mode="half_pixel"
        )
        return Value(name, value.channels_last, stride)

    def _transpose(self, node: Node) -> Value:
        return self._turned(node, self.value(node.inputs[0]))

    def _turned(self, node: Node, value: Value) -> Value:
        order = tuple(int(axis) for axis in self._constant(node, 1))
        if order != ((0, 3, 1, 2) if value.channels_last else (0, 2, 3, 1)):
            raise ValueError("only turns between the two layouts are known here")
        return replace(value, channels_last=not value.channels_last)
