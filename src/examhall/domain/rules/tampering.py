"""Pictures that are not live: spoof (a loop, a photograph held up) and virtual_camera.

A frozen picture is camera_blocked. A still person is neither: a live sensor's noise makes every picture
differ, and a loop counts only where the sequence moves.
"""

from collections.abc import Sequence
from dataclasses import replace

from examhall.domain.observation import CameraDeviceObserved, CameraObserved, HeadObserved
from examhall.domain.policy import Policy, Signal
from examhall.domain.rules.hold import Changes, Sighting
from examhall.domain.rules.state import (
    TICK_GAP_S,
    Device,
    Liveliness,
    Pictures,
    RulesState,
    asked,
    explains,
    freeze,
    look_gap_s,
    max_gap_s,
    rule_of,
    sample,
)
from examhall.domain.rules.state import count as count_event

PICTURES_KEPT = 240
REPEATS_NEEDED = 3  # the same picture to the last pixel, not one after the other
REPEATS_WITHIN_S = 120.0

REASONS_KEPT = 8

LOOP_FRAMES = 16
LOOP_LOOK_EVERY = 8  # frames; looking is cheap, not free
LOOP_SHORTEST = 8  # frames; people rock and nod in shorter rhythms
LOOP_LOOKS_NEEDED = 2
SAME_BITS = 2.0  # of 64, on average over the sequence
MOVING_BITS = 6.0  # between neighbours, on average: a still person looks the same at any distance in time
DIFFERENT_BITS = 5
DIFFERENT_FRAMES = 6

# What a photograph does not do, even tilted by hand; each is several times the noise of the measurement.
BLINK_SHARE = 0.6  # of how far the eyes are usually open
MOUTH_MOVE = 0.06
GAZE_MOVE = 0.05
TURN_DEG = 5.0
STILL_S = 30.0  # without any of them before the hold begins
_EASE = 0.1  # how fast the usual values follow


def observe_picture(state: RulesState, seen: CameraObserved, policy: Policy) -> tuple[RulesState, Changes]:
    """Take one picture's hashes: does a sequence come again? `observe_camera` comes before."""
    old = state.pictures
    if not state.sees or not asked(state, policy, Signal.SPOOF) or state.camera.blocked:
        return state, ()  # black pictures are alike, and frozen ones are camera_blocked
    face_at_s = state.scans.face_at_s
    if face_at_s is None or seen.at_s - face_at_s > max_gap_s(state, policy):
        return state, ()  # an empty seat before a painted background is alike too
    if old.frame_sequence is not None and seen.frame_sequence <= old.frame_sequence:
        return state, ()  # a picture sent again after a gap of the network
    pictures, again = _keep(old, seen)
    state = replace(state, pictures=pictures)
    if again and len(pictures.repeat_at_s) >= REPEATS_NEEDED:
        times = len(pictures.repeat_at_s)
        return count_event(
            state, policy, Signal.SPOOF, seen.at_s,
            Sighting("The same pictures come again", f"{times} within {REPEATS_WITHIN_S:.0f} s to the last pixel",
                     0.95, (("same_pictures", float(times)),), rank=2.0),
        )  # fmt: skip
    if pictures.since_look == 0 and pictures.looped >= LOOP_LOOKS_NEEDED:
        return count_event(
            state, policy, Signal.SPOOF, seen.at_s,
            Sighting("A moving sequence comes again", f"{LOOP_FRAMES} pictures in a row are like earlier ones",
                     0.7, (("looped_pictures", float(LOOP_FRAMES)),), rank=1.0),
        )  # fmt: skip
    return state, ()


def observe_face(state: RulesState, seen: HeadObserved, policy: Policy) -> tuple[RulesState, Changes]:
    """Take one look at the head: does the face do what only living faces do?"""
    if not state.sees or not asked(state, policy, Signal.SPOOF):
        return state, ()
    blocked = state.camera.blocked and explains(state, policy, Signal.CAMERA_BLOCKED, Signal.SPOOF)
    if blocked or seen.doubt is not None or seen.yaw_deg is None or seen.pitch_deg is None:
        return freeze(state, Signal.SPOOF), ()
    lively = _live(state.liveliness, seen, seen.yaw_deg, seen.pitch_deg)
    gap_s = look_gap_s(state, policy, policy.scan.head_period_s)
    if state.liveliness is not None and not 0.0 <= seen.at_s - state.liveliness.head_at_s <= gap_s:
        lively = replace(lively, alive_at_s=seen.at_s)  # what was not seen was not still
    state = replace(state, liveliness=lively)
    still_s = seen.at_s - lively.alive_at_s
    still = still_s >= STILL_S
    sighting = Sighting(
        "No sign of a living face", f"no blink and no movement of mouth, eyes or head in {still_s:.0f} s",
        0.6, (("still_s", round(still_s, 1)),),
    )  # fmt: skip
    return sample(
        state, policy, Signal.SPOOF, seen.at_s, gap_s, holds_now=still, sighting=sighting if still else None
    )


def observe_device(
    state: RulesState, seen: CameraDeviceObserved, policy: Policy
) -> tuple[RulesState, Changes]:
    """Take what is known of the camera. Before the exam is live it is remembered and told then."""
    state = replace(state, device=Device(seen.virtual_score, seen.reasons[:REASONS_KEPT]))
    return tell_device(state, seen.at_s, policy)


def tell_device(state: RulesState, at_s: float, policy: Policy) -> tuple[RulesState, Changes]:
    """Count the camera that is in use, once."""
    device, rule = state.device, rule_of(policy, Signal.VIRTUAL_CAMERA)
    if device is None or device.told or rule is None or not state.sees:
        return state, ()
    state = replace(state, device=replace(device, told=True))
    if device.virtual_score < max(rule.threshold, 0.01):
        return state, ()
    because = " and ".join(reason.replace("_", " ") for reason in device.reasons)
    score = min(1.0, device.virtual_score)
    sighting = Sighting(
        "The camera seems to be a program", because, score, (("virtual_score", round(score, 3)),)
    )
    return count_event(state, policy, Signal.VIRTUAL_CAMERA, at_s, sighting)


def observe_time(state: RulesState, at_s: float, policy: Policy) -> tuple[RulesState, Changes]:
    """Let what was found come to rest; while heads are seen, they say whether the picture lives."""
    seen = state.liveliness
    gap_s = look_gap_s(state, policy, policy.scan.head_period_s)
    if state.hold(Signal.SPOOF).began_at_s is None or (seen and at_s - seen.head_at_s <= gap_s):
        return state, ()
    return sample(state, policy, Signal.SPOOF, at_s, TICK_GAP_S, holds_now=False)


def forget_pictures(state: RulesState) -> RulesState:
    """A new connection counts its pictures anew, and what was not seen was not still."""
    return replace(state, pictures=replace(state.pictures, frame_sequence=None), liveliness=None)


def _keep(old: Pictures, seen: CameraObserved) -> tuple[Pictures, bool]:
    exact = seen.exact_hash & 0xFFFF_FFFF
    next_to_it = bool(old.exact) and old.exact[-1] == exact
    if next_to_it:
        return replace(old, frame_sequence=seen.frame_sequence), False  # frozen, not looping
    again = exact in old.exact
    recent = tuple(at_s for at_s in old.repeat_at_s if 0.0 <= seen.at_s - at_s <= REPEATS_WITHIN_S)
    pictures = Pictures(
        exact=(*old.exact, exact)[-PICTURES_KEPT:],
        fingerprints=(*old.fingerprints, seen.fingerprint & 0xFFFF_FFFF_FFFF_FFFF)[-PICTURES_KEPT:],
        repeat_at_s=(*recent, seen.at_s)[-PICTURES_KEPT:] if again else recent,
        looped=old.looped,
        since_look=(old.since_look + 1) % LOOP_LOOK_EVERY,
        frame_sequence=seen.frame_sequence,
    )
    if pictures.since_look == 0:
        found = _comes_again(pictures.fingerprints)
        pictures = replace(pictures, looped=min(100, pictures.looped + 1) if found else 0)
    return pictures, again


def _comes_again(fingerprints: Sequence[int]) -> bool:
    """Whether the newest frames are, one by one, like earlier ones, and move."""
    newest = fingerprints[-LOOP_FRAMES:]
    if len(fingerprints) < LOOP_FRAMES + LOOP_SHORTEST or not _moves(newest):
        return False
    for lag in range(LOOP_SHORTEST, len(fingerprints) - LOOP_FRAMES + 1):
        earlier = fingerprints[len(fingerprints) - LOOP_FRAMES - lag : len(fingerprints) - lag]
        if _like(newest, earlier):
            return True
    return False


def _like(some: Sequence[int], others: Sequence[int]) -> bool:
    """Whether no more than `SAME_BITS` differ on average; most sequences are told apart by their first frames."""
    left = SAME_BITS * len(some)
    for a, b in zip(some, others, strict=True):
        left -= (a ^ b).bit_count()
        if left < 0:
            return False
    return True


def _moves(frames: Sequence[int]) -> bool:
    if _apart(frames[1:], frames[:-1]) < MOVING_BITS:
        return False
    different: list[int] = []
    for frame in frames:
        if all((frame ^ other).bit_count() >= DIFFERENT_BITS for other in different):
            different.append(frame)
    return len(different) >= DIFFERENT_FRAMES


def _apart(some: Sequence[int], others: Sequence[int]) -> float:
    """Return how many of 64 bits differ, on average."""
    return sum((a ^ b).bit_count() for a, b in zip(some, others, strict=True)) / len(some)


def _live(old: Liveliness | None, seen: HeadObserved, yaw_deg: float, pitch_deg: float) -> Liveliness:
    if old is None:
        return Liveliness(
            seen.at_s, seen.at_s, yaw_deg, pitch_deg, seen.mouth_open, seen.eyes_open, seen.gaze_horizontal
        )
    alive = (
        _moved(old.yaw_deg, yaw_deg, TURN_DEG)
        or _moved(old.pitch_deg, pitch_deg, TURN_DEG)
        or _moved(old.mouth_open, seen.mouth_open, MOUTH_MOVE)
        or _moved(old.gaze_horizontal, seen.gaze_horizontal, GAZE_MOVE)
        or _blinked(old.eyes_open, seen.eyes_open)
    )
    return Liveliness(
        alive_at_s=seen.at_s if alive else old.alive_at_s,
        head_at_s=seen.at_s,
        yaw_deg=_eased(old.yaw_deg, yaw_deg),
        pitch_deg=_eased(old.pitch_deg, pitch_deg),
        mouth_open=_eased_or_first(old.mouth_open, seen.mouth_open),
        eyes_open=_eased_or_first(old.eyes_open, seen.eyes_open),
        gaze_horizontal=_eased_or_first(old.gaze_horizontal, seen.gaze_horizontal),
    )


def _moved(usual: float | None, now: float | None, by: float) -> bool:
    return usual is not None and now is not None and abs(now - usual) > by


def _blinked(usual: float | None, now: float | None) -> bool:
    return usual is not None and now is not None and now < BLINK_SHARE * usual


def _eased(usual: float, now: float) -> float:
    return usual + _EASE * (now - usual)


def _eased_or_first(usual: float | None, now: float | None) -> float | None:
    if usual is None or now is None:
        return now if usual is None else usual
    return _eased(usual, now)
