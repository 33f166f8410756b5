"""Puts a site's own model in the place of a built one, and back."""

import shutil
from pathlib import Path

from examhall.adapters.detectors.model_registry import (
    LocalSource,
    Manifest,
    ModelEntry,
    ModelRegistry,
    ModelTask,
    TaskModel,
    sha256_of,
    write_manifest,
)
from examhall.adapters.detectors.model_signature import open_model
from examhall.domain.errors import ErrorKind, ExamhallError


def use_model(
    models_dir: Path, file: Path, task: ModelTask, decoder: str, *, licence: str = "", note: str = ""
) -> ModelEntry:
    """Copy `file` into the folder and let it serve `task`; the built model stays beside it.

    Raises ExamhallError `file_unreadable`, `model_does_not_fit` or `model_missing` (no built folder);
    nothing is changed then.
    """
    if not file.is_file():
        raise ExamhallError(ErrorKind.INVALID, "file_unreadable", f"{file} cannot be read.")
    name = f"local_{task}"
    open_model(TaskModel(name, task, decoder, file))
    others = _without(ModelRegistry(models_dir).entries(), task)
    entry = ModelEntry(
        name=name,
        task=task,
        description=f"The site's own model: {file.name}",
        decoder=decoder,
        file=f"{name}.onnx",
        licence=licence or "not stated",
        source=LocalSource(note=note),
        sha256=sha256_of(file),
    )
    partial = models_dir / f"{entry.file}.partial"
    shutil.copyfile(file, partial)
    partial.replace(models_dir / entry.file)
    write_manifest(models_dir, Manifest(entries=(*others, entry)))
    return entry


def use_built_model(models_dir: Path, task: ModelTask) -> None:
    """Let the built model serve `task` again and delete the site's own."""
    registry = ModelRegistry(models_dir)
    write_manifest(models_dir, Manifest(entries=_without(registry.entries(), task)))
    (models_dir / f"local_{task}.onnx").unlink(missing_ok=True)


def _without(entries: tuple[ModelEntry, ...], task: ModelTask) -> tuple[ModelEntry, ...]:
    return tuple(entry for entry in entries if not (entry.is_local and entry.task == task))
