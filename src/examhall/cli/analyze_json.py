"""The JSON of `examhall analyze`; docs/operations.md describes it for people."""

from pathlib import Path

from examhall.application.ports.vision import HeadFacts
from examhall.bootstrap.analysis import AnalyzedFrame
from examhall.bootstrap.video_watch import VideoWatch
from examhall.domain.errors import ExamhallError
from examhall.domain.incident import IncidentState
from examhall.domain.observation import FaceBox, ObjectLabel, SeenObject
from examhall.domain.policy import Preset, Signal
from examhall.domain.presets import PRESETS
from examhall.domain.rules.objects import distinct_bodies

Json = dict[str, object]


_SIGNALS = {
    ObjectLabel.PHONE: Signal.PHONE,
    ObjectLabel.BOOK: Signal.BOOK,
    ObjectLabel.LAPTOP: Signal.LAPTOP,
    ObjectLabel.PERSON: Signal.PERSON_IN_BACKGROUND,
}


def shown_objects(frame: AnalyzedFrame, *, faint: bool) -> tuple[SeenObject, ...]:
    """Those that count under the standard policy, each body once; faint: all that the detectors gave."""
    objects = frame.analysis.objects.objects if frame.analysis.objects else ()
    if faint:
        return objects
    rules = PRESETS[Preset.STANDARD].signals
    counted = [one for one in objects if one.score >= rules[_SIGNALS[one.label]].threshold]
    bodies = distinct_bodies([one for one in counted if one.label is ObjectLabel.PERSON])
    return tuple(one for one in counted if one.label is not ObjectLabel.PERSON or one in bodies)


def frame_object(frame: AnalyzedFrame, *, faint: bool) -> Json:
    analysis = frame.analysis
    faces = analysis.faces.faces if analysis.faces else ()
    heads = {head.face: head for head in analysis.heads}
    counted = shown_objects(frame, faint=False)
    return {
        "path": str(frame.path),
        "frame": frame.index,
        "t_ms": frame.t_ms,
        "width": analysis.width,
        "height": analysis.height,
        "faces": [_face(face, index, heads.get(index), frame) for index, face in enumerate(faces)],
        "objects": [
            {"label": one.label, "score": one.score, "xyxy": [one.x1, one.y1, one.x2, one.y2]}
            for one in shown_objects(frame, faint=faint)
        ],
        "persons": sum(one.label is ObjectLabel.PERSON for one in counted),
        "quality": {
            "luma_mean": round(analysis.camera.luma_mean, 2),
            "luma_sd": round(analysis.camera.luma_sd, 2),
            "sharpness": round(analysis.camera.sharpness, 2),
        },
        "observations": _observations(frame),
    }


def watch_object(path: Path, watch: VideoWatch) -> Json:
    return {
        "path": str(path),
        "watched_s": round(watch.watched_s, 3),
        "calibrated": watch.calibration is not None,
        "incidents": [_incident(incident) for incident in watch.incidents],
    }


def error_object(path: Path, error: ExamhallError) -> Json:
    return {"path": str(path), "error": error.code, "message": error.message}


def _face(face: FaceBox, index: int, head: HeadFacts | None, frame: AnalyzedFrame) -> Json:
    """head None: not looked at closely, because there are very many; everything about it is unknown."""
    told: Json = {
        "xyxy": [face.x1, face.y1, face.x2, face.y2],
        "score": face.score,
        "yaw_deg": head and head.yaw_deg,
        "pitch_deg": head and head.pitch_deg,
        "roll_deg": head and head.roll_deg,
        "gaze": {
            "horizontal": head and head.gaze_horizontal,
            "vertical": head and head.gaze_vertical,
            "direction": frame.directions.get(index),
        },
        "mouth_open": head and head.mouth_open,
        "eyes_open": head and head.eyes_open,
        "quality": {
            "mesh_score": head and head.mesh_score,
            "sharpness": head and head.sharpness,
            "doubt": head and head.doubt,
            "gaze_doubt": head and head.gaze_doubt,
        },
    }
    if frame.compared:
        told["identity_distance"] = frame.distances.get(index)
    return told


def _observations(frame: AnalyzedFrame) -> list[Json]:
    analysis = frame.analysis
    camera = analysis.camera
    seen: list[Json] = []
    if analysis.faces:
        count = len(analysis.faces.faces)
        seen.append({"type": "faces", "scan": analysis.faces.scan, "count": count})
    seen.append(
        {
            "type": "camera",
            "luma_mean": round(camera.luma_mean, 2),
            "luma_sd": round(camera.luma_sd, 2),
            "sharpness": round(camera.sharpness, 2),
            "fingerprint": f"{camera.fingerprint:016x}",
            "exact_hash": f"{camera.exact_hash:016x}",
        }
    )
    return seen


def _incident(incident: IncidentState) -> Json:
    return {
        "signal": incident.signal,
        "severity": incident.severity,
        "began_s": round(incident.began_at_s, 3),
        "opened_s": round(incident.opened_at_s, 3),
        "last_seen_s": round(incident.last_seen_at_s, 3),
        "closed_s": None if incident.closed_at_s is None else round(incident.closed_at_s, 3),
        "confidence": incident.confidence,
        "explanation": incident.explanation.words,
    }
