"""What the camera check takes of one looked-at picture, and which detectors it tries."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from examhall.application.ports.vision import FrameAnalysis, HeadFacts
from examhall.application.seeing import Embedding
from examhall.domain.check_in import Advice, CheckInStep
from examhall.domain.observation import Detector, Doubt, ObjectLabel, SeenObject
from examhall.domain.policy import Policy, Signal

DARK_LUMA = 45.0
_LIT_LUMA = 90.0
_SMALL_FACE = 0.15  # of the picture's height

_TRIED_FOR: Mapping[Detector, tuple[Signal, ...]] = {
    Detector.FACES: (Signal.NO_FACE, Signal.MULTIPLE_FACES),
    Detector.HEAD: (Signal.LOOKING_AWAY,),
    Detector.GAZE: (Signal.LOOKING_AWAY,),
    Detector.IDENTITY: (Signal.DIFFERENT_PERSON,),
    Detector.PHONE: (Signal.PHONE,),
    Detector.BOOK: (Signal.BOOK,),
    Detector.LAPTOP: (Signal.LAPTOP,),
    Detector.PERSONS: (Signal.PERSON_IN_BACKGROUND,),
    Detector.SPEECH: (Signal.SPEECH,),
    Detector.LIVENESS: (Signal.SPOOF,),
}
LOOKED_FOR: Mapping[Detector, ObjectLabel] = {
    Detector.PHONE: ObjectLabel.PHONE,
    Detector.BOOK: ObjectLabel.BOOK,
    Detector.LAPTOP: ObjectLabel.LAPTOP,
    Detector.PERSONS: ObjectLabel.PERSON,
}
_LABELS = {
    Signal.PHONE: ObjectLabel.PHONE,
    Signal.BOOK: ObjectLabel.BOOK,
    Signal.LAPTOP: ObjectLabel.LAPTOP,
    Signal.PERSON_IN_BACKGROUND: ObjectLabel.PERSON,
}


@dataclass(frozen=True, slots=True)
class CheckPlan:
    """What is asked of the candidate and tried on them. thresholds: scores from which an object counts."""

    steps: tuple[CheckInStep, ...]
    tried: frozenset[Detector]
    thresholds: Mapping[ObjectLabel, float]


def plan_of(policy: Policy) -> CheckPlan:
    """Only detectors that an enabled signal asks for and the plan runs; shadow signals count as enabled."""
    enabled = {signal for signal, rule in policy.signals.items() if rule.enabled}
    scan = policy.scan
    runs = {
        Detector.HEAD: scan.head_period_s > 0,
        Detector.GAZE: scan.head_period_s > 0,
        Detector.LIVENESS: scan.head_period_s > 0,
        Detector.IDENTITY: scan.identity_period_s > 0,
        **dict.fromkeys(LOOKED_FOR, scan.objects_period_s > 0),
        Detector.SPEECH: scan.speech and policy.require_microphone,
    }
    tried = frozenset(
        detector
        for detector, signals in _TRIED_FOR.items()
        if runs.get(detector, True) and enabled.intersection(signals)
    )
    needs = {
        CheckInStep.FACE: True,
        CheckInStep.CALIBRATE: Detector.HEAD in tried,
        CheckInStep.CHALLENGE: Detector.LIVENESS in tried,
        CheckInStep.VOICE: Detector.SPEECH in tried,
    }
    thresholds = {label: policy.signals[s].threshold for s, label in _LABELS.items() if s in enabled}
    return CheckPlan(tuple(step for step, needed in needs.items() if needed), tried, thresholds)


@dataclass(frozen=True, slots=True)
class CheckFacts:
    """One picture. `objects` None: not looked for in this one; head, embedding: of the largest face.

    at_s: on the check's time. since_asked_s: from the page's being told what to look at to this picture's
    coming, in real time: on a busy server a picture may be older than what it is looked at for.
    """

    at_s: float
    faces: int
    face_height: float  # of the picture's height, 0 without one
    luma_mean: float
    head: HeadFacts | None
    embedding: Embedding | None = field(repr=False)
    identity_doubt: Doubt | None = None
    objects: tuple[SeenObject, ...] | None = None
    since_asked_s: float = math.inf

    @property
    def alone(self) -> bool:
        return self.faces == 1


def facts_of(analysis: FrameAnalysis, at_s: float) -> CheckFacts:
    faces = analysis.faces.faces if analysis.faces is not None else ()
    tallest = max((face.y2 - face.y1 for face in faces), default=0.0)
    identity = analysis.identities[0] if analysis.identities else None
    return CheckFacts(
        at_s=at_s,
        faces=len(faces),
        face_height=tallest / max(1, analysis.height),
        luma_mean=analysis.camera.luma_mean,
        head=analysis.heads[0] if analysis.heads else None,
        embedding=None if identity is None else identity.embedding,
        identity_doubt=None if identity is None else identity.doubt,
        objects=None if analysis.objects is None else analysis.objects.objects,
    )


_ADVICE = {
    Doubt.BLURRED: Advice.HOLD_STILL,
    Doubt.SMALL: Advice.COME_CLOSER,
    Doubt.DARK: Advice.MORE_LIGHT,
    Doubt.GLARE: Advice.GLARE,
}


def advice_on(facts: CheckFacts) -> Advice | None:
    """What would help with this picture."""
    if facts.faces == 0:
        return Advice.MORE_LIGHT if facts.luma_mean < DARK_LUMA else Advice.NO_FACE
    if facts.faces > 1:
        return Advice.SEVERAL_FACES
    if facts.face_height < _SMALL_FACE:
        return Advice.COME_CLOSER
    doubts = [facts.head.doubt, facts.head.gaze_doubt] if facts.head is not None else []
    for doubt in (*doubts, facts.identity_doubt):
        if doubt is Doubt.DARK and facts.luma_mean >= _LIT_LUMA:
            return Advice.LESS_BACKLIGHT
        if doubt is not None and doubt is not Doubt.EYES_CLOSED:
            return _ADVICE.get(doubt, Advice.FACE_THE_CAMERA)
    return Advice.MORE_LIGHT if facts.luma_mean < DARK_LUMA else None
