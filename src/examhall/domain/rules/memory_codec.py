"""What the rules remember of a candidate's head, face, things, voice and camera, as plain JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from examhall.domain.observation import FORMER_DETECTORS, Calibration, Detector
from examhall.domain.policy import Signal
from examhall.domain.rules.calibration_codec import calibration_to_json, read_calibration
from examhall.domain.rules.json_values import Fields, Json
from examhall.domain.rules.state import (
    Device,
    Distance,
    Liveliness,
    Looks,
    Mouth,
    Pictures,
    RulesState,
    Track,
    Voice,
)

_EXACT_DIGITS, _FINGERPRINT_DIGITS = 8, 16  # hex digits of one picture


@dataclass(frozen=True, slots=True)
class Memory:
    """These fields of `RulesState`."""

    calibration: Calibration | None
    detectors_off: tuple[Detector, ...]
    looks: Looks
    distances: tuple[Distance, ...]
    tracks: Mapping[Signal, Track]
    voice: Voice
    pictures: Pictures
    liveliness: Liveliness | None
    device: Device | None


def memory_to_json(state: RulesState) -> Json:
    """Return these fields as JSON values; hashes of pictures end to end, as hex digits."""
    return {
        "calibration": None if state.calibration is None else calibration_to_json(state.calibration),
        "detectors_off": [str(detector) for detector in state.detectors_off],
        "looks": asdict(state.looks),
        "distances": [[d.at_s, d.distance] for d in state.distances],
        "tracks": {str(signal): asdict(track) for signal, track in state.tracks.items()},
        "voice": _voice_to_json(state.voice),
        "pictures": _pictures_to_json(state.pictures),
        "liveliness": None if state.liveliness is None else asdict(state.liveliness),
        "device": None if state.device is None else _device_to_json(state.device),
    }


def read_memory(fields: Fields) -> Memory:
    """Read these fields; raises `ExamhallError` with the code of `fields`."""
    tracks = fields.table("tracks")
    return Memory(
        calibration=None if fields.is_none("calibration") else read_calibration(fields.table("calibration")),
        detectors_off=fields.members(Detector, "detectors_off", FORMER_DETECTORS),
        looks=_looks(fields.table("looks")),
        distances=tuple(Distance(*fields.numbers(row, 2, "distances")) for row in fields.rows("distances")),
        tracks={tracks.key(Signal, name): _track(tracks.table(name)) for name in tracks.names()},
        voice=_voice(fields.table("voice")),
        pictures=_pictures(fields.table("pictures")),
        liveliness=None if fields.is_none("liveliness") else _liveliness(fields.table("liveliness")),
        device=None if fields.is_none("device") else _device(fields.table("device")),
    )


def _looks(fields: Fields) -> Looks:
    return Looks(
        head_at_s=fields.number_or_none("head_at_s"),
        identity_at_s=fields.number_or_none("identity_at_s"),
        objects_at_s=fields.number_or_none("objects_at_s"),
        identity_follow_up=fields.integer("identity_follow_up"),
        objects_follow_up=fields.integer("objects_follow_up"),
    )


def _track(fields: Fields) -> Track:
    return Track(
        hit_at_s=fields.number("hit_at_s"),
        hits=fields.integer("hits"),
        looks=fields.integer("looks"),
        best_score=fields.number("best_score"),
    )


def _voice_to_json(voice: Voice) -> Json:
    return {
        "chunk_end_s": voice.chunk_end_s,
        "stretch_began_s": voice.stretch_began_s,
        "stretch_end_s": voice.stretch_end_s,
        "burst_at_s": voice.burst_at_s,
        "mouths": [[m.at_s, m.open] for m in voice.mouths],
    }


def _voice(fields: Fields) -> Voice:
    return Voice(
        chunk_end_s=fields.number_or_none("chunk_end_s"),
        stretch_began_s=fields.number_or_none("stretch_began_s"),
        stretch_end_s=fields.number_or_none("stretch_end_s"),
        burst_at_s=fields.number_or_none("burst_at_s"),
        mouths=tuple(Mouth(*fields.numbers(row, 2, "mouths")) for row in fields.rows("mouths")),
    )


def _pictures_to_json(pictures: Pictures) -> Json:
    return {
        "exact": _packed(pictures.exact, _EXACT_DIGITS),
        "fingerprints": _packed(pictures.fingerprints, _FINGERPRINT_DIGITS),
        "repeat_at_s": list(pictures.repeat_at_s),
        "looped": pictures.looped,
        "since_look": pictures.since_look,
        "frame_sequence": pictures.frame_sequence,
    }


def _pictures(fields: Fields) -> Pictures:
    repeats = fields.rows("repeat_at_s")
    return Pictures(
        exact=fields.hex_row("exact", _EXACT_DIGITS),
        fingerprints=fields.hex_row("fingerprints", _FINGERPRINT_DIGITS),
        repeat_at_s=fields.numbers(repeats, len(repeats), "repeat_at_s"),
        looped=fields.integer("looped"),
        since_look=fields.integer("since_look"),
        frame_sequence=fields.integer_or_none("frame_sequence"),
    )


def _packed(values: Sequence[int], digits: int) -> str:
    return "".join(f"{value:0{digits}x}" for value in values)


def _liveliness(fields: Fields) -> Liveliness:
    return Liveliness(
        alive_at_s=fields.number("alive_at_s"),
        head_at_s=fields.number("head_at_s"),
        yaw_deg=fields.number("yaw_deg"),
        pitch_deg=fields.number("pitch_deg"),
        mouth_open=fields.number_or_none("mouth_open"),
        eyes_open=fields.number_or_none("eyes_open"),
        gaze_horizontal=fields.number_or_none("gaze_horizontal"),
    )


def _device_to_json(device: Device) -> Json:
    return {
        "virtual_score": device.virtual_score,
        "reasons": list(device.reasons),
        "told": device.told,
    }


def _device(fields: Fields) -> Device:
    return Device(fields.number("virtual_score"), fields.texts("reasons"), fields.flag("told"))
