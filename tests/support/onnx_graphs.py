"""Tiny ONNX files for tests of decoders and of the model folder."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

Side = int | str
Shape = Sequence[Side]


def write_constant_model(
    path: Path,
    inputs: Mapping[str, Shape],
    outputs: Mapping[str, Sequence[int]],
    *,
    input_type: int = TensorProto.UINT8,
) -> Path:
    """A model with these inputs, float outputs of these shapes, all zeros."""
    nodes, weights = [], []
    for name, shape in outputs.items():
        weights.append(numpy_helper.from_array(np.zeros(shape, np.float32), f"{name}_zeros"))
        nodes.append(helper.make_node("Identity", [f"{name}_zeros"], [name]))
    graph = helper.make_graph(
        nodes,
        "constant",
        [helper.make_tensor_value_info(name, input_type, shape) for name, shape in inputs.items()],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in outputs.items()],
        weights,
    )
    return save(graph, path)


def write_white_patch_yunet(path: Path, side: Side = "side") -> Path:
    """A YuNet whose faces are white cells: of stride 8, two cells wide and three high about their middle.

    The score is the square root of the brightest blue in the cell; points are at (i, 2i) / 10 of the cell.
    side: of its square input, a number for a model of one size.
    """
    cell = [0.5, 0.5, np.log(2), np.log(3)]
    points = [value for index in range(5) for value in (index / 10, index / 5)]
    weights = [
        numpy_helper.from_array(np.array(value, kind), name)
        for name, value, kind in (
            ("scale", 1 / 255, np.float32),
            ("box", [[cell]], np.float32),
            ("point", [[points]], np.float32),
            ("none", 0.0, np.float32),
            ("one", 1.0, np.float32),
            ("column", [1, -1, 1], np.int64),
            ("begin", [0], np.int64),
            ("end", [1], np.int64),
            ("axis", [1], np.int64),
        )
    ]
    nodes = [
        helper.make_node("Slice", ["input", "begin", "end", "axis"], ["blue"]),
        helper.make_node("Mul", ["blue", "scale"], ["bright"]),
    ]
    outputs = []
    for stride in (8, 16, 32):
        pool = {"kernel_shape": [stride, stride], "strides": [stride, stride]}
        factor = "one" if stride == 8 else "none"
        nodes += [
            helper.make_node("MaxPool", ["bright"], [f"cells_{stride}"], **pool),
            helper.make_node("Reshape", [f"cells_{stride}", "column"], [f"column_{stride}"]),
            helper.make_node("Mul", [f"column_{stride}", factor], [f"obj_{stride}"]),
            helper.make_node("Mul", [f"column_{stride}", "none"], [f"nothing_{stride}"]),
            helper.make_node("Add", [f"nothing_{stride}", "one"], [f"cls_{stride}"]),
            helper.make_node("Add", [f"nothing_{stride}", "box"], [f"bbox_{stride}"]),
            helper.make_node("Add", [f"nothing_{stride}", "point"], [f"kps_{stride}"]),
        ]
        for name, columns in (("cls", 1), ("obj", 1), ("bbox", 4), ("kps", 10)):
            shape = [1, "cells", columns]
            outputs.append(helper.make_tensor_value_info(f"{name}_{stride}", TensorProto.FLOAT, shape))
    picture = helper.make_tensor_value_info("input", TensorProto.FLOAT, [1, 3, side, side])
    if isinstance(side, str):
        picture = helper.make_tensor_value_info("input", TensorProto.FLOAT, [1, 3, "height", "width"])
    return save(helper.make_graph(nodes, "white_patches", [picture], outputs, weights), path)


def save(graph: onnx.GraphProto, path: Path) -> Path:
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    onnx.checker.check_model(model)
    onnx.save(model, path)
    return path
