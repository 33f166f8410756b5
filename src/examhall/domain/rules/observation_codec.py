"""Observations as JSON: one object with a `type` each, one per line in a recording."""

import json
from collections.abc import Mapping
from typing import assert_never

from examhall.domain.errors import ErrorKind, ExamhallError
from examhall.domain.observation import (
    CameraObserved,
    ConnectionChanged,
    FaceBox,
    FacesObserved,
    Observation,
    PageEventKind,
    PageEventObserved,
    SamplingChanged,
    Scan,
    SecondDeviceObserved,
    TimePassed,
    WatchChanged,
)
from examhall.domain.rules.json_values import Fields, Json

_UNREADABLE = "observation_unreadable"


def observation_to_json(seen: Observation) -> Json:
    """Return the observation as JSON values: hashes as hex digits, faces as [x1, y1, x2, y2, score]."""
    match seen:
        case FacesObserved():
            body: Json = {
                "type": "faces",
                "scan": str(seen.scan),
                "faces": [[f.x1, f.y1, f.x2, f.y2, f.score] for f in seen.faces],
                "frame_sequence": seen.frame_sequence,
            }
        case CameraObserved():
            body = {
                "type": "camera",
                "luma_mean": seen.luma_mean,
                "luma_sd": seen.luma_sd,
                "sharpness": seen.sharpness,
                "fingerprint": f"{seen.fingerprint:016x}",
                "exact_hash": f"{seen.exact_hash:016x}",
                "frame_sequence": seen.frame_sequence,
            }
        case PageEventObserved():
            body = {"type": "page_event", "kind": str(seen.kind), "late": seen.late}
        case ConnectionChanged():
            body = {"type": "connection", "connected": seen.connected}
        case SecondDeviceObserved():
            body = {"type": "second_device"}
        case WatchChanged():
            body = {"type": "watch", "watching": seen.watching}
        case SamplingChanged():
            body = {"type": "sampling", "interval_s": seen.interval_s}
        case TimePassed():
            body = {"type": "time"}
        case _:
            assert_never(seen)
    return {"type": body.pop("type"), "at_s": seen.at_s, **body}


def observation_from_json(value: Mapping[str, object]) -> Observation:
    """Read one observation; raises `ExamhallError` with code `observation_unreadable`."""
    fields = Fields(value, _UNREADABLE)
    name, at_s = fields.text("type"), fields.number("at_s")
    seen: Observation
    match name:
        case "faces":
            seen = _faces(fields, at_s)
        case "camera":
            seen = _camera(fields, at_s)
        case "page_event":
            late = fields.flag_or("late", False)
            seen = PageEventObserved(at_s, fields.member(PageEventKind, "kind"), late)
        case "connection":
            seen = ConnectionChanged(at_s, fields.flag("connected"))
        case "second_device":
            seen = SecondDeviceObserved(at_s)
        case "watch":
            seen = WatchChanged(at_s, fields.flag("watching"))
        case "sampling":
            seen = SamplingChanged(at_s, fields.number("interval_s"))
        case "time":
            seen = TimePassed(at_s)
        case _:
            raise ExamhallError(ErrorKind.INVALID, _UNREADABLE, "The type of an observation is not known.")
    return seen


def observation_line(seen: Observation) -> str:
    """Return one line of a recording, without the line end."""
    return json.dumps(observation_to_json(seen), separators=(",", ":"))


def observation_from_line(line: str) -> Observation:
    """Read one line of a recording; raises as `observation_from_json` does."""
    try:
        value: object = json.loads(line)
    except ValueError as error:
        raise ExamhallError(ErrorKind.INVALID, _UNREADABLE, "A line of the recording is not JSON.") from error
    if not isinstance(value, dict):
        raise ExamhallError(ErrorKind.INVALID, _UNREADABLE, "A line of the recording is not an object.")
    return observation_from_json(value)


def _faces(fields: Fields, at_s: float) -> FacesObserved:
    boxes = [fields.numbers(row, 5, "faces") for row in fields.rows("faces")]
    faces = tuple(FaceBox(*box) for box in boxes)
    return FacesObserved(at_s, fields.member(Scan, "scan"), faces, fields.integer("frame_sequence"))


def _camera(fields: Fields, at_s: float) -> CameraObserved:
    return CameraObserved(
        at_s=at_s,
        luma_mean=fields.number("luma_mean"),
        luma_sd=fields.number("luma_sd"),
        sharpness=fields.number("sharpness"),
        fingerprint=fields.hex64("fingerprint"),
        exact_hash=fields.hex64("exact_hash"),
        frame_sequence=fields.integer("frame_sequence"),
    )
