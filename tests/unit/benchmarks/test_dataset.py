"""The reader of labelled folders, on made-up tables."""

from pathlib import Path

import pytest

from accuracy.dataset import (
    CLIP_COLUMNS,
    PICTURE_COLUMNS,
    VARIABLE,
    DatasetError,
    Span,
    data_folder,
    gaze_spans,
    read_clips,
    read_stills,
)

STILL = {
    "file": "a.jpg",
    "face_count": "1",
    "face_count_max": "2",
    "person_present": "1",
    "face_visible": "1",
}
CLIP = {
    "file": "b.mp4",
    "faces_min": "1",
    "faces_max": "1",
    "duration_s": "15.3",
    "persons": "0-1",
    "phone": "1",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path / "labels.csv", PICTURE_COLUMNS, STILL)
    write(tmp_path / "clips.csv", CLIP_COLUMNS, CLIP)
    (tmp_path / "a.jpg").touch()
    (tmp_path / "b.mp4").touch()
    return tmp_path


def write(path: Path, columns: tuple[str, ...], row: dict[str, str]) -> None:
    path.write_text(",".join(columns) + "\n" + ",".join(row.get(column, "") for column in columns) + "\n")


def test_an_empty_cell_is_not_known(folder: Path) -> None:
    (still,) = read_stills(folder)
    assert (still.faces_min, still.faces_max, still.poster_faces) == (1, 2, 0)
    assert still.phone is None
    assert still.lighting == "not labelled"


def test_a_picture_without_a_scene_is_its_own(folder: Path) -> None:
    (still,) = read_stills(folder)
    assert still.scene == "a.jpg"


def test_a_range_of_persons(folder: Path) -> None:
    (clip,) = read_clips(folder)
    assert (clip.persons_min, clip.persons_max, clip.phone, clip.talking) == (0, 1, True, False)


def test_gaze_is_read_from_words() -> None:
    text = "0.0-5.5 gaze centre; 5.6-10.2 eyes to image left, head still; 10.5-15.3 gaze centre; 15.0 blink"
    assert gaze_spans(text) == (Span(0.0, 5.5, "centre"), Span(5.6, 10.2, "left"), Span(10.5, 15.3, "centre"))
    assert gaze_spans("heads tilt sideways 0.5-4.7") == ()


def test_the_folder_comes_from_the_environment(folder: Path) -> None:
    assert data_folder({VARIABLE: str(folder)}) == folder


def test_a_missing_folder_is_an_error_that_says_what_to_set(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=VARIABLE):
        data_folder({VARIABLE: str(tmp_path)})


def test_a_missing_column_is_named(folder: Path) -> None:
    write(folder / "labels.csv", PICTURE_COLUMNS[:-1], STILL)
    with pytest.raises(DatasetError, match="scene"):
        read_stills(folder)


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "a.jpg").unlink()
    with pytest.raises(DatasetError, match=r"a\.jpg"):
        read_stills(folder)
