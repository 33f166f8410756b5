"""Observations as JSON: one object with a `type` each, one per line in a recording."""

import json
from collections.abc import Callable, Mapping
from typing import assert_never

from examhall.domain.bandwidth import BandwidthRung
from examhall.domain.errors import ErrorKind, ExamhallError
from examhall.domain.observation import (
    FORMER_DETECTORS,
    BandwidthChanged,
    Calibrated,
    CameraDeviceObserved,
    CameraObserved,
    ConnectionChanged,
    Detector,
    DetectorsOff,
    Doubt,
    FaceBox,
    FacesObserved,
    FrameUnseen,
    HeadObserved,
    IdentityObserved,
    ObjectLabel,
    ObjectsObserved,
    Observation,
    PageEventKind,
    PageEventObserved,
    SamplingChanged,
    Scan,
    SecondDeviceObserved,
    SeenObject,
    SpeechObserved,
    TimePassed,
    WatchChanged,
)
from examhall.domain.rules.calibration_codec import calibration_to_json, read_calibration
from examhall.domain.rules.json_values import Fields, Json

_UNREADABLE = "observation_unreadable"


def observation_to_json(seen: Observation) -> Json:
    """Return the observation as JSON values: hashes as hex digits, faces as [x1, y1, x2, y2, score],
    objects as {label, score, xyxy}."""
    name, body = _seen_to_json(seen)
    return {"type": name, "at_s": seen.at_s, **body}


def _seen_to_json(seen: Observation) -> tuple[str, Json]:
    said: tuple[str, Json]
    match seen:
        case FacesObserved():
            said = (
                "faces",
                {
                    "scan": str(seen.scan),
                    "faces": [[f.x1, f.y1, f.x2, f.y2, f.score] for f in seen.faces],
                    "frame_sequence": seen.frame_sequence,
                },
            )
        case CameraObserved():
            said = (
                "camera",
                {
                    "luma_mean": seen.luma_mean,
                    "luma_sd": seen.luma_sd,
                    "sharpness": seen.sharpness,
                    "fingerprint": f"{seen.fingerprint:016x}",
                    "exact_hash": f"{seen.exact_hash:016x}",
                    "frame_sequence": seen.frame_sequence,
                },
            )
        case FrameUnseen():
            said = "frame_unseen", {}
        case HeadObserved():
            said = "head", _head_to_json(seen)
        case IdentityObserved():
            said = (
                "identity",
                {
                    "distance": seen.distance,
                    "doubt": _text_or_none(seen.doubt),
                    "frame_sequence": seen.frame_sequence,
                },
            )
        case ObjectsObserved():
            said = (
                "objects",
                {
                    "looked_for": [str(label) for label in seen.looked_for],
                    "objects": [
                        {"label": str(o.label), "score": o.score, "xyxy": [o.x1, o.y1, o.x2, o.y2]}
                        for o in seen.objects
                    ],
                    "frame_sequence": seen.frame_sequence,
                },
            )
        case SpeechObserved() | CameraDeviceObserved() | Calibrated() | DetectorsOff():
            said = _apart_from_frames_to_json(seen)
        case _:
            said = _event_to_json(seen)
    return said


def _apart_from_frames_to_json(
    seen: SpeechObserved | CameraDeviceObserved | Calibrated | DetectorsOff,
) -> tuple[str, Json]:
    match seen:
        case SpeechObserved():
            return "speech", {
                "duration_s": seen.duration_s,
                "speech_share": seen.speech_share,
                "probability": seen.probability,
                "level_dbfs": seen.level_dbfs,
                "clipped_share": seen.clipped_share,
            }
        case CameraDeviceObserved():
            return "camera_device", {
                "virtual_score": seen.virtual_score,
                "reasons": list(seen.reasons),
            }
        case Calibrated():
            return "calibrated", {"calibration": calibration_to_json(seen.calibration)}
        case DetectorsOff():
            return "detectors_off", {"detectors": [str(d) for d in seen.detectors]}
        case _:
            assert_never(seen)


def _event_to_json(
    seen: PageEventObserved
    | ConnectionChanged
    | SecondDeviceObserved
    | WatchChanged
    | SamplingChanged
    | BandwidthChanged
    | TimePassed,
) -> tuple[str, Json]:
    said: tuple[str, Json]
    match seen:
        case PageEventObserved():
            said = "page_event", {"kind": str(seen.kind), "late": seen.late}
        case ConnectionChanged():
            said = "connection", {"connected": seen.connected}
        case SecondDeviceObserved():
            said = "second_device", {}
        case WatchChanged():
            said = "watch", {"watching": seen.watching}
        case SamplingChanged():
            said = "sampling", {"interval_s": seen.interval_s}
        case BandwidthChanged():
            said = "bandwidth", {"rung": int(seen.rung)}
        case TimePassed():
            said = "time", {}
        case _:
            assert_never(seen)
    return said


def observation_from_json(value: Mapping[str, object]) -> Observation:
    """Read one observation; raises `ExamhallError` with code `observation_unreadable`, also for numbers
    that are infinite or none."""
    fields = Fields(value, _UNREADABLE)
    name, at_s = fields.text("type"), fields.number("at_s")
    reader = _READERS.get(name)
    if reader is None:
        raise ExamhallError(ErrorKind.INVALID, _UNREADABLE, "The type of an observation is not known.")
    return reader(fields, at_s)


def observation_line(seen: Observation) -> str:
    """Return one line of a recording, without the line end.

    Raises `ExamhallError` with code `observation_unreadable` for a number that nobody could read again.
    """
    try:
        return json.dumps(observation_to_json(seen), separators=(",", ":"), allow_nan=False)
    except ValueError as error:
        raise ExamhallError(
            ErrorKind.INVALID, _UNREADABLE, "An observation holds a number that is infinite or none."
        ) from error


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


def _head_to_json(seen: HeadObserved) -> Json:
    return {
        "yaw_deg": seen.yaw_deg,
        "pitch_deg": seen.pitch_deg,
        "roll_deg": seen.roll_deg,
        "gaze_horizontal": seen.gaze_horizontal,
        "gaze_vertical": seen.gaze_vertical,
        "mouth_open": seen.mouth_open,
        "eyes_open": seen.eyes_open,
        "doubt": _text_or_none(seen.doubt),
        "gaze_doubt": _text_or_none(seen.gaze_doubt),
        "frame_sequence": seen.frame_sequence,
    }


def _head(fields: Fields, at_s: float) -> HeadObserved:
    return HeadObserved(
        at_s=at_s,
        yaw_deg=fields.number_or_none("yaw_deg"),
        pitch_deg=fields.number_or_none("pitch_deg"),
        roll_deg=fields.number_or_none("roll_deg"),
        gaze_horizontal=fields.number_or_none("gaze_horizontal"),
        gaze_vertical=fields.number_or_none("gaze_vertical"),
        mouth_open=fields.number_or_none("mouth_open"),
        eyes_open=fields.number_or_none("eyes_open"),
        doubt=fields.member_or_none(Doubt, "doubt"),
        gaze_doubt=fields.member_or_none(Doubt, "gaze_doubt"),
        frame_sequence=fields.integer("frame_sequence"),
    )


def _identity(fields: Fields, at_s: float) -> IdentityObserved:
    return IdentityObserved(
        at_s=at_s,
        distance=fields.number_or_none("distance"),
        doubt=fields.member_or_none(Doubt, "doubt"),
        frame_sequence=fields.integer("frame_sequence"),
    )


def _objects(fields: Fields, at_s: float) -> ObjectsObserved:
    return ObjectsObserved(
        at_s=at_s,
        looked_for=fields.members(ObjectLabel, "looked_for"),
        objects=tuple(_object(row) for row in fields.tables("objects")),
        frame_sequence=fields.integer("frame_sequence"),
    )


def _object(fields: Fields) -> SeenObject:
    x1, y1, x2, y2 = fields.numbers(fields.rows("xyxy"), 4, "xyxy")
    return SeenObject(fields.member(ObjectLabel, "label"), fields.number("score"), x1, y1, x2, y2)


def _speech(fields: Fields, at_s: float) -> SpeechObserved:
    return SpeechObserved(
        at_s=at_s,
        duration_s=fields.number("duration_s"),
        speech_share=fields.number("speech_share"),
        probability=fields.number("probability"),
        level_dbfs=fields.number("level_dbfs"),
        clipped_share=fields.number("clipped_share"),
    )


def _camera_device(fields: Fields, at_s: float) -> CameraDeviceObserved:
    return CameraDeviceObserved(at_s, fields.number("virtual_score"), fields.texts("reasons"))


def _calibrated(fields: Fields, at_s: float) -> Calibrated:
    return Calibrated(at_s, read_calibration(fields.table("calibration")))


def _detectors_off(fields: Fields, at_s: float) -> DetectorsOff:
    return DetectorsOff(at_s, fields.members(Detector, "detectors", FORMER_DETECTORS))


def _page_event(fields: Fields, at_s: float) -> PageEventObserved:
    return PageEventObserved(at_s, fields.member(PageEventKind, "kind"), fields.flag_or("late", False))


def _text_or_none(value: str | None) -> str | None:
    return None if value is None else str(value)


_READERS: Mapping[str, Callable[[Fields, float], Observation]] = {
    "faces": _faces,
    "camera": _camera,
    "frame_unseen": lambda _, at_s: FrameUnseen(at_s),
    "head": _head,
    "identity": _identity,
    "objects": _objects,
    "speech": _speech,
    "camera_device": _camera_device,
    "calibrated": _calibrated,
    "detectors_off": _detectors_off,
    "page_event": _page_event,
    "connection": lambda fields, at_s: ConnectionChanged(at_s, fields.flag("connected")),
    "second_device": lambda _, at_s: SecondDeviceObserved(at_s),
    "watch": lambda fields, at_s: WatchChanged(at_s, fields.flag("watching")),
    "sampling": lambda fields, at_s: SamplingChanged(at_s, fields.number("interval_s")),
    "bandwidth": lambda fields, at_s: BandwidthChanged(at_s, fields.rank(BandwidthRung, "rung")),
    "time": lambda _, at_s: TimePassed(at_s),
}
