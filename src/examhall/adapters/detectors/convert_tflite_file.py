"""Reads the tables of a TensorFlow Lite file (a FlatBuffer), as far as the pinned face models need them.

Slot numbers are those of TensorFlow's `schema.fbs`. Nothing outside the bytes is touched; a damaged
file ends in `struct.error` or `ValueError`, but files come here only after their hash was checked.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

Constant = npt.NDArray[np.generic]

_TYPES = {0: np.float32, 1: np.float16, 2: np.int32, 3: np.uint8, 4: np.int64, 9: np.int8}
_OPERATORS = {
    0: "ADD",
    3: "CONV_2D",
    4: "DEPTHWISE_CONV_2D",
    6: "DEQUANTIZE",
    17: "MAX_POOL_2D",
    22: "RESHAPE",
    34: "PAD",
    54: "PRELU",
}
_ACTIVATION_SLOT = {"ADD": 0, "CONV_2D": 3, "DEPTHWISE_CONV_2D": 4, "MAX_POOL_2D": 5}
_DILATION_SLOTS = {"CONV_2D": (4, 5), "DEPTHWISE_CONV_2D": (5, 6)}


@dataclass(frozen=True, slots=True)
class _Table:
    """One FlatBuffer table: `at` is where it begins in `data`."""

    data: bytes
    at: int

    @classmethod
    def root(cls, data: bytes) -> Self:
        return cls(data, _number(data, 0, "I"))

    def _place(self, slot: int) -> int | None:
        """Where a field's value lies; None when the file leaves it at its default."""
        directory = self.at - _number(self.data, self.at, "i")
        entry = 4 + 2 * slot
        if entry >= _number(self.data, directory, "H"):
            return None
        offset = _number(self.data, directory + entry, "H")
        return self.at + offset if offset else None

    def number(self, slot: int, kind: str, default: int = 0) -> int:
        """kind: a format letter of `struct`."""
        place = self._place(slot)
        return default if place is None else _number(self.data, place, kind)

    def table(self, slot: int) -> Self | None:
        place = self._place(slot)
        return None if place is None else type(self)(self.data, place + _number(self.data, place, "I"))

    def tables(self, slot: int) -> list[Self]:
        begin, count = self._vector(slot)
        places = range(begin, begin + 4 * count, 4)
        return [type(self)(self.data, place + _number(self.data, place, "I")) for place in places]

    def numbers(self, slot: int) -> list[int]:
        """A vector of int32."""
        begin, count = self._vector(slot)
        return np.frombuffer(self.data, "<i4", count, begin).tolist() if count else []

    def raw(self, slot: int) -> bytes:
        """A vector of bytes, or a string."""
        begin, count = self._vector(slot)
        return self.data[begin : begin + count]

    def _vector(self, slot: int) -> tuple[int, int]:
        place = self._place(slot)
        if place is None:
            return 0, 0
        begin = place + _number(self.data, place, "I")
        return begin + 4, _number(self.data, begin, "I")


def _number(data: bytes, place: int, kind: str) -> int:
    value: int = struct.unpack_from(f"<{kind}", data, place)[0]
    return value


@dataclass(frozen=True, slots=True)
class Tensor:
    """`shape` as TensorFlow writes it (pictures: batch, height, width, channels)."""

    name: str
    shape: tuple[int, ...]
    constant: Constant | None


@dataclass(frozen=True, slots=True)
class Window:
    """How a convolution or pooling walks: pairs are (height, width); size is (0, 0) for a convolution,
    whose weights say it."""

    same_padding: bool = False
    stride: tuple[int, int] = (1, 1)
    size: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class Operator:
    """`inputs` and `outputs` number the graph's tensors."""

    kind: str
    inputs: Sequence[int]
    outputs: Sequence[int]
    window: Window


@dataclass(frozen=True, slots=True)
class Graph:
    """`operators` in an order in which they can run."""

    tensors: Sequence[Tensor]
    operators: Sequence[Operator]
    inputs: Sequence[int]
    outputs: Sequence[int]


def read_tflite(data: bytes) -> Graph:
    """The first graph of the file. Raises ValueError for what is not known here."""
    model = _Table.root(data)
    codes = [max(code.number(0, "b"), code.number(3, "i")) for code in model.tables(1)]
    buffers = [buffer.raw(0) for buffer in model.tables(4)]
    graph = model.tables(2)[0]
    return Graph(
        tensors=[_tensor(table, buffers) for table in graph.tables(0)],
        operators=[_operator(table, codes) for table in graph.tables(3)],
        inputs=graph.numbers(1),
        outputs=graph.numbers(2),
    )


def _tensor(table: _Table, buffers: Sequence[bytes]) -> Tensor:
    if table.table(6) is not None:
        raise ValueError("sparse weights are not known here")
    shape, raw = tuple(table.numbers(0)), buffers[table.number(2, "I")]
    constant = np.frombuffer(raw, _TYPES[table.number(1, "b")]).reshape(shape) if raw else None
    return Tensor(table.raw(3).decode(), shape, constant)


def _operator(table: _Table, codes: Sequence[int]) -> Operator:
    code, options = codes[table.number(0, "I")], table.table(4)
    if code not in _OPERATORS:
        raise ValueError(f"operator {code} is not known here")
    kind = _OPERATORS[code]
    window = Window() if options is None else _window(kind, options)
    return Operator(kind, table.numbers(1), table.numbers(2), window)


def _window(kind: str, options: _Table) -> Window:
    if kind in _ACTIVATION_SLOT and options.number(_ACTIVATION_SLOT[kind], "b"):
        raise ValueError("fused activations are not known here")
    if kind not in _DILATION_SLOTS and kind != "MAX_POOL_2D":
        return Window()
    if any(options.number(slot, "i", 1) != 1 for slot in _DILATION_SLOTS.get(kind, ())):
        raise ValueError("dilated convolutions are not known here")
    size = (options.number(4, "i"), options.number(3, "i")) if kind == "MAX_POOL_2D" else (0, 0)
    stride = (options.number(2, "i"), options.number(1, "i"))
    return Window(options.number(0, "b") == 0, stride, size)
