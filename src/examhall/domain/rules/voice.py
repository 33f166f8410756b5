"""What is heard: speech, and whether the candidate's lips move with it.

The page sends sound only while there is some: a piece that does not come is silence. Lips are looked at in a
short burst of pictures; without enough trusted ones they are unknown.
"""

from dataclasses import dataclass, replace
from statistics import pstdev

from examhall.domain.observation import Detector, HeadObserved, SpeechObserved
from examhall.domain.policy import Policy, Signal
from examhall.domain.rules import hold as holds
from examhall.domain.rules.hold import Changes, Sighting
from examhall.domain.rules.state import TICK_GAP_S, Mouth, RulesState, Voice, asked, rule_of, sample

PAUSE_S = 1.0  # a longer silence ends a stretch of speech
SILENT_AFTER_S = 1.5  # pieces come each half second while there is sound
FRESH_S = 0.25  # less than a piece of sound, so that each burst is asked for once
ONSET_S = 0.9  # two pieces of speech, before pictures are asked for
MOUTHS_KEPT = 40

# Talking shows as variation of the opening, not as its level (measured at 5 pictures/s over 2 s).
MOVING_SD = 0.03
MOVING_RANGE = 0.10
LIPS_WINDOW_S = 2.5
LIPS_MIN_PICTURES = 8
LIPS_MIN_SPAN_S = 1.2
LIPS_MAX_STEP_S = 0.5  # pictures further apart miss the movement
_LIPS_KNOWN = 1.0  # outranks what is said without them
_AROUND_S = 0.3  # pictures and sound are not timed to the millisecond


@dataclass(frozen=True, slots=True)
class _Lips:
    """Mouth opening in lip gaps / mouth widths over `pictures` of one burst."""

    moving: bool
    sd: float
    spread: float
    pictures: int


def observe_speech(state: RulesState, seen: SpeechObserved, policy: Policy) -> tuple[RulesState, Changes]:
    """Take one piece of sound."""
    rule = rule_of(policy, Signal.SPEECH)
    if rule is None:
        return state, ()
    begin_s = seen.at_s - max(0.0, min(seen.duration_s, 2.0))
    spoken = seen.speech_share > 0.0 and seen.speech_share >= rule.threshold
    last_s = state.voice.chunk_end_s
    state = replace(state, voice=replace(state.voice, chunk_end_s=seen.at_s))
    if not state.sees:
        return state, ()
    changes: Changes = ()
    if last_s is not None and begin_s - last_s > _AROUND_S:
        state, changes = _hear(state, begin_s, policy, None)  # what did not come was silence
    if not spoken:
        state, more = _hear(state, seen.at_s, policy, None)
        return state, changes + more
    state = replace(state, voice=_stretch(state.voice, begin_s, seen.at_s))
    state = _ask_for_burst(state, seen.at_s, policy)
    sighting = _sighting(seen, _lips(state))
    # From its beginning on, so that the piece counts with its own length.
    for at_s, seen_now in ((begin_s, None), (seen.at_s, sighting)):
        state, more = _hear(state, at_s, policy, seen_now, spoken=True)
        changes += more
    return state, changes


def observe_mouth(state: RulesState, seen: HeadObserved) -> tuple[RulesState, Changes]:
    """Keep how far the mouth was open, where that can be trusted; pictures of a voice may come after it."""
    if seen.mouth_open is None or seen.doubt is not None:
        return state, ()
    mouths = (*state.voice.mouths, Mouth(seen.at_s, seen.mouth_open))
    state = replace(state, voice=replace(state.voice, mouths=mouths[-MOUTHS_KEPT:]))
    hold = state.hold(Signal.SPEECH)
    if not state.sees or hold.best is None or hold.best.rank >= _LIPS_KNOWN:
        return state, ()
    lips = _lips(state)
    if lips is None:
        return state, ()
    hold, changes = holds.restate(hold, seen.at_s, _with_lips(hold.best, lips))
    return state.with_hold(Signal.SPEECH, hold), changes


def observe_time(state: RulesState, at_s: float, policy: Policy) -> tuple[RulesState, Changes]:
    """Let silence count although nothing is sent of it."""
    last_s = state.voice.chunk_end_s
    if state.hold(Signal.SPEECH).began_at_s is None:
        return state, ()
    if last_s is not None and at_s - last_s < SILENT_AFTER_S:
        return state, ()
    return _hear(state, at_s, policy, None)


def burst_wanted(state: RulesState, at_s: float, policy: Policy) -> bool:
    """Whether the speech taken at `at_s` is one to ask the page for a burst of pictures for; at most one
    each `burst_every_s`."""
    burst_at_s = state.voice.burst_at_s
    fresh = burst_at_s is not None and 0.0 <= at_s - burst_at_s < FRESH_S
    return fresh and asked(state, policy, Signal.SPEECH)


def in_burst(state: RulesState, at_s: float, policy: Policy) -> bool:
    """Whether the pictures of a burst may still be coming."""
    burst_at_s = state.voice.burst_at_s
    return burst_at_s is not None and 0.0 <= at_s - burst_at_s <= policy.scan.burst_s + 1.0


def _hear(
    state: RulesState, at_s: float, policy: Policy, sighting: Sighting | None, *, spoken: bool = False
) -> tuple[RulesState, Changes]:
    return sample(state, policy, Signal.SPEECH, at_s, TICK_GAP_S, holds_now=spoken, sighting=sighting)


def _stretch(voice: Voice, begin_s: float, end_s: float) -> Voice:
    went_on = voice.stretch_end_s is not None and begin_s - voice.stretch_end_s <= PAUSE_S
    began_s = voice.stretch_began_s if went_on else begin_s
    return replace(voice, stretch_began_s=began_s, stretch_end_s=end_s)


def _ask_for_burst(state: RulesState, at_s: float, policy: Policy) -> RulesState:
    plan, voice = policy.scan, state.voice
    if plan.burst_s <= 0 or plan.head_period_s <= 0 or Detector.HEAD in state.detectors_off:
        return state
    if not asked(state, policy, Signal.SPEECH):
        return state
    began_s, last_s = voice.stretch_began_s, voice.burst_at_s
    fresh = began_s is not None and at_s - began_s >= ONSET_S
    waited = last_s is None or not 0.0 <= at_s - last_s < max(plan.burst_s, plan.burst_every_s)
    if not (fresh and waited) or _lips(state) is not None:
        return state
    return replace(state, voice=replace(voice, burst_at_s=at_s))


def _lips(state: RulesState) -> _Lips | None:
    """What the lips did while the voice was heard; None when too few pictures show it."""
    voice = state.voice
    began_s, end_s = voice.stretch_began_s, voice.stretch_end_s
    if began_s is None or end_s is None:
        return None
    during = [m for m in voice.mouths if began_s - _AROUND_S <= m.at_s <= end_s + _AROUND_S]
    best: _Lips | None = None
    for run in _runs(during):
        newest_s = run[-1].at_s
        opened = [m.open for m in run if newest_s - m.at_s <= LIPS_WINDOW_S]
        span_s = newest_s - max(run[0].at_s, newest_s - LIPS_WINDOW_S)
        if len(opened) < LIPS_MIN_PICTURES or span_s < LIPS_MIN_SPAN_S:
            continue
        sd, spread = pstdev(opened), max(opened) - min(opened)
        lips = _Lips(sd > MOVING_SD or spread > MOVING_RANGE, sd, spread, len(opened))
        best = lips if best is None or lips.moving or not best.moving else best
    return best


def _runs(mouths: list[Mouth]) -> list[list[Mouth]]:
    """Split where pictures are too far apart, or a clock went back."""
    runs: list[list[Mouth]] = []
    for mouth in mouths:
        if runs and 0.0 <= mouth.at_s - runs[-1][-1].at_s <= LIPS_MAX_STEP_S:
            runs[-1].append(mouth)
        else:
            runs.append([mouth])
    return runs


def _sighting(seen: SpeechObserved, lips: _Lips | None) -> Sighting:
    share = min(1.0, max(0.0, seen.speech_share))
    loud = 1.0 if seen.level_dbfs > -45.0 else 0.8
    clear = 1.0 if seen.clipped_share < 0.05 else 0.8
    heard = Sighting(
        phrase="Voice, lips unknown",
        detail=f"level {seen.level_dbfs:.0f} dBFS",
        confidence=max(0.05, (0.4 + 0.55 * share) * loud * clear),
        numbers=(
            ("speech_share", round(share, 4)),
            ("level_dbfs", round(seen.level_dbfs, 2)),
            ("probability", round(seen.probability, 4)),
        ),
    )
    return heard if lips is None else _with_lips(heard, lips)


def _with_lips(heard: Sighting, lips: _Lips) -> Sighting:
    return replace(
        heard,
        phrase="Voice, lips moving" if lips.moving else "Voice, lips still",
        detail=f"{heard.detail}, mouth varies by {lips.spread:.2f} in {lips.pictures} pictures",
        numbers=(*heard.numbers, ("mouth_sd", round(lips.sd, 4)), ("mouth_range", round(lips.spread, 4))),
        rank=_LIPS_KNOWN,
    )
