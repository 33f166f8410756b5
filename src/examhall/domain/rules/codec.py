"""The rules' state as plain JSON, so that it survives a restart, and how JSON values are read."""

from collections.abc import Mapping

from examhall.domain.bandwidth import BandwidthRung
from examhall.domain.errors import ErrorKind, ExamhallError
from examhall.domain.incident import Explanation, IncidentState
from examhall.domain.observation import FaceBox
from examhall.domain.policy import Severity, Signal
from examhall.domain.rules.hold import Hold, Sighting
from examhall.domain.rules.json_values import Fields, Json
from examhall.domain.rules.memory_codec import memory_to_json, read_memory
from examhall.domain.rules.observation_codec import (
    observation_from_json,
    observation_from_line,
    observation_line,
    observation_to_json,
)
from examhall.domain.rules.state import Camera, Level, RulesState, Scans

__all__ = [
    "observation_from_json",
    "observation_from_line",
    "observation_line",
    "observation_to_json",
    "state_from_json",
    "state_to_json",
]

STATE_VERSION = 2
_UNREADABLE = "rules_state_unreadable"


def state_to_json(state: RulesState) -> Json:
    """Return the state as JSON values; 64-bit hashes as 16 hex digits."""
    return {
        "version": STATE_VERSION,
        "now_s": state.now_s,
        "watching": state.watching,
        "connected": state.connected,
        "interval_s": state.interval_s,
        "rung": int(state.rung),
        "scans": _scans_to_json(state.scans),
        "camera": _camera_to_json(state.camera),
        "memory": memory_to_json(state),
        "levels": {
            str(signal): {"on": level.on, "confirmed": level.confirmed, "at_s": level.at_s}
            for signal, level in state.levels.items()
        },
        "holds": {str(signal): _hold_to_json(hold) for signal, hold in state.holds.items()},
    }


def state_from_json(value: Mapping[str, object]) -> RulesState:
    """Read a saved state; raises `ExamhallError` with code `rules_state_unreadable`."""
    fields = Fields(value, _UNREADABLE)
    if fields.integer("version") != STATE_VERSION:
        raise ExamhallError(
            ErrorKind.INVALID, _UNREADABLE, "The saved rules are of another version; begin with a new state."
        )
    levels, holds = fields.table("levels"), fields.table("holds")
    memory = read_memory(fields.table("memory"))
    return RulesState(
        now_s=fields.number("now_s"),
        watching=fields.flag("watching"),
        connected=fields.flag("connected"),
        interval_s=fields.number_or_none("interval_s"),
        rung=BandwidthRung.FULL if fields.is_none("rung") else fields.rank(BandwidthRung, "rung"),
        scans=_scans(fields.table("scans")),
        camera=_camera(fields.table("camera")),
        calibration=memory.calibration,
        detectors_off=memory.detectors_off,
        looks=memory.looks,
        distances=memory.distances,
        tracks=memory.tracks,
        voice=memory.voice,
        pictures=memory.pictures,
        liveliness=memory.liveliness,
        device=memory.device,
        levels={levels.key(Signal, name): _level(levels.table(name)) for name in levels.names()},
        holds={holds.key(Signal, name): _hold(holds.table(name)) for name in holds.names()},
    )


def _scans_to_json(scans: Scans) -> Json:
    return {
        "fine_count": scans.fine_count,
        "fine_at_s": scans.fine_at_s,
        "coarse_count": scans.coarse_count,
        "follow_up": scans.follow_up,
        "recheck": scans.recheck,
        "recheck_at_s": scans.recheck_at_s,
        "face_at_s": scans.face_at_s,
        "gone_at_s": scans.gone_at_s,
        "faces": [[f.x1, f.y1, f.x2, f.y2, f.score] for f in scans.faces],
        "frame_sequence": scans.frame_sequence,
    }


def _scans(fields: Fields) -> Scans:
    return Scans(
        fine_count=fields.integer_or_none("fine_count"),
        fine_at_s=fields.number_or_none("fine_at_s"),
        coarse_count=fields.integer_or_none("coarse_count"),
        follow_up=fields.integer("follow_up"),
        recheck=fields.flag("recheck"),
        recheck_at_s=fields.number_or_none("recheck_at_s"),
        face_at_s=fields.number_or_none("face_at_s"),
        gone_at_s=fields.number_or_none("gone_at_s"),
        faces=tuple(FaceBox(*fields.numbers(row, 5, "faces")) for row in fields.rows("faces")),
        frame_sequence=fields.integer_or_none("frame_sequence"),
    )


def _camera_to_json(camera: Camera) -> Json:
    return {
        "exact_hash": None if camera.exact_hash is None else f"{camera.exact_hash:016x}",
        "repeats": camera.repeats,
        "blocked": camera.blocked,
        "sharpness": camera.sharpness,
        "came_at_s": camera.came_at_s,
        "held_since_s": camera.held_since_s,
    }


def _camera(fields: Fields) -> Camera:
    return Camera(
        exact_hash=None if fields.is_none("exact_hash") else fields.hex64("exact_hash"),
        repeats=fields.integer("repeats"),
        blocked=fields.flag("blocked"),
        sharpness=fields.number_or_none("sharpness"),
        came_at_s=fields.number_or_none("came_at_s"),
        held_since_s=fields.number_or_none("held_since_s"),
    )


def _level(fields: Fields) -> Level:
    return Level(fields.flag("on"), fields.flag("confirmed"), fields.number("at_s"))


def _hold_to_json(hold: Hold) -> Json:
    return {
        "made": hold.made,
        "last_s": hold.last_s,
        "running": hold.running,
        "holding": hold.holding,
        "began_at_s": hold.began_at_s,
        "held_s": hold.held_s,
        "clear_s": hold.clear_s,
        "positives": hold.positives,
        "confidence_sum": hold.confidence_sum,
        "best": None if hold.best is None else _sighting_to_json(hold.best),
        "seen_at_s": hold.seen_at_s,
        "held_before_s": hold.held_before_s,
        "incident": None if hold.incident is None else incident_to_json(hold.incident),
        "told_at_s": hold.told_at_s,
        "told_phrase": hold.told_phrase,
        "told": hold.told,
    }


def _hold(fields: Fields) -> Hold:
    return Hold(
        made=fields.integer("made"),
        last_s=fields.number("last_s"),
        running=fields.flag("running"),
        holding=fields.flag("holding"),
        began_at_s=fields.number_or_none("began_at_s"),
        held_s=fields.number("held_s"),
        clear_s=fields.number("clear_s"),
        positives=fields.integer("positives"),
        confidence_sum=fields.number("confidence_sum"),
        best=None if fields.is_none("best") else _sighting(fields.table("best")),
        seen_at_s=fields.number("seen_at_s"),
        held_before_s=fields.number("held_before_s"),
        incident=None if fields.is_none("incident") else _incident(fields.table("incident")),
        told_at_s=fields.number("told_at_s"),
        told_phrase=fields.text("told_phrase"),
        told=fields.flag("told"),
    )


def _sighting_to_json(sighting: Sighting) -> Json:
    return {
        "phrase": sighting.phrase,
        "detail": sighting.detail,
        "confidence": sighting.confidence,
        "numbers": [[name, number] for name, number in sighting.numbers],
        "rank": sighting.rank,
    }


def _sighting(fields: Fields) -> Sighting:
    return Sighting(
        phrase=fields.text("phrase"),
        detail=fields.text("detail"),
        confidence=fields.number("confidence"),
        numbers=fields.named_numbers("numbers"),
        rank=fields.number("rank"),
    )


def incident_to_json(incident: IncidentState) -> Json:
    """Return one incident as JSON values; also the form of the log's incident entries."""
    return {
        "key": incident.key,
        "signal": str(incident.signal),
        "severity": str(incident.severity),
        "weight": incident.weight,
        "began_at_s": incident.began_at_s,
        "opened_at_s": incident.opened_at_s,
        "last_seen_at_s": incident.last_seen_at_s,
        "closed_at_s": incident.closed_at_s,
        "confidence": incident.confidence,
        "words": incident.explanation.words,
        "numbers": [[name, number] for name, number in incident.explanation.numbers],
        "times": incident.times,
    }


def _incident(fields: Fields) -> IncidentState:
    return IncidentState(
        key=fields.text("key"),
        signal=fields.member(Signal, "signal"),
        severity=fields.member(Severity, "severity"),
        weight=fields.number("weight"),
        began_at_s=fields.number("began_at_s"),
        opened_at_s=fields.number("opened_at_s"),
        last_seen_at_s=fields.number("last_seen_at_s"),
        closed_at_s=fields.number_or_none("closed_at_s"),
        confidence=fields.number("confidence"),
        explanation=Explanation(fields.text("words"), fields.named_numbers("numbers")),
        times=fields.integer("times"),
    )
