"""Reads TensorFlow.js graph models: `model.json` and its files of weights."""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Constant = npt.NDArray[np.generic]

_TYPES = {"float32": np.float32, "float16": np.float16, "int32": np.int32}


@dataclass(frozen=True, slots=True)
class Node:
    """One operator: `inputs` are names of nodes; of its attributes only texts, whole lists and numbers."""

    name: str
    kind: str
    inputs: Sequence[str]
    texts: Mapping[str, str]
    lists: Mapping[str, Sequence[int]]
    numbers: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes and constants by name."""

    nodes: Mapping[str, Node]
    constants: Mapping[str, Constant]


def read_tfjs(model: bytes, files: Mapping[str, bytes]) -> Graph:
    """model: the JSON; files: the weights by name. Raises ValueError when they do not fill their files."""
    spec = json.loads(model)
    constants: dict[str, Constant] = {}
    for group in spec["weightsManifest"]:
        data = b"".join(files[path] for path in group["paths"])
        offset = 0
        for entry in group["weights"]:
            stored = np.dtype(_TYPES[entry.get("quantization", entry)["dtype"]])
            count = int(np.prod(entry["shape"], dtype=np.int64))
            values = np.frombuffer(data, stored, count, offset)
            constants[entry["name"]] = values.astype(_TYPES[entry["dtype"]]).reshape(entry["shape"])
            offset += count * stored.itemsize
        if offset != len(data):
            raise ValueError("the weights do not fill their files")
    nodes = (_node(entry) for entry in spec["modelTopology"]["node"])
    return Graph({node.name: node for node in nodes}, constants)


def _node(entry: Mapping[str, Any]) -> Node:
    texts: dict[str, str] = {}
    lists: dict[str, Sequence[int]] = {}
    numbers: dict[str, float] = {}
    for name, value in (entry.get("attr") or {}).items():
        if "s" in value:
            texts[name] = _text(value["s"])
        elif "list" in value:
            lists[name] = [int(number) for number in value["list"].get("i", ())]
        else:
            for kind in ("f", "i", "b"):
                if kind in value:
                    numbers[name] = float(value[kind])
    return Node(entry["name"], entry["op"], entry.get("input") or [], texts, lists, numbers)


def _text(value: str | list[int]) -> str:
    """A text, which one converter writes in base64 and another as numbers of bytes."""
    return (base64.b64decode(value) if isinstance(value, str) else bytes(value)).decode()
