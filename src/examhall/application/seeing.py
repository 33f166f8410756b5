"""From what a worker saw in one frame to the observations that the rules take, in the rules' order."""

import math
from typing import TypeVar

from examhall.application.ports.vision import FrameAnalysis, HeadFacts, IdentityFacts
from examhall.domain.observation import (
    CameraObserved,
    FacesObserved,
    HeadObserved,
    IdentityObserved,
    ObjectsObserved,
    Observation,
)

Embedding = tuple[float, ...]
_Facts = TypeVar("_Facts", HeadFacts, IdentityFacts)


def observations_of(
    analysis: FrameAnalysis, at_s: float, frame_sequence: int, template: Embedding | None
) -> tuple[Observation, ...]:
    """template: the enrolled face (128 numbers); without one nobody is compared.

    Head and identity are those of the largest face that was looked at.
    """
    seen: list[Observation] = [_camera(analysis, at_s, frame_sequence)]
    if analysis.faces is not None:
        seen.append(FacesObserved(at_s, analysis.faces.scan, analysis.faces.faces, frame_sequence))
    head = _of_largest(analysis, analysis.heads)
    if head is not None:
        seen.append(head_observed(head, at_s, frame_sequence))
    identity = _of_largest(analysis, analysis.identities)
    if identity is not None and template is not None:
        distance = distance_to(template, identity.embedding)
        seen.append(IdentityObserved(at_s, distance, identity.doubt, frame_sequence))
    if analysis.objects is not None:
        objects = analysis.objects
        seen.append(ObjectsObserved(at_s, objects.looked_for, objects.objects, frame_sequence))
    return tuple(seen)


def head_observed(head: HeadFacts, at_s: float, frame_sequence: int) -> HeadObserved:
    return HeadObserved(
        at_s=at_s,
        yaw_deg=head.yaw_deg,
        pitch_deg=head.pitch_deg,
        roll_deg=head.roll_deg,
        gaze_horizontal=head.gaze_horizontal,
        gaze_vertical=head.gaze_vertical,
        mouth_open=head.mouth_open,
        eyes_open=head.eyes_open,
        doubt=head.doubt,
        gaze_doubt=head.gaze_doubt,
        frame_sequence=frame_sequence,
    )


def distance_to(template: Embedding, embedding: Embedding | None) -> float | None:
    """L2; None without an embedding."""
    return None if embedding is None else round(math.dist(template, embedding), 4)


def _camera(analysis: FrameAnalysis, at_s: float, frame_sequence: int) -> CameraObserved:
    camera = analysis.camera
    return CameraObserved(
        at_s=at_s,
        luma_mean=camera.luma_mean,
        luma_sd=camera.luma_sd,
        sharpness=camera.sharpness,
        fingerprint=camera.fingerprint,
        exact_hash=camera.exact_hash,
        frame_sequence=frame_sequence,
    )


def _of_largest(analysis: FrameAnalysis, facts: tuple[_Facts, ...]) -> _Facts | None:
    faces = analysis.faces.faces if analysis.faces is not None else ()
    areas = {i: (face.x2 - face.x1) * (face.y2 - face.y1) for i, face in enumerate(faces)}
    return max(facts, key=lambda one: areas.get(one.face, 0.0), default=None)
