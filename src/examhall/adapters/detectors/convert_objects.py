"""NanoDet-g and SSDLite-MobileNetV2, from TensorFlow.js to ONNX, their decoding included.

Both give `scores` (n, classes) in 0..1 and `boxes` (n, 4) as left, top, right, bottom.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from examhall.adapters.detectors.convert_graph import GraphBuilder
from examhall.adapters.detectors.convert_tfjs import TfjsLayers
from examhall.adapters.detectors.convert_tfjs_file import read_tfjs

_NANODET_SIDE = 320
_NANODET_NATIVE_SIDE = 416
_NANODET_MEAN_BGR = (103.53, 116.28, 123.675)
_NANODET_SD_BGR = (57.375, 57.12, 58.395)
# The last convolution at each stride: 80 class scores, then 4 sides x 11 bins per place.
_NANODET_HEADS = {8: "PartitionedCall/Add_29", 16: "PartitionedCall/Add_33", 32: "PartitionedCall/Add_37"}
_NANODET_CLASSES = 80
_BINS = 11

_SSD_SIDE = 300
_SSD_HEADS = 6
_SSD_ANCHORS = 1917
_SSD_CLASSES = 91
# How much the network's numbers for centre and size were enlarged for training.
_CENTRE_VARIANCE, _SIZE_VARIANCE = 10.0, 5.0


def convert_nanodet(files: Mapping[str, bytes]) -> bytes:
    """COCO's 80 classes in their usual order; boxes in pixels of the 320 x 320 input."""
    graph = read_tfjs(files["nanodet.json"], files)
    builder = GraphBuilder("nanodet")
    scale = [1 / deviation for deviation in _NANODET_SD_BGR]
    picture = builder.picture(_NANODET_SIDE, _NANODET_SIDE, rgb=False, mean=_NANODET_MEAN_BGR, scale=scale)
    layers = TfjsLayers(graph, builder, _NANODET_NATIVE_SIDE)
    layers.begin("input_1", picture, channels_last=False)
    heads = [layers.value(node).name for node in _NANODET_HEADS.values()]
    channels = _NANODET_CLASSES + 4 * _BINS
    # (1, channels, places) of every stride behind one another, then places first.
    flat = builder.add("Concat", [builder.reshape(head, (1, channels, -1)) for head in heads], axis=2)
    split = builder.constant(np.array([_NANODET_CLASSES, 4 * _BINS]))
    logits, sides = builder.add_many("Split", [flat, split], 2, axis=1)
    places = sum((_NANODET_SIDE // stride) ** 2 for stride in _NANODET_HEADS)
    scores = builder.add("Transpose", [builder.add("Sigmoid", [logits])], perm=[0, 2, 1])
    builder.output("scores", scores, (places, _NANODET_CLASSES))
    sides = builder.add("Transpose", [builder.reshape(sides, (4, _BINS, places))], perm=[2, 0, 1])
    likely = builder.add("Softmax", [sides], axis=2)
    bins = builder.constant(np.arange(_BINS, dtype=np.float32).reshape(_BINS, 1))
    distances = builder.reshape(builder.add("MatMul", [likely, bins]), (places, 4))
    centres, signs = _nanodet_places()
    moved = builder.add("Mul", [distances, builder.constant(signs)])
    builder.output("boxes", builder.add("Add", [moved, builder.constant(centres)]), (places, 4))
    return builder.build()


def _nanodet_places() -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """(n, 4) centres as x, y, x, y and (n, 4) pixels per bin, negative towards left and top."""
    centres, signs = [], []
    for stride in _NANODET_HEADS:
        steps = (np.arange(_NANODET_SIDE // stride, dtype=np.float32) + 0.5) * stride
        x, y = (grid.reshape(-1) for grid in np.meshgrid(steps, steps))
        centres.append(np.stack([x, y, x, y], axis=1))
        signs.append(np.tile(np.array([-stride, -stride, stride, stride], np.float32), (x.size, 1)))
    return np.concatenate(centres), np.concatenate(signs)


def convert_ssdlite(files: Mapping[str, bytes]) -> bytes:
    """COCO's 91 ids; boxes in 0..1 of the input."""
    graph = read_tfjs(files["model.json"], files)
    builder = GraphBuilder("ssdlite")
    half = 255 / 2
    picture = builder.picture(_SSD_SIDE, _SSD_SIDE, rgb=True, mean=[half] * 3, scale=(1 / half,))
    layers = TfjsLayers(graph, builder, _SSD_SIDE)
    layers.begin("Preprocessor/sub", picture, channels_last=True)
    logits = _ssd_rows(layers, builder, "ClassPredictor", _SSD_CLASSES)
    builder.output("scores", builder.add("Sigmoid", [logits]), (_SSD_ANCHORS, _SSD_CLASSES))
    anchors = graph.constants["Postprocessor/ExpandDims"].reshape(_SSD_ANCHORS, 4).astype(np.float32)
    boxes = _ssd_boxes(builder, _ssd_rows(layers, builder, "BoxEncodingPredictor", 4), anchors)
    builder.output("boxes", boxes, (_SSD_ANCHORS, 4))
    return builder.build()


def _ssd_rows(layers: TfjsLayers, builder: GraphBuilder, head: str, columns: int) -> str:
    """One row per anchor from the six maps of a head."""
    rows = []
    for index in range(_SSD_HEADS):
        plane = layers.value(f"BoxPredictor_{index}/{head}/BiasAdd").name
        last = builder.add("Transpose", [plane], perm=[0, 2, 3, 1])
        rows.append(builder.reshape(last, (-1, columns)))
    return builder.add("Concat", rows, axis=0)


def _ssd_boxes(builder: GraphBuilder, encoded: str, anchors: npt.NDArray[np.float32]) -> str:
    """encoded: (n, 4) y, x, height, width relative to the anchors (top, left, bottom, right)."""
    size = anchors[:, [3, 2]] - anchors[:, [1, 0]]
    centre = anchors[:, [1, 0]] + size / 2
    xy, wh = (
        builder.add("Gather", [encoded, builder.constant(np.array(pair))], axis=1)
        for pair in ([1, 0], [3, 2])
    )
    moved = builder.add("Mul", [xy, builder.constant(size / _CENTRE_VARIANCE)])
    middle = builder.add("Add", [moved, builder.constant(centre)])
    grown = builder.add("Exp", [builder.add("Mul", [wh, builder.constant(np.array(1 / _SIZE_VARIANCE))])])
    half = builder.add("Mul", [grown, builder.constant(size / 2)])
    corners = [builder.add("Sub", [middle, half]), builder.add("Add", [middle, half])]
    return builder.add("Concat", corners, axis=1)
