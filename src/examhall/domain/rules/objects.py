"""Things and bodies: phone, book, laptop, person_in_background. A first hit makes the next frames look again.

Looks are far apart and find only some of what is there, so a hit stands for one period: a miss
between two hits neither counts against them nor as a second one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from examhall.domain.observation import FaceBox, ObjectLabel, ObjectsObserved, SeenObject
from examhall.domain.policy import Policy, Signal
from examhall.domain.rules.hold import Changes, Sighting
from examhall.domain.rules.state import (
    RulesState,
    Track,
    explains,
    freeze,
    interval_s,
    look_gap_s,
    rule_of,
    sample,
    slowed_s,
)

FOLLOW_UP_LOOKS = 3
FOLLOWED_HITS = 2  # a faint thing that stays in the picture must not be looked at on every frame for ever
# Of the phone and book detector, whose scores are low: a thing that is seen again and again but never once
# clearly opens nothing. On labelled clips every phone is once above .30, everything else stays under .18.
CLEARLY = 1.25  # times the threshold, in one look at least
SAME_BODY = 0.8  # a box this far inside another is the same body, seen twice

_FAINT = frozenset({ObjectLabel.PHONE, ObjectLabel.BOOK})
LABELS = {
    Signal.PHONE: ObjectLabel.PHONE,
    Signal.BOOK: ObjectLabel.BOOK,
    Signal.LAPTOP: ObjectLabel.LAPTOP,
    Signal.PERSON_IN_BACKGROUND: ObjectLabel.PERSON,
}
_PHRASES = {
    Signal.PHONE: "Something like a phone",
    Signal.BOOK: "Something like a book",
    Signal.LAPTOP: "A laptop in the picture",
}


@dataclass(frozen=True, slots=True)
class _Hit:
    phrase: str
    score: float
    numbers: tuple[tuple[str, float], ...] = ()


def observe_objects(state: RulesState, seen: ObjectsObserved, policy: Policy) -> tuple[RulesState, Changes]:
    """Take one look at objects and persons; the frame's `FacesObserved` comes before."""
    follow_up = max(0, state.looks.objects_follow_up - 1)
    state = replace(state, looks=replace(state.looks, objects_at_s=seen.at_s, objects_follow_up=follow_up))
    if not state.sees:
        return state, ()
    changes: Changes = ()
    for signal, label in LABELS.items():
        if label in seen.looked_for:
            state, more = _look(state, seen, signal, policy)
            changes += more
    return state, changes


def _look(
    state: RulesState, seen: ObjectsObserved, signal: Signal, policy: Policy
) -> tuple[RulesState, Changes]:
    rule = rule_of(policy, signal)
    if rule is None:
        return state, ()
    if _told_otherwise(state, signal, policy):
        return freeze(state, signal), ()
    scored = [o for o in seen.objects if o.label is LABELS[signal] and o.score >= rule.threshold]
    if signal is Signal.PERSON_IN_BACKGROUND:
        hit = _second_body(state, scored, seen.frame_sequence, policy)
    else:
        hit = _Hit(_PHRASES[signal], max(o.score for o in scored)) if scored else None
    track = _track(state, signal, seen.at_s, hit)
    period_s = policy.scan.objects_period_s
    stands_s = max(slowed_s(state, policy, period_s), FOLLOW_UP_LOOKS * interval_s(state, policy))
    stands = track is not None and seen.at_s - track.hit_at_s <= stands_s
    tracks = {s: t for s, t in state.tracks.items() if s is not signal}
    state = replace(state, tracks=tracks if track is None else {**tracks, signal: track})
    clearly = clear_score(LABELS[signal], rule.threshold)
    sighting = None
    if hit is not None and track is not None and track.best_score >= clearly:
        sighting = _sighting(hit, track, rule.threshold)
    state, changes = sample(
        state, policy, signal, seen.at_s, look_gap_s(state, policy, period_s), holds_now=stands,
        sighting=sighting,
    )  # fmt: skip
    if hit is not None and track is not None and _look_again(state, signal, hit, track, clearly):
        state = replace(state, looks=replace(state.looks, objects_follow_up=FOLLOW_UP_LOOKS))
    if state.hold(signal).began_at_s is None:
        state = replace(state, tracks={s: t for s, t in state.tracks.items() if s is not signal})
    return state, changes


def _told_otherwise(state: RulesState, signal: Signal, policy: Policy) -> bool:
    """One cause, one incident: a covered camera shows no things, and who is counted as a face now and then
    is not told as a body in between."""
    if state.camera.blocked and explains(state, policy, Signal.CAMERA_BLOCKED, signal):
        return True
    several = state.hold(Signal.MULTIPLE_FACES).began_at_s is not None
    return (
        signal is Signal.PERSON_IN_BACKGROUND
        and several
        and explains(state, policy, Signal.MULTIPLE_FACES, signal)
    )


def _look_again(state: RulesState, signal: Signal, hit: _Hit, track: Track, clearly: float) -> bool:
    if state.hold(signal).is_open:
        return False
    return track.hits <= FOLLOWED_HITS or hit.score >= clearly


def _track(state: RulesState, signal: Signal, at_s: float, hit: _Hit | None) -> Track | None:
    old = state.tracks.get(signal)
    if old is None:
        return None if hit is None else Track(at_s, best_score=hit.score)
    looked = replace(old, looks=old.looks + 1)
    if hit is None:
        return looked
    return replace(looked, hit_at_s=at_s, hits=old.hits + 1, best_score=max(old.best_score, hit.score))


def _sighting(hit: _Hit, track: Track, threshold: float) -> Sighting:
    sure = 0.5 + 0.5 * (hit.score - threshold) / max(0.01, 1.0 - threshold)
    return Sighting(
        phrase=hit.phrase,
        detail=f"seen in {track.hits} of {track.looks} looks, best score {track.best_score:.2f}",
        confidence=min(0.95, max(0.05, sure)),
        numbers=(
            ("best_score", round(track.best_score, 4)),
            ("hits", float(track.hits)),
            ("looks", float(track.looks)),
            *hit.numbers,
        ),
    )


def _second_body(
    state: RulesState, persons: Sequence[SeenObject], frame_sequence: int, policy: Policy
) -> _Hit | None:
    """A body that shows no face, beyond the candidate's own. One with a face is multiple_faces."""
    if state.scans.frame_sequence != frame_sequence:
        return None  # whose faces these are is not known
    faces, bodies = state.scans.faces, distinct_bodies(persons)
    faceless = _without_face(bodies, faces)
    several = rule_of(policy, Signal.MULTIPLE_FACES)
    allowed = max(1, int(several.threshold)) if several is not None else 1
    # Without a face the candidate is one of the bodies; a face that only the fine scan finds has a body too.
    shown = len(faces)
    if explains(state, policy, Signal.MULTIPLE_FACES, Signal.PERSON_IN_BACKGROUND):
        shown = max(shown, state.scans.fine_count or 0)
    extra = min(len(faceless) - (0 if faces else 1), len(bodies) - max(1, shown))
    if extra <= 0 or max(1, shown) + extra <= allowed:
        return None
    score = sorted((body.score for body in faceless), reverse=True)[extra - 1]
    words = (
        "Another person without a visible face" if extra == 1 else f"{extra} persons without visible faces"
    )
    return _Hit(words, score, (("persons", float(len(bodies))), ("faces", float(len(faces)))))


def clear_score(label: ObjectLabel, threshold: float) -> float:
    """Return the score that one look at least must reach before anything opens."""
    return threshold * (CLEARLY if label in _FAINT else 1.0)


def distinct_bodies(persons: Sequence[SeenObject]) -> list[SeenObject]:
    """Return one box for each body, best first: detectors frame a body and parts of it."""
    kept: list[SeenObject] = []
    for person in sorted(persons, key=lambda p: -p.score):
        if all(_inside(person, other) < SAME_BODY for other in kept):
            kept.append(person)
    return kept


def _inside(one: SeenObject, other: SeenObject) -> float:
    """Return the share of the smaller box that lies in the larger one."""
    width = min(one.x2, other.x2) - max(one.x1, other.x1)
    height = min(one.y2, other.y2) - max(one.y1, other.y1)
    smaller = min(_area(one), _area(other))
    if width <= 0 or height <= 0 or smaller <= 0:
        return 0.0
    return width * height / smaller


def _area(box: SeenObject) -> float:
    return max(0.0, box.x2 - box.x1) * max(0.0, box.y2 - box.y1)


def _without_face(bodies: Sequence[SeenObject], faces: Sequence[FaceBox]) -> list[SeenObject]:
    """Return the bodies left when each face has taken the one that fits it best."""
    left = list(bodies)
    for face in faces:
        fitting = [body for body in left if _shows(body, face)]
        if fitting:
            left.remove(min(fitting, key=lambda body: _misfit(body, face)))
    return left


def _shows(body: SeenObject, face: FaceBox) -> bool:
    x, y = (face.x1 + face.x2) / 2, (face.y1 + face.y2) / 2
    return body.x1 <= x <= body.x2 and body.y1 <= y <= body.y2


def _misfit(body: SeenObject, face: FaceBox) -> float:
    """A face sits in the middle of its body's top; in widths and heights of the body."""
    width, height = max(1e-6, body.x2 - body.x1), max(1e-6, body.y2 - body.y1)
    aside = abs((face.x1 + face.x2) - (body.x1 + body.x2)) / 2 / width
    return aside + max(0.0, face.y1 - body.y1) / height
