"""Hold, release and cool-down: how a finding becomes an incident, the same way for every signal.

Time counts only between two samples that both say the finding holds and that are near each other;
after a longer gap, or when nothing is known (paused, connection lost), the hold stands still.
"""

from dataclasses import dataclass, replace

from examhall.domain.incident import Explanation, IncidentChanged, IncidentState, IncidentStep
from examhall.domain.policy import Signal, SignalRule

MIN_POSITIVES = 2  # one bad frame is never an incident
TELL_EVERY_S = 2.0
TELL_SHARE = 0.1  # a long incident is told of less often: every tenth of its length
_ROUNDING_S = 1e-6

Changes = tuple[IncidentChanged, ...]


@dataclass(frozen=True, slots=True)
class Sighting:
    """What one positive observation saw.

    phrase: the key fact ("2 faces"); detail: the numbers behind it ("best scores 0.98 and 0.91").
    confidence: 0..1. rank: of two sightings the one that ranks at least as high explains the incident.
    """

    phrase: str
    detail: str
    confidence: float
    numbers: tuple[tuple[str, float], ...] = ()
    rank: float = 0.0


@dataclass(frozen=True, slots=True)
class Hold:
    """How far one signal has come. `incident` is the open one or the last closed one."""

    made: int = 0
    last_s: float = 0.0
    running: bool = False  # the last sample is known, so that time since then may count
    holding: bool = False
    began_at_s: float | None = None
    held_s: float = 0.0
    clear_s: float = 0.0
    positives: int = 0
    confidence_sum: float = 0.0
    best: Sighting | None = None
    seen_at_s: float = 0.0
    held_before_s: float = 0.0  # in earlier times of the same incident
    incident: IncidentState | None = None
    told_at_s: float = 0.0
    told_phrase: str = ""
    told: bool = True

    @property
    def is_open(self) -> bool:
        return self.incident is not None and self.incident.closed_at_s is None


def freeze(hold: Hold) -> Hold:
    """Nothing is known from here to the next sample: neither hold nor release goes on."""
    return replace(hold, running=False) if hold.running else hold


def sample(
    hold: Hold,
    signal: Signal,
    rule: SignalRule,
    at_s: float,
    max_gap_s: float,
    *,
    holds: bool,
    sighting: Sighting | None = None,
    min_positives: int = MIN_POSITIVES,
) -> tuple[Hold, Changes]:
    """Take one sample of a finding.

    holds: the finding stands at `at_s`. sighting: set when this very observation saw it; a standing
    finding without one counts time but is no positive observation. min_positives: fewer only where one
    sighting sums up several pictures.
    """
    at_s = max(at_s, hold.last_s)
    passed_s = at_s - hold.last_s
    near_s = passed_s if hold.running and passed_s <= max_gap_s + _ROUNDING_S else 0.0
    if holds:
        hold = _hold_on(hold, at_s, near_s, sighting)
        if not hold.is_open and hold.positives >= min_positives and hold.held_s + _ROUNDING_S >= rule.hold_s:
            return _open(hold, signal, rule, at_s)
        return _tell(hold, at_s)
    hold = replace(hold, last_s=at_s, running=True, holding=False, clear_s=hold.clear_s + near_s)
    if hold.began_at_s is None or hold.clear_s + _ROUNDING_S < rule.release_s:
        return _tell(hold, at_s)
    return close(hold, at_s)


def count(
    hold: Hold, signal: Signal, rule: SignalRule, at_s: float, sighting: Sighting
) -> tuple[Hold, Changes]:
    """Take one event of a momentary signal: it needs no hold, only `rule.threshold` events."""
    at_s = max(at_s, hold.last_s)
    hold = _hold_on(hold, at_s, 0.0, sighting)
    hold = replace(hold, holding=False)
    if hold.is_open:
        return _tell(_refresh(hold, more=1), at_s)
    if hold.positives >= max(1.0, rule.threshold):
        return _open(hold, signal, rule, at_s)
    return hold, ()


def restate(hold: Hold, at_s: float, sighting: Sighting) -> tuple[Hold, Changes]:
    """Say better what was seen already; no time passes and nothing is seen again."""
    if hold.best is None or sighting.rank < hold.best.rank:
        return hold, ()
    hold = replace(hold, best=sighting)
    return _tell(_refresh(hold, more=0), at_s) if hold.is_open else (hold, ())


def close(hold: Hold, at_s: float) -> tuple[Hold, Changes]:
    """Close what is open and forget what is pending."""
    cleared = replace(
        hold, holding=False, began_at_s=None, held_s=0.0, clear_s=0.0,
        positives=0, confidence_sum=0.0, best=None,
    )  # fmt: skip
    incident = hold.incident
    if incident is None or incident.closed_at_s is not None:
        return cleared, ()
    closed = replace(incident, closed_at_s=max(at_s, incident.opened_at_s))
    cleared = replace(cleared, incident=closed, held_before_s=hold.held_before_s + hold.held_s, told=True)
    return cleared, (IncidentChanged(IncidentStep.CLOSED, closed),)


def _hold_on(hold: Hold, at_s: float, near_s: float, sighting: Sighting | None) -> Hold:
    held_s = hold.held_s + (near_s if hold.holding else 0.0)
    hold = replace(
        hold, last_s=at_s, running=True, holding=True, held_s=held_s, clear_s=0.0,
        began_at_s=at_s if hold.began_at_s is None else hold.began_at_s,
    )  # fmt: skip
    if sighting is not None:
        best = sighting if hold.best is None or sighting.rank >= hold.best.rank else hold.best
        hold = replace(
            hold, positives=hold.positives + 1, best=best, seen_at_s=at_s,
            confidence_sum=hold.confidence_sum + sighting.confidence,
        )  # fmt: skip
    return _refresh(hold, more=0) if hold.is_open else hold


def _open(hold: Hold, signal: Signal, rule: SignalRule, at_s: float) -> tuple[Hold, Changes]:
    assert hold.began_at_s is not None  # noqa: S101  set by the first positive sample
    old = hold.incident
    closed_at_s = None if old is None else old.closed_at_s
    if old is not None and closed_at_s is not None and hold.began_at_s - closed_at_s <= rule.cooldown_s:
        again = _refresh(replace(hold, incident=replace(old, closed_at_s=None)), more=max(1, _events(hold)))
        return _told(again, IncidentStep.EXTENDED, at_s)
    made = hold.made + 1
    incident = IncidentState(
        key=f"{signal}#{made}",
        signal=signal,
        severity=rule.severity,
        weight=rule.weight,
        began_at_s=hold.began_at_s,
        opened_at_s=at_s,
        last_seen_at_s=at_s,
        closed_at_s=None,
        confidence=0.0,
        explanation=Explanation(""),
        times=max(1, _events(hold)),
    )
    fresh = _refresh(replace(hold, made=made, incident=incident, held_before_s=0.0), more=0)
    return _told(fresh, IncidentStep.OPENED, at_s)


def _events(hold: Hold) -> int:
    """How many momentary events opened this; a held finding is one time, however many samples."""
    return 0 if hold.holding else hold.positives


def _refresh(hold: Hold, *, more: int) -> Hold:
    """Bring the open incident's times, confidence and words up to the hold."""
    incident, best = hold.incident, hold.best
    if incident is None or best is None:
        return hold
    times = incident.times + more
    held_s = hold.held_before_s + hold.held_s
    incident = replace(
        incident,
        last_seen_at_s=max(incident.began_at_s, hold.seen_at_s),
        confidence=round(min(1.0, max(0.0, hold.confidence_sum / hold.positives)), 3),
        explanation=_explain(best, held_s, times),
        times=times,
    )
    return replace(hold, incident=incident, told=False)


def _explain(best: Sighting, held_s: float, times: int) -> Explanation:
    words = best.phrase
    if held_s > 0.0:
        words += f" for {held_s:.1f} s"
    if best.detail:
        words += f", {best.detail}"
    if times > 1:
        words += f", {times} times"
    numbers = (*best.numbers, ("held_s", round(held_s, 3)), ("times", float(times)))
    return Explanation(words, numbers)


def _tell(hold: Hold, at_s: float) -> tuple[Hold, Changes]:
    """Say that an open incident goes on, but not at every frame."""
    incident = hold.incident
    if hold.told or incident is None or not hold.is_open:
        return hold, ()
    wait_s = max(TELL_EVERY_S, TELL_SHARE * (at_s - incident.opened_at_s))
    new_fact = hold.best is not None and hold.best.phrase != hold.told_phrase
    if not new_fact and at_s - hold.told_at_s + _ROUNDING_S < wait_s:
        return hold, ()
    return _told(hold, IncidentStep.EXTENDED, at_s)


def _told(hold: Hold, step: IncidentStep, at_s: float) -> tuple[Hold, Changes]:
    assert hold.incident is not None  # noqa: S101  only called with an incident
    phrase = hold.best.phrase if hold.best is not None else ""
    told = replace(hold, told=True, told_at_s=at_s, told_phrase=phrase)
    return told, (IncidentChanged(step, hold.incident),)
