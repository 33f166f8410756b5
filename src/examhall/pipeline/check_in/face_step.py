"""Look straight ahead: the face is enrolled, and the detectors are tried on this candidate, light and camera."""

import math
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from statistics import median

from examhall.application.ports.vision import HeadFacts, Look
from examhall.application.seeing import Embedding
from examhall.domain.check_in import Advice, StepState, Target
from examhall.domain.observation import Detector, Doubt, ObjectLabel, SpeechObserved
from examhall.domain.rules.objects import clear_score, distinct_bodies
from examhall.pipeline.check_in.facts import LOOKED_FOR, CheckFacts, CheckPlan, advice_on

MIN_FRAMES = 12
MIN_S = 3.0
LIMIT_S = 20.0
GOOD_EMBEDDINGS = 5
MAX_SPREAD = 0.5  # L2: the same person in good pictures is about 0.3 apart
FACE_SHARE = 0.9
HEAD_SHARE = 0.6
_TOO_FEW = 5
_WINDOW = 25
_EMBEDDINGS = 10
_OBJECT_LOOKS = 4
_FIRES = 1 / 3  # of the looks: what is seen so often would soon be an incident
_IDENTITY_EVERY_S = 0.4
_OBJECTS_EVERY_S = 0.6
_ADVICE_FRAMES = 5


class FaceStep:
    """Judged by its newest 25 pictures, so that sitting down first does no harm."""

    target: Target | None = None

    def __init__(self, plan: CheckPlan, now_s: float) -> None:
        self._plan = plan
        self._began_s = self._now_s = now_s
        self._state = StepState.RUNNING
        self._window: deque[CheckFacts] = deque(maxlen=_WINDOW)
        self._embeddings: deque[Embedding] = deque(maxlen=_EMBEDDINGS)
        self._objects: deque[CheckFacts] = deque(maxlen=2 * _OBJECT_LOOKS)
        self._identity_at_s = self._objects_at_s = -math.inf

    @property
    def state(self) -> StepState:
        return self._state

    @property
    def progress(self) -> float:
        parts = [len(self._window) / MIN_FRAMES, (self._now_s - self._began_s) / MIN_S]
        if Detector.IDENTITY in self._plan.tried:
            parts.append(len(self._embeddings) / GOOD_EMBEDDINGS)
        return max(0.0, min(1.0, *parts))

    @property
    def advice(self) -> Advice | None:
        """Of the newest pictures, the most frequent."""
        newest = [advice_on(one) for one in list(self._window)[-_ADVICE_FRAMES:]]
        if not newest:
            return Advice.NO_FACE if self._state is StepState.FAILED else None
        return Counter(newest).most_common(1)[0][0]

    def wants(self, at_s: float) -> frozenset[Look]:
        looks = {Look.HEAD}
        if Detector.IDENTITY in self._plan.tried and at_s - self._identity_at_s >= _IDENTITY_EVERY_S:
            self._identity_at_s = at_s
            looks.add(Look.IDENTITY)
        wanted = self._plan.tried & LOOKED_FOR.keys()
        if wanted and at_s - self._objects_at_s >= _OBJECTS_EVERY_S:
            self._objects_at_s = at_s
            looks.add(Look.OBJECTS)
        return frozenset(looks)

    def see(self, facts: CheckFacts) -> None:
        self._window.append(facts)
        if facts.embedding is not None and facts.alone:
            self._embeddings.append(facts.embedding)
        if facts.objects is not None:
            self._objects.append(facts)
        self.pass_time(facts.at_s)

    def hear(self, sound: SpeechObserved) -> None:
        """Nothing: this step only looks."""

    def pass_time(self, now_s: float) -> None:
        self._now_s = max(self._now_s, now_s)
        if self._state is not StepState.RUNNING:
            return
        spent_s = self._now_s - self._began_s
        if len(self._window) >= MIN_FRAMES and spent_s >= MIN_S and self._all_seen():
            self._state = StepState.PASSED
        elif spent_s >= LIMIT_S:
            self._state = StepState.FAILED

    def _all_seen(self) -> bool:
        looked = not self._plan.tried & LOOKED_FOR.keys()
        enrolled = Detector.IDENTITY not in self._plan.tried or self.template is not None
        alone = self._share(lambda one: one.alone) >= FACE_SHARE
        return alone and enrolled and (looked or len(self._objects) >= _OBJECT_LOOKS)

    # ---- what it found ---------------------------------------------------------------------------

    @property
    def embeddings(self) -> tuple[Embedding, ...]:
        """The good ones, if they are of one face."""
        return tuple(self._embeddings) if self.template is not None else ()

    @property
    def template(self) -> Embedding | None:
        """The median of the good embeddings, number by number; None while too few or too unlike."""
        if len(self._embeddings) < GOOD_EMBEDDINGS or spread(self._embeddings) > MAX_SPREAD:
            return None
        return tuple(median(numbers) for numbers in zip(*self._embeddings, strict=True))

    @property
    def yaw_deg(self) -> float | None:
        """Straight ahead, as far as it was seen."""
        seen = [one.head.yaw_deg for one in self._window if one.head and one.head.yaw_deg is not None]
        return median(seen) if seen else None

    @property
    def tried(self) -> bool:
        """Whether there was enough to judge the detectors by."""
        return len(self._window) >= _TOO_FEW

    def mistrust(self, detector: Detector) -> str | None:
        """Why this detector cannot be trusted here, None when it can."""
        match detector:
            case Detector.HEAD | Detector.GAZE | Detector.LIVENESS:
                what, known = _OF_A_HEAD[detector]
                share = self._share(lambda one: one.head is not None and known(one.head) is not None)
                return None if share >= HEAD_SHARE else _too_rare(what, share)
            case Detector.FACES:
                return self._mistrust_faces()
            case Detector.IDENTITY:
                return self._mistrust_identity()
            case Detector.PERSONS:
                return self._mistrust_persons()
            case _:
                label = LOOKED_FOR.get(detector)
                return None if label is None else self._mistrust_object(label)

    def _share(self, fits: Callable[[CheckFacts], bool]) -> float:
        return sum(fits(one) for one in self._window) / max(1, len(self._window))

    def _mistrust_faces(self) -> str | None:
        if self._share(lambda one: one.alone) >= FACE_SHARE:
            return None
        several = self._share(lambda one: one.faces > 1)
        if several > 1 - FACE_SHARE:
            return f"More than one face was seen in {several:.0%} of the pictures of the camera check."
        none = self._share(lambda one: one.faces == 0)
        return f"No face was found in {none:.0%} of the pictures of the camera check."

    def _mistrust_identity(self) -> str | None:
        if self.template is not None:
            return None
        if len(self._embeddings) < GOOD_EMBEDDINGS:
            doubts = Counter(one.identity_doubt for one in self._window if one.identity_doubt is not None)
            why = _TOO_POOR[doubts.most_common(1)[0][0]] if doubts else "seen too seldom"
            return f"The face was {why} in the pictures of the camera check to be enrolled and compared."
        return "The pictures of the camera check are too unlike each other to be of one face."

    def _mistrust_object(self, label: ObjectLabel) -> str | None:
        """Each kind by itself: a shelf of books says nothing against phones."""
        if not self._fires(label, 1):
            return None
        return (
            f"Something like a {label.value} was seen in the room at the camera check: {label.value}s are "
            "not reported. If it can be put away, ask for the check again."
        )

    def _mistrust_persons(self) -> str | None:
        if self._fires(ObjectLabel.PERSON, 2):
            return (
                "Something like a second person was seen in the room at the camera check: people in the "
                "background are not reported. Have a look at the room, and ask for the check again."
            )
        return None

    def _fires(self, label: ObjectLabel, at_least: int) -> bool:
        """Whether that many of it were seen in so many of the looks, in more than one, and once clearly: what
        the rules would make an incident of."""
        threshold = self._plan.thresholds.get(label)
        if threshold is None:
            return False
        hits, best = 0, 0.0
        for one in self._objects:
            seen = [o for o in one.objects or () if o.label is label and o.score >= threshold]
            best = max([best, *(o.score for o in seen)])
            count = len(distinct_bodies(seen) if label is ObjectLabel.PERSON else seen)
            hits += count >= at_least
        clearly = best >= clear_score(label, threshold)
        return clearly and hits >= 2 and hits >= _FIRES * len(self._objects)


def spread(embeddings: Sequence[Embedding]) -> float:
    """The largest L2 distance between any two."""
    return max((math.dist(a, b) for a, b in combinations(embeddings, 2)), default=0.0)


def _too_rare(what: str, share: float) -> str:
    return f"{what} could be told in only {share:.0%} of the pictures of the camera check."


_TOO_POOR: Mapping[Doubt, str] = {
    Doubt.NO_MESH: "seen too unclearly",
    Doubt.BLURRED: "too blurred",
    Doubt.PROFILE: "turned too far away",
    Doubt.SMALL: "too small",
    Doubt.EDGE: "too close to the edge",
    Doubt.GLARE: "hidden too much by reflections",
    Doubt.EYES_CLOSED: "seen too often with closed eyes",
    Doubt.DARK: "too dark",
}
_OF_A_HEAD: Mapping[Detector, tuple[str, Callable[[HeadFacts], float | None]]] = {
    Detector.HEAD: ("The head's direction", lambda head: head.yaw_deg),
    Detector.GAZE: ("The direction of the eyes", lambda head: head.gaze_horizontal),
    Detector.LIVENESS: ("Whether the eyes are open", lambda head: head.eyes_open),
}
