"""Ready pictures become ones that never repeat, and stay pictures."""

from pathlib import Path

import cv2
import numpy as np

from examhall.adapters.detectors.model_registry import default_models_dir
from examhall.adapters.simulation.behaviours import Scene
from examhall.adapters.simulation.reel import artist_of, shoot_reel
from examhall.adapters.simulation.variation import VARIATIONS, vary
from examhall.vision.decode import Picture, decode
from examhall.vision.headers import read_header
from examhall.vision.quality import measure_quality


def _jpeg() -> bytes:
    noise = np.random.default_rng(3).integers(0, 255, (30, 40, 3), dtype=np.uint8)
    picture = cv2.resize(noise, (640, 480), interpolation=cv2.INTER_CUBIC)
    return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 72])[1].tobytes()


def _all(jpeg: bytes) -> Picture:
    return decode(jpeg, read_header(jpeg))


def _small_hash(jpeg: bytes) -> int:
    return measure_quality(decode(jpeg, read_header(jpeg))).exact_hash


def test_every_variation_decodes_to_pixels_of_its_own_even_at_half_size() -> None:
    jpeg = _jpeg()
    assert len({_small_hash(vary(jpeg, number)) for number in range(300)}) == 300


def test_a_variation_is_hardly_seen() -> None:
    jpeg = _jpeg()
    plain = _all(jpeg).astype(np.int16)
    for number in (0, 1, 777, VARIATIONS - 1):
        assert np.abs(_all(vary(jpeg, number)).astype(np.int16) - plain).mean() < 12


def test_numbers_go_around() -> None:
    jpeg = _jpeg()
    assert vary(jpeg, 5) == vary(jpeg, 5 + VARIATIONS)


def test_a_reel_repeats_no_picture_and_has_no_period() -> None:
    reel = shoot_reel(artist_of(Path(default_models_dir()), 0), frozenset({Scene.NORMAL}), length=4)
    shown = [reel.picture(Scene.NORMAL, index) for index in range(200)]
    assert len(set(shown)) == 200
    order = [reel.pictures[Scene.NORMAL].index(vary_back(reel.pictures[Scene.NORMAL], one)) for one in shown]
    assert all(order[:100] != order[lag : lag + 100] for lag in range(1, 100))


def vary_back(pictures: tuple[bytes, ...], shown: bytes) -> bytes:
    """The picture of the reel that was varied: all but the quantisation table is the same."""
    return next(one for one in pictures if one[-2000:] == shown[-2000:])
