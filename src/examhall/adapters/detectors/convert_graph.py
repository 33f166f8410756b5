"""Writes ONNX graphs, node by node.

`onnx` is needed only to build, so it is imported only where it is used; the server never does.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from onnx import NodeProto, TensorProto, ValueInfoProto

Numbers = npt.NDArray[np.float32] | npt.NDArray[np.int64]
# What an ONNX node knows beside its inputs.
Attribute = int | float | str | list[int]

_OPSET = 17
_IR_VERSION = 8


class GraphBuilder:
    """Collects nodes and weights; values are known by the names that `add` and `constant` return."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._nodes: list[NodeProto] = []
        self._weights: list[TensorProto] = []
        self._inputs: list[ValueInfoProto] = []
        self._outputs: list[ValueInfoProto] = []
        self._count = 0

    def add(self, operator: str, inputs: Sequence[str], **attributes: Attribute) -> str:
        """One node with one output. An empty name leaves an input out."""
        return self.add_many(operator, inputs, 1, **attributes)[0]

    def add_many(
        self, operator: str, inputs: Sequence[str], outputs: int, **attributes: Attribute
    ) -> tuple[str, ...]:
        import onnx  # noqa: PLC0415

        names = tuple(self._fresh() for _ in range(outputs))
        node = onnx.helper.make_node(operator, inputs, names)
        node.attribute.extend(onnx.helper.make_attribute(name, value) for name, value in attributes.items())
        self._nodes.append(node)
        return names

    def constant(self, values: npt.NDArray[np.generic]) -> str:
        """float32 or, for whole numbers, int64."""
        import onnx  # noqa: PLC0415

        name = self._fresh()
        whole = np.issubdtype(values.dtype, np.integer)
        stored: Numbers = values.astype(np.int64) if whole else values.astype(np.float32)
        self._weights.append(onnx.numpy_helper.from_array(np.ascontiguousarray(stored), name))
        return name

    def reshape(self, value: str, shape: Sequence[int]) -> str:
        return self.add("Reshape", [value, self.constant(np.array(shape, np.int64))])

    def picture(
        self, height: int, width: int, *, rgb: bool, scale: Sequence[float], mean: Sequence[float] = ()
    ) -> str:
        """The input `image`, uint8 (height, width, 3) BGR, as float (1, 3, height, width).

        The network's own preparation belongs in its graph, so that Python makes no copy:
        (value - mean) * scale per channel, in the order in which the network takes them.
        """
        import onnx  # noqa: PLC0415

        shape = [height, width, 3]
        self._inputs.append(onnx.helper.make_tensor_value_info("image", onnx.TensorProto.UINT8, shape))
        planes = self.add("Transpose", ["image"], perm=[2, 0, 1])
        if rgb:
            planes = self.add("Gather", [planes, self.constant(np.array([2, 1, 0]))], axis=0)
        value = self.add("Cast", [planes], to=onnx.TensorProto.FLOAT)
        if mean:
            value = self.add("Sub", [value, self.constant(np.array(mean, np.float32).reshape(3, 1, 1))])
        value = self.add("Mul", [value, self.constant(np.array(scale, np.float32).reshape(-1, 1, 1))])
        return self.reshape(value, (1, 3, height, width))

    def output(self, name: str, value: str, shape: Sequence[int]) -> None:
        """Give `value` to the outside as `name`: float, of this shape."""
        import onnx  # noqa: PLC0415

        reshaped = onnx.helper.make_node("Reshape", [value, self.constant(np.array(shape, np.int64))], [name])
        self._nodes.append(reshaped)
        self._outputs.append(onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape))

    def build(self) -> bytes:
        """The checked graph; the same bytes for the same calls and the same version of onnx."""
        import onnx  # noqa: PLC0415

        graph = onnx.helper.make_graph(self._nodes, self._name, self._inputs, self._outputs, self._weights)
        model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", _OPSET)])
        model.ir_version = _IR_VERSION
        onnx.checker.check_model(model, full_check=True)
        return bytes(model.SerializeToString(deterministic=True))

    def _fresh(self) -> str:
        self._count += 1
        return f"v{self._count}"
