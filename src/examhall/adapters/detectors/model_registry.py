"""The model folder: which files are there, and are they the ones that were built."""

import hashlib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from examhall.domain.errors import ErrorKind, ExamhallError

MANIFEST_NAME = "manifest.json"
_MEND = "Run `examhall models build`."


class ModelSource(BaseModel):
    """Where a file came from: one file inside one pinned package of the Python package index."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    package: str
    version: str
    platforms: tuple[str, ...]
    package_sha256: str
    file: str
    sha256: str


class ModelEntry(BaseModel):
    """One file of the model folder. `input` and `output` say shapes, dtypes and ranges in words.

    The same in `models/manifest.json`, which says what to build (no `sha256` yet), and in the
    manifest of a built folder.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    kind: Literal["model", "portrait"]
    task: str
    file: str
    licence: str
    source: ModelSource
    convert: str
    sha256: str = ""
    input: str = ""
    output: str = ""


class Manifest(BaseModel):
    """What is in a model folder, or what is to be built."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    entries: tuple[ModelEntry, ...]


def checkout_root() -> Path | None:
    """The source checkout this code runs from, or None when it runs from an installed wheel."""
    root = Path(__file__).resolve().parents[4]
    return root if (root / "models" / MANIFEST_NAME).is_file() else None


def default_models_dir(data_home: Path | None = None) -> Path:
    """`models/out` of a checkout, else `examhall/models` in the user's data folder."""
    root = checkout_root()
    if root is not None:
        return root / "models" / "out"
    return (data_home or Path.home() / ".local" / "share") / "examhall" / "models"


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class ModelRegistry:
    """Finds checked files in a model folder. Nothing is opened before it is asked for."""

    def __init__(self, models_dir: Path) -> None:
        self._dir = models_dir

    def entries(self) -> tuple[ModelEntry, ...]:
        """What the folder should hold.

        Raises ExamhallError `model_missing` without a manifest, `model_altered` with a damaged one.
        """
        path = self._dir / MANIFEST_NAME
        try:
            text = path.read_text("utf-8")
        except FileNotFoundError as error:
            raise _missing(path) from error
        try:
            return Manifest.model_validate_json(text).entries
        except ValidationError as error:
            raise _altered(path) from error

    def path_of(self, name: str) -> Path:
        """A file that is there and unaltered.

        Raises ExamhallError `model_missing` or `model_altered`, saying how to mend it.
        """
        for entry in self.entries():
            if entry.name == name:
                return self._checked(entry)
        raise _missing(self._dir / name)

    def verify(self) -> None:
        """Check every file against its SHA-256; raises like `path_of` at the first wrong one."""
        for entry in self.entries():
            self._checked(entry)

    def _checked(self, entry: ModelEntry) -> Path:
        path = self._dir / entry.file
        if not path.is_file():
            raise _missing(path)
        if sha256_of(path) != entry.sha256:
            raise _altered(path)
        return path


def _missing(path: Path) -> ExamhallError:
    return ExamhallError(
        ErrorKind.UNAVAILABLE, "model_missing", f"The model file {path} is not there. {_MEND}"
    )


def _altered(path: Path) -> ExamhallError:
    return ExamhallError(
        ErrorKind.UNAVAILABLE,
        "model_altered",
        f"The model file {path} is not the one that was built. {_MEND}",
    )
