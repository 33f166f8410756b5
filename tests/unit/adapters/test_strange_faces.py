"""Faces and pictures as they should not be: no crash, no number that is none, no finding out of nonsense."""

import base64
import math
from collections.abc import Callable, Mapping
from dataclasses import astuple, replace

import cv2
import numpy as np
import pytest

from examhall.adapters.detectors.analyzer import AnalyzerFactory, FrameAnalyzer
from examhall.application.ports.vision import FrameAnalysis, FrameJob, Look
from examhall.application.seeing import Embedding, observations_of
from examhall.domain.observation import (
    Calibrated,
    Calibration,
    CameraObserved,
    Doubt,
    Scan,
    TimePassed,
    WatchChanged,
)
from examhall.domain.policy import Preset, ScanPlan, Signal
from examhall.domain.presets import PRESETS
from examhall.domain.rules.engine import RulesState, step
from examhall.pipeline.worker_protocol import MAX_REPLY_HEAD, PREFIX, decode_reply, encode_analysis
from support.people import MODELS_DIR, Picture, portrait, seat
from support.pictures import encode, noise, with_exif_orientation
from unit.vision.test_decode import CMYK_JPEG

ALL = frozenset({Look.ALL_HEADS, Look.ALL_IDENTITIES, Look.OBJECTS})
SCREEN = Calibration(-8.0, 8.0, -20.0, 0.0, 0.45, 0.55, None, None)
WATCHED_S = 12


def room() -> Picture:
    return np.asarray(noise(640, 480, seed=5) // 4 + 60, np.uint8)


def face(side: int) -> Picture:
    """Her head, square."""
    return np.asarray(cv2.resize(portrait("astronaut")[0:240, 110:350], (side, side)), np.uint8)


def placed(x: int, y: int, side: int = 240) -> Picture:
    """Her head with its top left at x, y, cut where the picture ends."""
    canvas = np.zeros((480 + 2 * side, 640 + 2 * side, 3), np.uint8)
    canvas[side : side + 480, side : side + 640] = room()
    canvas[side + y : side + y + side, side + x : side + x + side] = face(side)
    return np.ascontiguousarray(canvas[side : side + 480, side : side + 640])


def turned(degrees: float) -> Picture:
    turn = cv2.getRotationMatrix2D((320, 240), degrees, 1.0)
    return np.asarray(
        cv2.warpAffine(placed(200, 120), turn, (640, 480), borderMode=cv2.BORDER_REFLECT), np.uint8
    )


def covered(x: float, y: float, width: float, height: float, colour: tuple[int, int, int]) -> Picture:
    """A patch over a part of her face's box (0..1)."""
    picture = placed(160, 80, 320)
    left, top, wide, high = 255, 160, 125, 160  # her face in this picture
    x1, y1 = round(left + x * wide), round(top + y * high)
    patch = picture[y1 : y1 + round(height * high), x1 : x1 + round(width * wide)]
    patch[:] = colour
    return picture


def crowd() -> Picture:
    """40 faces, side by side."""
    tile = face(80)
    return np.ascontiguousarray(np.tile(tile, (6, 8, 1))[:480, :640])


STRANGE: Mapping[str, Callable[[], Picture]] = {
    "left edge": lambda: placed(-110, 100),
    "right edge": lambda: placed(510, 100),
    "top edge": lambda: placed(200, -100),
    "bottom edge": lambda: placed(200, 380),
    "turned 45": lambda: turned(45),
    "lying": lambda: turned(90),
    "upside down": lambda: turned(180),
    "left half covered": lambda: covered(-0.2, -0.2, 0.7, 1.4, (96, 110, 120)),
    "mask": lambda: covered(0, 0.5, 1, 0.5, (205, 190, 170)),
    "dark glasses": lambda: covered(0, 0.2, 1, 0.25, (40, 40, 45)),
    "10 px": lambda: placed(300, 200, 20),
    "fills the picture": lambda: np.asarray(cv2.resize(face(240)[50:190, 60:170], (640, 480)), np.uint8),
    "smeared": lambda: np.asarray(cv2.GaussianBlur(placed(200, 120), (0, 0), 9), np.uint8),
    "dark": lambda: np.asarray(placed(200, 120) // 16, np.uint8),
    "washed out": lambda: np.asarray(255 - (255 - placed(200, 120)) // 6, np.uint8),
    "two colours": lambda: np.asarray((placed(200, 120) > 110) * np.uint8(255), np.uint8),
    "crowd": crowd,
    "noise": lambda: np.random.default_rng(3).integers(0, 256, (480, 640, 3), dtype=np.uint8),
    "white": lambda: np.full((480, 640, 3), 255, np.uint8),
    "thin": lambda: np.full((2, 640, 3), 120, np.uint8),
    "one pixel": lambda: np.full((1, 1, 3), 120, np.uint8),
}


@pytest.fixture(scope="module")
def analyzer() -> FrameAnalyzer:
    return AnalyzerFactory(MODELS_DIR)()


@pytest.fixture(scope="module")
def template(analyzer: FrameAnalyzer) -> Embedding:
    (identity,) = look(analyzer, encode(placed(200, 120), ".png")).identities
    assert identity.embedding is not None
    return identity.embedding


def look(analyzer: FrameAnalyzer, data: bytes, scan: Scan = Scan.FINE) -> FrameAnalysis:
    return analyzer(FrameJob("a", data, scan, ScanPlan(), looks=ALL))


def assert_sound(analysis: FrameAnalysis) -> None:
    assert analysis.faces is not None
    assert analysis.objects is not None
    for head in analysis.heads:
        assert 0 <= head.face < len(analysis.faces.faces)
        assert all(math.isfinite(value) for value in astuple(head) if isinstance(value, float))
        assert (head.yaw_deg is None) == (head.doubt is not None)
        assert (head.gaze_horizontal is None) == (head.gaze_doubt is not None)
    for identity in analysis.identities:
        assert (identity.embedding is None) == (identity.doubt is not None)
        assert all(map(math.isfinite, identity.embedding or ()))
    for thing in analysis.objects.objects:
        assert 0 <= thing.x1 <= thing.x2 <= analysis.width
        assert 0 <= thing.y1 <= thing.y2 <= analysis.height
        assert 0.1 <= thing.score <= 1


@pytest.mark.parametrize("scan", list(Scan))
@pytest.mark.parametrize("name", list(STRANGE))
def test_numbers_are_numbers_and_survive_the_way_to_the_server(
    analyzer: FrameAnalyzer, name: str, scan: Scan
) -> None:
    analysis = look(analyzer, encode(STRANGE[name](), ".png"), scan)
    assert_sound(analysis)
    reply = encode_analysis(analysis)
    head_length, blob_length = PREFIX.unpack_from(reply)
    assert head_length < MAX_REPLY_HEAD
    head = reply[PREFIX.size : PREFIX.size + head_length]
    assert decode_reply(head, reply[len(reply) - blob_length :]) == analysis


# What a person would say of such a picture as well.
EXPECTED = {
    "crowd": {Signal.MULTIPLE_FACES},
    "noise": {Signal.NO_FACE},
    "white": {Signal.CAMERA_BLOCKED},
    "thin": {Signal.CAMERA_BLOCKED},
    "one pixel": {Signal.CAMERA_BLOCKED},
}
PRESENCE = {Signal.NO_FACE, Signal.CAMERA_BLOCKED}


@pytest.mark.parametrize("name", list(STRANGE))
def test_no_finding_out_of_nonsense(analyzer: FrameAnalyzer, template: Embedding, name: str) -> None:
    """Twelve seconds of it, a calibrated candidate, her own face enrolled."""
    policy = PRESETS[Preset.STANDARD]
    state = RulesState()
    found: set[Signal] = set()
    picture = STRANGE[name]()
    still = analyzer.look_at_picture(picture, Scan.FINE, policy.scan, ALL)
    seen = [Calibrated(0.0, SCREEN), WatchChanged(0.0, watching=True)]
    for second in range(WATCHED_S):
        for one in observations_of(still, float(second), second, template):
            # A sensor's noise makes every hash another one; the rest is what was seen.
            alive = replace(one, exact_hash=second) if isinstance(one, CameraObserved) else one
            seen.append(alive)
        seen.append(TimePassed(float(second)))
    for observation in seen:
        state, changes = step(state, observation, policy)
        found |= {change.incident.signal for change in changes}
    expected = EXPECTED.get(name, set())
    assert expected <= found <= expected | PRESENCE


def test_a_good_face_among_them_is_told_apart(analyzer: FrameAnalyzer, template: Embedding) -> None:
    (head,) = look(analyzer, encode(placed(200, 120), ".png")).heads
    assert head.doubt is None
    assert head.gaze_doubt is None
    assert abs(head.yaw_deg or 0) < 10


def test_a_face_of_10_px_is_too_small_to_say_anything(analyzer: FrameAnalyzer) -> None:
    analysis = look(analyzer, encode(placed(300, 200, 28), ".png"))
    assert all(head.doubt in (Doubt.SMALL, Doubt.NO_MESH) for head in analysis.heads)
    assert all(identity.embedding is None for identity in analysis.identities)


@pytest.mark.parametrize("degrees", [30, 90])
def test_a_turned_head_rolls_and_does_not_look_away(analyzer: FrameAnalyzer, degrees: float) -> None:
    (straight,) = look(analyzer, encode(turned(0), ".png")).heads
    (head,) = look(analyzer, encode(turned(degrees), ".png")).heads
    if head.roll_deg is None or straight.roll_deg is None:
        assert head.doubt is not None
    else:
        assert head.roll_deg - straight.roll_deg == pytest.approx(-degrees, abs=8)


def test_a_crowd_is_looked_at_up_to_a_limit(analyzer: FrameAnalyzer) -> None:
    analysis = look(analyzer, encode(crowd(), ".png"))
    assert analysis.faces is not None
    assert len(analysis.faces.faces) > 35
    assert len(analysis.heads) == len(analysis.identities) == 32


def as_grey(picture: Picture) -> bytes:
    return encode(np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), np.uint8), ".png")


def as_transparent(picture: Picture) -> bytes:
    alpha = np.full((*picture.shape[:2], 1), 128, np.uint8)
    return encode(np.concatenate([picture, alpha], axis=2), ".png")


def as_lying_jpeg(picture: Picture) -> bytes:
    return with_exif_orientation(encode(np.ascontiguousarray(np.rot90(picture)), ".jpg"), 6)


@pytest.mark.parametrize("kind", [as_grey, as_transparent, as_lying_jpeg])
def test_other_kinds_of_picture_show_the_same_face(
    analyzer: FrameAnalyzer, kind: Callable[[Picture], bytes]
) -> None:
    (plain,) = look(analyzer, encode(seat(people=1), ".png")).heads
    analysis = look(analyzer, kind(seat(people=1)))
    assert_sound(analysis)
    (head,) = analysis.heads
    assert head.yaw_deg == pytest.approx(plain.yaw_deg, abs=4)
    assert head.gaze_horizontal == pytest.approx(plain.gaze_horizontal, abs=0.04)


def test_print_colours_are_looked_at(analyzer: FrameAnalyzer) -> None:
    assert_sound(look(analyzer, base64.b64decode(CMYK_JPEG)))
