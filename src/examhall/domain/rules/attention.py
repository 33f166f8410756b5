"""Where the candidate looks: looking_away.

Head and eyes add up: who turns the head and keeps the eyes on the screen looks at the screen. What
cannot be seen well is unknown, and the unknown is never a finding.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from examhall.domain.observation import Calibration, Detector, HeadObserved
from examhall.domain.policy import Policy, Signal
from examhall.domain.rules.hold import Changes, Sighting
from examhall.domain.rules.state import (
    RulesState,
    explains,
    freeze,
    look_gap_s,
    rule_of,
    sample,
)

# An iris that moves by .12 between the eye's corners has turned by about 18 degrees (measured).
EYE_DEG = 150.0
STRAIGHT_GAZE = 0.5
MARGIN_DEG = 10.0  # beyond the calibrated range; the policy's threshold
VERTICAL_EXTRA_DEG = 5.0  # pitch depends on how a face is built and moves with the mouth
EYES_UNSEEN_DEG = 10.0  # a head turned this much more can still have its eyes on the screen

# Without a calibration only the head says anything, and only far out.
UNCALIBRATED = Calibration(-25.0, 25.0, -30.0, 30.0)
# For single pictures of people nobody calibrated: what faces show that look into the camera (gaze .50 to .525
# on labelled clips; pitch differs by 8 degrees between clips of one person).
TYPICAL_CALIBRATION = Calibration(0.0, 0.0, -15.0, 20.0, 0.50, 0.525, None, None)


class GazeDirection(StrEnum):
    """Image directions: the image's left is the candidate's right."""

    CENTRE = "centre"
    LEFT = "left"
    RIGHT = "right"
    UP = "up"
    DOWN = "down"


_WORDS = {
    GazeDirection.LEFT: "Looking to the candidate's right",
    GazeDirection.RIGHT: "Looking to the candidate's left",
    GazeDirection.UP: "Looking up",
    GazeDirection.DOWN: "Looking down",
}


@dataclass(frozen=True, slots=True)
class _Pointing:
    """beyond_deg: how far outside the range; over the margin when the direction is not centre."""

    direction: GazeDirection
    beyond_deg: float
    with_eyes: bool


def direction_of(
    head: HeadObserved, calibration: Calibration | None, margin_deg: float = MARGIN_DEG
) -> GazeDirection | None:
    """Return where a face looks, in image directions; None when that cannot be known.

    Away is more than `margin_deg` beyond the calibrated range of head and eyes together. Without a
    calibration only a head turned far away is.
    """
    pointing = _pointing(head, calibration, margin_deg)
    return None if pointing is None else pointing.direction


def observe_head(state: RulesState, seen: HeadObserved, policy: Policy) -> tuple[RulesState, Changes]:
    """Take one look at the head."""
    rule = rule_of(policy, Signal.LOOKING_AWAY)
    if rule is None or not state.sees:
        return state, ()
    blocked = state.camera.blocked and explains(state, policy, Signal.CAMERA_BLOCKED, Signal.LOOKING_AWAY)
    calibration = _followable(state)
    pointing = None if blocked else _pointing(seen, calibration, rule.threshold)
    if pointing is None:
        return freeze(state, Signal.LOOKING_AWAY), ()
    away = pointing.direction is not GazeDirection.CENTRE
    return sample(
        state,
        policy,
        Signal.LOOKING_AWAY,
        seen.at_s,
        look_gap_s(state, policy, policy.scan.head_period_s),
        holds_now=away,
        sighting=_sighting(seen, pointing, calibrated=calibration is not None) if away else None,
    )


def _followable(state: RulesState) -> Calibration | None:
    """The calibration, without the eyes where they cannot be trusted on this attempt."""
    calibration = state.calibration
    if calibration is None or Detector.GAZE not in state.detectors_off:
        return calibration
    return replace(
        calibration,
        gaze_horizontal_low=None, gaze_horizontal_high=None,
        gaze_vertical_low=None, gaze_vertical_high=None,
    )  # fmt: skip


def _pointing(head: HeadObserved, calibration: Calibration | None, margin_deg: float) -> _Pointing | None:
    if head.doubt is not None:
        return None
    ranges = UNCALIBRATED if calibration is None else calibration
    across, down = _across(head, ranges, margin_deg), _down(head, ranges, margin_deg)
    sides = [side for side in (across, down) if side is not None]
    away = [side for side in sides if side.direction is not GazeDirection.CENTRE]
    if away:
        return max(away, key=lambda side: side.beyond_deg)
    return across  # unknown across is unknown, however level the head is


def _across(head: HeadObserved, ranges: Calibration, margin_deg: float) -> _Pointing | None:
    """Left or right, by head and eyes together."""
    yaw, low, high = head.yaw_deg, ranges.yaw_low_deg, ranges.yaw_high_deg
    if yaw is None:
        return None
    eyes_low, eyes_high = ranges.gaze_horizontal_low, ranges.gaze_horizontal_high
    if eyes_low is None or eyes_high is None:
        return _side(yaw, low, high, margin_deg, with_eyes=False)
    eyes = head.gaze_horizontal if head.gaze_doubt is None else None
    if eyes is None:
        # Closed or hidden eyes may be anywhere: only a head that eyes cannot make up for says something.
        side = _side(yaw, low - EYES_UNSEEN_DEG, high + EYES_UNSEEN_DEG, margin_deg, with_eyes=False)
        return side if side.direction is not GazeDirection.CENTRE else None
    return _side(
        yaw + _eye_deg(eyes), low + _eye_deg(eyes_low), high + _eye_deg(eyes_high), margin_deg, with_eyes=True
    )


def _down(head: HeadObserved, ranges: Calibration, margin_deg: float) -> _Pointing | None:
    """Up or down. Eyes may bring a tilted head back to the screen; alone they say nothing, because how well
    they are followed up and down has not been measured."""
    pitch, low, high = head.pitch_deg, ranges.pitch_low_deg, ranges.pitch_high_deg
    if pitch is None:
        return None
    margin_deg += VERTICAL_EXTRA_DEG
    side = _side(pitch, low, high, margin_deg, with_eyes=False)
    eyes_low, eyes_high = ranges.gaze_vertical_low, ranges.gaze_vertical_high
    if eyes_low is None or eyes_high is None or side.direction is GazeDirection.CENTRE:
        return _upright(side)
    eyes = head.gaze_vertical if head.gaze_doubt is None else None
    if eyes is None:
        side = _side(pitch, low - EYES_UNSEEN_DEG, high + EYES_UNSEEN_DEG, margin_deg, with_eyes=False)
        return _upright(side)
    both = _side(
        pitch + eyes * EYE_DEG,
        low + eyes_low * EYE_DEG,
        high + eyes_high * EYE_DEG,
        margin_deg,
        with_eyes=True,
    )
    return _upright(both if both.direction is not side.direction else side)


def _side(value: float, low: float, high: float, margin_deg: float, *, with_eyes: bool) -> _Pointing:
    low, high = min(low, high), max(low, high)
    beyond_deg = max(low - value, value - high, 0.0)
    direction = GazeDirection.CENTRE
    if beyond_deg > margin_deg:
        direction = GazeDirection.LEFT if value < low else GazeDirection.RIGHT
    return _Pointing(direction, beyond_deg, with_eyes)


def _upright(side: _Pointing) -> _Pointing:
    """The same for up and down: pitch and vertical gaze are positive up."""
    names = {GazeDirection.LEFT: GazeDirection.DOWN, GazeDirection.RIGHT: GazeDirection.UP}
    return replace(side, direction=names.get(side.direction, side.direction))


def _eye_deg(gaze: float) -> float:
    return (gaze - STRAIGHT_GAZE) * EYE_DEG


def _sighting(seen: HeadObserved, pointing: _Pointing, *, calibrated: bool) -> Sighting:
    ranged = "the range calibrated at check-in" if calibrated else "the usual range, not calibrated"
    what = "head and eyes" if pointing.with_eyes else "the head"
    numbers = (
        ("beyond_deg", pointing.beyond_deg),
        ("yaw_deg", seen.yaw_deg),
        ("pitch_deg", seen.pitch_deg),
        ("gaze_horizontal", seen.gaze_horizontal),
        ("gaze_vertical", seen.gaze_vertical),
    )
    confidence = 0.5 + min(0.4, pointing.beyond_deg / 100.0)
    return Sighting(
        phrase=_WORDS[pointing.direction],
        detail=f"{what} {pointing.beyond_deg:.0f} degrees beyond {ranged}",
        confidence=confidence if calibrated else 0.8 * confidence,
        numbers=tuple((name, round(number, 3)) for name, number in numbers if number is not None),
        rank=round(pointing.beyond_deg, 1),
    )
