"""Labelled pictures and clips of any folder that has the two tables.

`labels.csv` (one row a picture) and `clips.csv` (one row a video) name files relative to the folder. Of the
columns only the ones below are read; see docs/accuracy.md for their meaning. An empty cell means "not known".
"""

import csv
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

VARIABLE = "EXAMHALL_ACCURACY_DATA"
USUAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "dev"
PICTURE_COLUMNS = (
    "file", "face_count", "face_count_max", "distractor_faces", "person_present", "face_visible", "phone",
    "identity", "lighting", "skin_tone", "webcam_like", "scene",
)  # fmt: skip
CLIP_COLUMNS = (
    "file", "faces_min", "faces_max", "persons", "phone", "talking", "identity", "head_gaze_events_s",
    "other_events_s", "webcam_like", "duration_s",
)  # fmt: skip
_SPAN = re.compile(r"(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?) gaze centre|"
                   r"(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?) eyes to image (left|right)")  # fmt: skip


class DatasetError(Exception):
    """The data are not there or not as described; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Still:
    """faces_min..faces_max: how many visible faces are right. phone: None when not known.

    scene: pictures with the same scene show the same place and people; a picture without one is its own.
    """

    path: Path
    faces_min: int
    faces_max: int
    poster_faces: int
    person_present: bool
    face_visible: bool
    phone: bool | None
    identity: str
    lighting: str
    skin_tone: str
    webcam_like: bool
    scene: str


@dataclass(frozen=True, slots=True)
class Span:
    """From, to (seconds of the video) and what is so meanwhile."""

    start_s: float
    end_s: float
    label: str


@dataclass(frozen=True, slots=True)
class Clip:
    """persons: the most people in view. gaze: where the eyes look, in image directions, as far as labelled."""

    path: Path
    faces_min: int
    faces_max: int
    persons_min: int
    persons_max: int
    phone: bool
    talking: bool
    identity: str
    gaze: tuple[Span, ...]
    webcam_like: bool
    duration_s: float
    events: str

    @property
    def name(self) -> str:
        return self.path.stem


def data_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """The folder named by EXAMHALL_ACCURACY_DATA, or the usual one. Raises DatasetError if it is not there."""
    folder = Path(environment.get(VARIABLE) or USUAL)
    if not (folder / "labels.csv").is_file() or not (folder / "clips.csv").is_file():
        raise DatasetError(
            f"No labelled data in {folder}: labels.csv and clips.csv are needed. "
            f"Set {VARIABLE} to a folder that has them; docs/accuracy.md describes the columns."
        )
    return folder


def read_stills(folder: Path) -> tuple[Still, ...]:
    """Raises DatasetError for a missing column or file."""
    return tuple(_still(folder, row) for row in _rows(folder, "labels.csv", PICTURE_COLUMNS))


def read_clips(folder: Path) -> tuple[Clip, ...]:
    """Raises DatasetError for a missing column or file."""
    return tuple(_clip(folder, row) for row in _rows(folder, "clips.csv", CLIP_COLUMNS))


def gaze_spans(text: str) -> tuple[Span, ...]:
    """What `head_gaze_events_s` says of the eyes: "0.0-5.5 gaze centre; 6.0-9.8 eyes to image right"."""
    return tuple(
        Span(float(found[1] or found[3]), float(found[2] or found[4]), found[5] or "centre")
        for found in _SPAN.finditer(text)
    )


def _rows(folder: Path, name: str, columns: Sequence[str]) -> list[dict[str, str]]:
    with (folder / name).open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        missing = [column for column in columns if column not in (reader.fieldnames or ())]
        if missing:
            raise DatasetError(f"{folder / name} has no column {', '.join(missing)}.")
        rows = list(reader)
    for row in rows:
        if not (folder / row["file"]).is_file():
            raise DatasetError(f"{folder / name} names {row['file']}, which is not there.")
    if not rows:
        raise DatasetError(f"{folder / name} has no rows.")
    return rows


def _still(folder: Path, row: Mapping[str, str]) -> Still:
    return Still(
        path=folder / row["file"],
        faces_min=int(row["face_count"]),
        faces_max=int(row["face_count_max"] or row["face_count"]),
        poster_faces=int(row["distractor_faces"] or 0),
        person_present=row["person_present"] == "1",
        face_visible=row["face_visible"] == "1",
        phone={"0": False, "1": True}.get(row["phone"]),
        identity=row["identity"],
        lighting=row["lighting"] or "not labelled",
        skin_tone=row["skin_tone"] or "not labelled",
        webcam_like=row["webcam_like"] == "1",
        scene=row["scene"] or row["file"],
    )


def _clip(folder: Path, row: Mapping[str, str]) -> Clip:
    persons = [int(part) for part in (row["persons"] or "0").split("-")]
    return Clip(
        path=folder / row["file"],
        faces_min=int(row["faces_min"]),
        faces_max=int(row["faces_max"]),
        persons_min=persons[0],
        persons_max=persons[-1],
        phone=row["phone"] == "1",
        talking=row["talking"] == "1",
        identity=row["identity"],
        gaze=gaze_spans(row["head_gaze_events_s"]),
        webcam_like=row["webcam_like"] == "1",
        duration_s=float(row["duration_s"]),
        events="; ".join(text for text in (row["head_gaze_events_s"], row["other_events_s"]) if text),
    )
