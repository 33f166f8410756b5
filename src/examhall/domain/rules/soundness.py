"""Numbers that no detector can mean. What holds one says nothing, as if nobody had looked."""

from collections.abc import Iterator

from examhall.domain.observation import (
    Calibrated,
    CameraDeviceObserved,
    CameraObserved,
    FacesObserved,
    HeadObserved,
    IdentityObserved,
    ObjectsObserved,
    Observation,
    SamplingChanged,
    SpeechObserved,
)

_LARGEST = 1e12  # far beyond any time, pixel or score; sums and products of such numbers stay finite


def is_sound(seen: Observation) -> bool:
    """Whether every number of the observation is one to reckon with."""
    if isinstance(seen, CameraObserved) and not (_is_hash(seen.fingerprint) and _is_hash(seen.exact_hash)):
        return False
    return all(number is None or abs(number) <= _LARGEST for number in _numbers(seen))


def _is_hash(value: int) -> bool:
    return 0 <= value < 2**64


def _numbers(seen: Observation) -> Iterator[float | None]:
    yield seen.at_s
    yield from _of_frame(seen)
    yield from _of_others(seen)


def _of_frame(seen: Observation) -> Iterator[float | None]:
    match seen:
        case FacesObserved():
            for f in seen.faces:
                yield from (f.x1, f.y1, f.x2, f.y2, f.score)
        case CameraObserved():
            yield from (seen.luma_mean, seen.luma_sd, seen.sharpness)
        case HeadObserved():
            yield from (seen.yaw_deg, seen.pitch_deg, seen.roll_deg, seen.mouth_open)
            yield from (seen.gaze_horizontal, seen.gaze_vertical, seen.eyes_open)
        case IdentityObserved():
            yield seen.distance
        case ObjectsObserved():
            for o in seen.objects:
                yield from (o.x1, o.y1, o.x2, o.y2, o.score)
        case _:
            pass


def _of_others(seen: Observation) -> Iterator[float | None]:
    match seen:
        case SpeechObserved():
            yield from (seen.duration_s, seen.speech_share, seen.probability)
            yield from (seen.level_dbfs, seen.clipped_share)
        case CameraDeviceObserved():
            yield seen.virtual_score
        case Calibrated():
            c = seen.calibration
            yield from (c.yaw_low_deg, c.yaw_high_deg, c.pitch_low_deg, c.pitch_high_deg)
            yield from (c.gaze_horizontal_low, c.gaze_horizontal_high)
            yield from (c.gaze_vertical_low, c.gaze_vertical_high)
        case SamplingChanged():
            yield seen.interval_s
        case _:
            pass
