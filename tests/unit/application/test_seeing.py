"""What the rules are told of one frame."""

import pytest

from examhall.application.ports.vision import (
    CameraFacts,
    FaceFacts,
    FrameAnalysis,
    HeadFacts,
    IdentityFacts,
    ObjectFacts,
    StageTimings,
)
from examhall.application.seeing import distance_to, observations_of
from examhall.domain.observation import (
    CameraObserved,
    Doubt,
    FaceBox,
    FacesObserved,
    HeadObserved,
    IdentityObserved,
    ObjectLabel,
    ObjectsObserved,
    Scan,
    SeenObject,
)

SMALL, LARGE = FaceBox(0, 0, 20, 30, 0.9), FaceBox(100, 100, 300, 350, 0.8)
PHONE = SeenObject(ObjectLabel.PHONE, 0.4, 1, 2, 3, 4)


def head(face: int, yaw_deg: float) -> HeadFacts:
    return HeadFacts(face, yaw_deg, -5.0, 1.0, 0.5, 0.0, 0.1, 0.35, 0.99, 200.0, None, None)


def analysis(
    *,
    heads: tuple[HeadFacts, ...] = (),
    identities: tuple[IdentityFacts, ...] = (),
    objects: ObjectFacts | None = None,
    faces: bool = True,
) -> FrameAnalysis:
    return FrameAnalysis(
        width=640,
        height=480,
        faces=FaceFacts(Scan.FINE, (SMALL, LARGE)) if faces else None,
        camera=CameraFacts(100, 50, 300, 7, 8),
        thumbnail=None,
        timings=StageTimings(0, 0, 0, 0, 0, 0),
        heads=heads,
        identities=identities,
        objects=objects,
    )


def test_the_order_is_the_rules() -> None:
    seen = observations_of(
        analysis(
            heads=(head(1, 3.0),),
            identities=(IdentityFacts(1, (1.0, 0.0), None),),
            objects=ObjectFacts(tuple(ObjectLabel), (PHONE,)),
        ),
        5.0,
        9,
        (0.0, 0.0),
    )
    assert [type(one) for one in seen] == [
        CameraObserved, FacesObserved, HeadObserved, IdentityObserved, ObjectsObserved,
    ]  # fmt: skip
    assert {one.at_s for one in seen} == {5.0}
    assert {one.frame_sequence for one in seen} == {9}


def test_what_was_not_looked_at_is_not_told() -> None:
    assert [type(one) for one in observations_of(analysis(faces=False), 1.0, 1, None)] == [CameraObserved]


def test_of_several_heads_the_one_of_the_largest_face_counts() -> None:
    seen = observations_of(analysis(heads=(head(0, 40.0), head(1, 3.0))), 1.0, 1, None)
    (told,) = (one for one in seen if isinstance(one, HeadObserved))
    assert told.yaw_deg == 3.0


def test_without_a_template_nobody_is_compared() -> None:
    seen = observations_of(analysis(identities=(IdentityFacts(1, (1.0, 0.0), None),)), 1.0, 1, None)
    assert not any(isinstance(one, IdentityObserved) for one in seen)


def test_a_face_that_cannot_be_compared_says_why() -> None:
    blurred = analysis(identities=(IdentityFacts(1, None, Doubt.BLURRED),))
    (told,) = (one for one in observations_of(blurred, 1.0, 1, (0.0,)) if isinstance(one, IdentityObserved))
    assert (told.distance, told.doubt) == (None, Doubt.BLURRED)


def test_distances_are_euclidean() -> None:
    assert distance_to((0.0, 3.0), (4.0, 0.0)) == pytest.approx(5.0)
    assert distance_to((0.0, 3.0), None) is None
