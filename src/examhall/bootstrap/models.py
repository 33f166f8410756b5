"""The model folder, for the command line."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from examhall.adapters.detectors.model_build import build_models
from examhall.adapters.detectors.model_registry import (
    ModelEntry,
    ModelRegistry,
    TaskModel,
    default_models_dir,
)
from examhall.adapters.detectors.model_signature import open_model
from examhall.adapters.detectors.model_swap import use_built_model, use_model

SwappableTask = Literal["faces", "mesh", "iris", "identity", "phone_book", "person_laptop", "speech"]


@dataclass(frozen=True, slots=True)
class ListedModel:
    """`in_use`: whether it serves its task. `size`: bytes, 0 when the file is not there."""

    entry: ModelEntry
    in_use: bool
    size: int


def list_models(models_dir: Path | None) -> tuple[ListedModel, ...]:
    folder = models_dir or default_models_dir()
    entries = ModelRegistry(folder).entries()
    replaced = {entry.task for entry in entries if entry.is_local}
    return tuple(
        ListedModel(
            entry,
            entry.is_local or entry.task not in replaced,
            (folder / entry.file).stat().st_size if (folder / entry.file).is_file() else 0,
        )
        for entry in entries
    )


def verify_models(models_dir: Path | None) -> None:
    """Hashes only. Raises ExamhallError `model_missing` or `model_altered`."""
    ModelRegistry(models_dir or default_models_dir()).verify()


def check_models_fit(models_dir: Path | None) -> tuple[TaskModel, ...]:
    """Open every model; raises ExamhallError `model_does_not_fit` at the first that its decoder cannot read."""
    models = ModelRegistry(models_dir or default_models_dir()).models()
    for model in models:
        open_model(model)
    return models


def build_model_folder(models_dir: Path | None, report: Callable[[str], None], *, again: bool) -> None:
    build_models(models_dir or default_models_dir(), report, again=again)


def swap_model(
    models_dir: Path | None, file: Path, task: SwappableTask, decoder: str, licence: str, note: str
) -> ModelEntry:
    """See `model_swap.use_model`."""
    return use_model(models_dir or default_models_dir(), file, task, decoder, licence=licence, note=note)


def swap_back(models_dir: Path | None, task: SwappableTask) -> None:
    """See `model_swap.use_built_model`."""
    use_built_model(models_dir or default_models_dir(), task)


def portrait_path(name: str, models_dir: Path | None = None) -> Path:
    """A portrait that came with the model files: `astronaut` (512 x 512) or `grace_hopper`."""
    return ModelRegistry(models_dir or default_models_dir()).path_of(name)
