"""The model folder, for the command line."""

from collections.abc import Callable
from pathlib import Path

from examhall.adapters.detectors.model_build import build_models
from examhall.adapters.detectors.model_registry import ModelEntry, ModelRegistry, default_models_dir


def list_models(models_dir: Path | None) -> tuple[ModelEntry, ...]:
    return ModelRegistry(models_dir or default_models_dir()).entries()


def verify_models(models_dir: Path | None) -> None:
    ModelRegistry(models_dir or default_models_dir()).verify()


def build_model_folder(models_dir: Path | None, report: Callable[[str], None], *, again: bool) -> None:
    build_models(models_dir or default_models_dir(), report, again=again)


def portrait_path(name: str, models_dir: Path | None = None) -> Path:
    """A portrait that came with the model files: `astronaut` (512 x 512) or `grace_hopper`."""
    return ModelRegistry(models_dir or default_models_dir()).path_of(name)
