"""Converters, on graphs small enough to work out by hand. Whole models are held by their golden answers."""

import base64
import json
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime
import pytest

from examhall.adapters.detectors.convert_dlib import read_quantised
from examhall.adapters.detectors.convert_graph import GraphBuilder
from examhall.adapters.detectors.convert_tfjs import TfjsLayers
from examhall.adapters.detectors.convert_tfjs_file import read_tfjs
from examhall.adapters.detectors.convert_tflite_file import read_tflite
from examhall.adapters.detectors.model_convert import copy

Floats = npt.NDArray[np.float32]
PICTURE = np.random.default_rng(3).integers(0, 256, (4, 4, 3), dtype=np.uint8)


def run(model: bytes, picture: npt.NDArray[np.uint8]) -> Floats:
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    found = session.run(None, {"image": picture})[0]
    assert isinstance(found, np.ndarray)
    return found


def prepared(**how: Any) -> bytes:
    builder = GraphBuilder("test")
    builder.output("planes", builder.picture(4, 4, **how), (1, 3, 4, 4))
    return builder.build()


def test_a_picture_is_prepared_in_the_graph() -> None:
    found = run(prepared(rgb=True, mean=(10, 20, 30), scale=(0.5, 0.25, 0.125)), PICTURE)
    expected = (PICTURE[:, :, ::-1] - np.array([10.0, 20, 30])) * [0.5, 0.25, 0.125]
    np.testing.assert_allclose(found[0], expected.transpose(2, 0, 1), rtol=1e-6)


def test_channels_stay_as_they_are_unless_turned_round() -> None:
    found = run(prepared(rgb=False, scale=(1 / 255,)), PICTURE)
    np.testing.assert_allclose(found[0], PICTURE.transpose(2, 0, 1) / 255, rtol=1e-6)


def test_the_same_calls_write_the_same_bytes() -> None:
    assert prepared(rgb=True, scale=(1,)) == prepared(rgb=True, scale=(1,))


def node(name: str, kind: str, *inputs: str, **attributes: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "op": kind, "input": list(inputs), "attr": attributes}


class Tfjs:
    """A graph model being written."""

    def __init__(self) -> None:
        self._nodes = [node("picture", "Placeholder")]
        self._weights: list[dict[str, Any]] = []
        self._data = b""

    def constant(self, name: str, values: npt.ArrayLike, dtype: str = "float32") -> None:
        array = np.array(values, dtype)
        self._nodes.append(node(name, "Const"))
        self._weights.append({"name": name, "shape": list(array.shape), "dtype": dtype})
        self._data += array.tobytes()

    def add(self, name: str, kind: str, *inputs: str, **attributes: dict[str, Any]) -> None:
        self._nodes.append(node(name, kind, *inputs, **attributes))

    def files(self) -> dict[str, bytes]:
        spec = {
            "modelTopology": {"node": self._nodes},
            "weightsManifest": [{"paths": ["weights.bin"], "weights": self._weights}],
        }
        return {"model.json": json.dumps(spec).encode(), "weights.bin": self._data}

    def run(self, output: str, shape: tuple[int, ...], *, channels_last: bool = True) -> Floats:
        files = self.files()
        builder = GraphBuilder("test")
        layers = TfjsLayers(read_tfjs(files["model.json"], files), builder, native_side=8)
        picture = builder.picture(4, 4, rgb=False, scale=(1,))
        layers.begin("picture", picture, channels_last=channels_last)
        builder.output("out", layers.value(output).name, shape)
        return run(builder.build(), PICTURE)


def walk(side: int, padding: str) -> dict[str, dict[str, Any]]:
    steps = ["1", str(side), str(side), "1"]
    return {"strides": {"list": {"i": steps}}, "padding": {"s": base64.b64encode(padding.encode()).decode()}}


def test_a_convolution_with_bias_and_limit() -> None:
    weights = np.array([[0.01, -0.5], [0.02, 1.0], [-0.01, 0.25]], np.float32)
    model = Tfjs()
    model.constant("weights", weights.reshape(1, 1, 3, 2))
    model.constant("bias", [1.5, -2.0])
    model.add("conv", "Conv2D", "picture", "weights", **walk(2, "SAME"))
    model.add("shifted", "BiasAdd", "conv", "bias")
    model.add("out", "Relu6", "shifted")
    expected = np.clip(PICTURE[::2, ::2] @ weights + [1.5, -2.0], 0, 6)
    np.testing.assert_allclose(model.run("out", (2, 2, 2)), expected.transpose(2, 0, 1), rtol=1e-4, atol=1e-4)


def test_transposes_only_change_how_a_value_is_known() -> None:
    model = Tfjs()
    model.constant("to_last", [0, 2, 3, 1], "int32")
    model.constant("to_first", [0, 3, 1, 2], "int32")
    model.constant("amounts", [[0, 0], [0, 0], [1, 0], [0, 2]], "int32")
    model.add("last", "Transpose", "picture", "to_last")
    model.add("first", "Transpose", "last", "to_first")
    model.add("out", "Pad", "first", "amounts")
    expected = np.pad(PICTURE.transpose(2, 0, 1), ((0, 0), (1, 0), (0, 2)))
    np.testing.assert_allclose(model.run("out", (3, 5, 6), channels_last=False), expected)


def test_a_convolution_takes_over_the_zeros_put_around_its_picture() -> None:
    model = Tfjs()
    model.constant("amounts", [[0, 0], [0, 0], [1, 1], [0, 2]], "int32")
    model.constant("to_last", [0, 2, 3, 1], "int32")
    model.constant("weights", np.ones((3, 3, 3, 1)))
    model.add("padded", "Pad", "picture", "amounts")
    model.add("last", "Transpose", "padded", "to_last")
    model.add("out", "Conv2D", "last", "weights", **walk(1, "VALID"))
    padded = np.pad(PICTURE.sum(axis=2, dtype=np.float32), ((1, 1), (0, 2)))
    expected = np.lib.stride_tricks.sliding_window_view(padded, (3, 3)).sum(axis=(2, 3))
    np.testing.assert_allclose(model.run("out", (4, 4), channels_last=False), expected)


def test_a_target_size_is_one_of_the_picture_the_graph_was_exported_for() -> None:
    model = Tfjs()
    model.constant("size", [4, 4], "int32")
    model.add("out", "ResizeBilinear", "picture", "size", half_pixel_centers={"b": True})
    # Exported for 8 x 8, so 4 x 4 is half; here the picture is 4 x 4.
    expected = PICTURE.reshape(2, 2, 2, 2, 3).mean(axis=(1, 3)).transpose(2, 0, 1)
    np.testing.assert_allclose(model.run("out", (3, 2, 2)), expected, rtol=1e-6)


def test_a_batch_normalisation_is_folded() -> None:
    model = Tfjs()
    gamma, beta, mean, variance = ([1.0, 2, 3], [0.5, 0, -1], [10.0, 20, 30], [4.0, 9, 16])
    for name, values in (("g", gamma), ("b", beta), ("m", mean), ("v", variance)):
        model.constant(name, values)
    model.add("out", "FusedBatchNorm", "picture", "g", "b", "m", "v", epsilon={"f": 0.0})
    expected = (PICTURE - np.array(mean)) / np.sqrt(variance) * gamma + beta
    found = model.run("out", (3, 4, 4))
    np.testing.assert_allclose(found, expected.transpose(2, 0, 1), rtol=1e-5, atol=1e-4)


def test_what_is_not_known_is_refused_by_name() -> None:
    model = Tfjs()
    model.add("out", "Softplus", "picture")
    with pytest.raises(ValueError, match="Softplus is not known"):
        model.run("out", (3, 4, 4))


def test_weights_that_do_not_fill_their_file_are_refused() -> None:
    model = Tfjs()
    model.constant("weights", [1.0, 2.0])
    files = model.files()
    with pytest.raises(ValueError, match="do not fill"):
        read_tfjs(files["model.json"], {"weights.bin": files["weights.bin"] + b"more"})
    manifest = json.dumps([{"weights": [{"name": "a", "shape": [2]}]}]).encode()
    with pytest.raises(ValueError, match="do not fill"):
        read_quantised(manifest, bytes(12))


def test_bytes_become_the_numbers_they_stand_for() -> None:
    entry = {"name": "a", "shape": [2, 1], "quantization": {"scale": 0.5, "min": -1.0}}
    manifest = json.dumps([{"weights": [entry]}]).encode()
    np.testing.assert_array_equal(read_quantised(manifest, bytes([0, 4]))["a"], [[-1.0], [1.0]])


def test_an_unknown_tflite_operator_is_refused() -> None:
    with pytest.raises(ValueError, match="operator 9 is not known"):
        read_tflite(tflite_with_operator(9))


def test_a_known_tflite_operator_is_read() -> None:
    graph = read_tflite(tflite_with_operator(54))
    assert [(found.kind, found.inputs, found.outputs) for found in graph.operators] == [("PRELU", [], [])]


def test_a_file_is_copied_as_it_is() -> None:
    assert copy({"model.onnx": b"weights"}) == b"weights"


Field = bytes | list["Field"] | tuple["Field", ...]


def tflite_with_operator(code: int) -> bytes:
    """A TensorFlow Lite file of one operator without inputs and outputs."""
    number = code.to_bytes(4, "little")
    codes: Field = ([bytes([code]), (), bytes([1]), number],)
    operators: Field = ([bytes(4), (), ()],)
    model: Field = [bytes([3]), codes, ([(), (), (), operators],), (), ()]
    data = bytearray(4)
    data[0:4] = write_flatbuffer(data, model).to_bytes(4, "little")
    return bytes(data)


def write_flatbuffer(data: bytearray, item: Field) -> int:
    """Append a table (a list of fields) or a vector (a tuple of tables) and what they point to.

    Returns its place. Offsets are unsigned and point forward: children come after their parent.
    """
    children: list[tuple[int, Field]] = []
    if isinstance(item, list):
        directory, at = len(data), len(data) + 4 + 2 * len(item)
        data += (4 + 2 * len(item)).to_bytes(2, "little") + (4 + 4 * len(item)).to_bytes(2, "little")
        for index in range(len(item)):
            data += (4 + 4 * index).to_bytes(2, "little")
        data += (at - directory).to_bytes(4, "little")
        for field in item:
            if not isinstance(field, bytes):
                children.append((len(data), field))
            data += field.ljust(4, b"\0") if isinstance(field, bytes) else bytes(4)
    else:
        at = len(data)
        data += len(item).to_bytes(4, "little")
        for table in item:
            assert not isinstance(table, bytes | int)
            children.append((len(data), table))
            data += bytes(4)
    for slot, child in children:
        data[slot : slot + 4] = (write_flatbuffer(data, child) - slot).to_bytes(4, "little")
    return at
