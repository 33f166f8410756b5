import cv2
import numpy as np
import pytest

from examhall.adapters.detectors.analyzer import AnalyzerFactory, FrameAnalyzer
from examhall.application.ports.vision import FrameAnalysis, FrameJob
from examhall.domain.errors import ExamhallError
from examhall.domain.observation import Scan
from examhall.domain.policy import ScanPlan
from support.people import MODELS_DIR, portrait, seat_jpeg
from support.pictures import encode, with_exif_orientation


@pytest.fixture(scope="module")
def analyzer() -> FrameAnalyzer:
    return AnalyzerFactory(MODELS_DIR)()


def look(analyzer: FrameAnalyzer, data: bytes, scan: Scan | None) -> FrameAnalysis:
    return analyzer(FrameJob("a", data, scan, ScanPlan()))


@pytest.mark.parametrize("scan", list(Scan))
@pytest.mark.parametrize("people", [0, 1, 2])
def test_people_are_counted(analyzer: FrameAnalyzer, people: int, scan: Scan) -> None:
    analysis = look(analyzer, seat_jpeg(people=people), scan)
    assert analysis.faces is not None
    assert analysis.faces.scan is scan
    assert len(analysis.faces.faces) == people
    scores = [face.score for face in analysis.faces.faces]
    assert scores == sorted(scores, reverse=True)


def test_both_scans_put_the_face_at_the_same_original_pixels(analyzer: FrameAnalyzer) -> None:
    large = cv2.resize(portrait("astronaut"), (1600, 1600))
    boxes = []
    for scan in Scan:
        faces = look(analyzer, encode(np.asarray(large, np.uint8), ".jpg"), scan).faces
        assert faces is not None
        (face,) = faces.faces
        boxes.append([face.x1, face.y1, face.x2, face.y2])
    # Her face in the 512 px original, as the golden answer has it, 3.125 times larger.
    np.testing.assert_allclose(boxes, np.array([[178, 55, 271, 179]] * 2) * 3.125, atol=25)


def test_boxes_are_upright_after_exif_rotation(analyzer: FrameAnalyzer) -> None:
    lying = np.ascontiguousarray(np.rot90(portrait("astronaut")))
    analysis = look(analyzer, with_exif_orientation(encode(lying, ".jpg"), 6), Scan.FINE)
    assert analysis.faces is not None
    (face,) = analysis.faces.faces
    np.testing.assert_allclose([face.x1, face.y1, face.x2, face.y2], [178, 55, 271, 179], atol=8)


def test_without_a_scan_nothing_is_searched(analyzer: FrameAnalyzer) -> None:
    analysis = look(analyzer, seat_jpeg(people=1), None)
    assert analysis.faces is None
    assert analysis.thumbnail is not None
    assert len(analysis.thumbnail) <= 6_000


def test_the_same_picture_has_the_same_hashes_in_both_scans(analyzer: FrameAnalyzer) -> None:
    data = seat_jpeg(people=1)
    assert look(analyzer, data, Scan.COARSE).camera == look(analyzer, data, Scan.FINE).camera


@pytest.mark.parametrize("size", [(1, 1), (3, 2), (2, 900)])
def test_tiny_and_thin_pictures_are_looked_at(analyzer: FrameAnalyzer, size: tuple[int, int]) -> None:
    data = encode(np.full((*size, 3), 90, np.uint8), ".png")
    for scan in Scan:
        analysis = look(analyzer, data, scan)
        assert (analysis.height, analysis.width) == size
        assert analysis.faces is not None
        assert analysis.faces.faces == ()


def test_a_truncated_picture_is_told(analyzer: FrameAnalyzer) -> None:
    with pytest.raises(ExamhallError) as refused:
        look(analyzer, seat_jpeg(people=1)[:5000], Scan.COARSE)
    assert refused.value.code == "truncated_picture"
