"""The drawn scenes, seen by the real detectors: what simulated candidates show is what the server sees."""

import pytest

from examhall.adapters.simulation.behaviours import Scene
from examhall.adapters.simulation.reel import artist_of, shoot_reel
from examhall.adapters.simulation.scenes import LOOKS
from examhall.application.ports.vision import FrameAnalysis, FrameJob
from examhall.bootstrap.vision import build_analyzer
from examhall.domain.errors import ExamhallError
from examhall.domain.observation import Scan
from examhall.domain.policy import ScanPlan
from examhall.domain.presets import DARK_LUMA
from support.people import MODELS_DIR

FACES = {Scene.NORMAL: 1, Scene.EMPTY_SEAT: 0, Scene.SECOND_PERSON: 2, Scene.COVERED: 0}


@pytest.mark.parametrize("number", range(len(LOOKS)))
def test_the_detector_counts_the_faces_of_every_scene(number: int) -> None:
    analyzer = build_analyzer(MODELS_DIR)
    reel = shoot_reel(artist_of(MODELS_DIR, number), frozenset(Scene), length=3)

    def seen(scene: Scene, index: int, scan: Scan) -> FrameAnalysis:
        return analyzer(FrameJob("scene", reel.picture(scene, index), scan, ScanPlan(), thumbnail=False))

    for scene, expected in FACES.items():
        fine = [seen(scene, index, Scan.FINE) for index in range(3)]
        assert [len(one.faces.faces) for one in fine if one.faces] == [expected] * 3, scene
        assert len({one.camera.exact_hash for one in fine}) == 3, "two alike would count as frozen"
        assert (fine[0].camera.luma_mean < DARK_LUMA) == (scene is Scene.COVERED)
    coarse = seen(Scene.NORMAL, 0, Scan.COARSE)
    assert coarse.faces is not None
    assert len(coarse.faces.faces) == 1


def test_a_missing_portrait_is_named(tmp_path) -> None:
    with pytest.raises(ExamhallError) as caught:
        artist_of(tmp_path, 0)
    assert caught.value.code == "portrait_missing"
    assert "examhall models build" in caught.value.message
