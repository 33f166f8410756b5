import cv2
import numpy as np

from examhall.vision.decode import decode
from examhall.vision.headers import read_header
from examhall.vision.quality import measure_quality
from examhall.vision.thumbnail import MAX_BYTES, make_thumbnail
from support.pictures import noise


def textured(width: int = 320, height: int = 240) -> np.ndarray:
    return np.random.default_rng(3).integers(0, 256, (height, width, 3), dtype=np.uint8)


def test_dark_and_covered_show() -> None:
    black = measure_quality(np.zeros((240, 320, 3), np.uint8))
    assert (black.luma_mean, black.luma_sd, black.sharpness, black.fingerprint) == (0, 0, 0, 0)
    grey = measure_quality(np.full((240, 320, 3), 130, np.uint8))
    assert (grey.luma_mean, grey.luma_sd) == (130, 0)


def test_blur_lowers_sharpness() -> None:
    sharp = textured()
    assert (
        measure_quality(cv2.GaussianBlur(sharp, (0, 0), 3)).sharpness < measure_quality(sharp).sharpness / 100
    )


def test_numbers_do_not_depend_on_the_camera_size() -> None:
    small, large = noise(320, 240), cv2.resize(noise(320, 240), (1280, 960), interpolation=cv2.INTER_CUBIC)
    first, second = measure_quality(small), measure_quality(large)
    assert abs(first.luma_mean - second.luma_mean) < 1
    assert (first.fingerprint ^ second.fingerprint).bit_count() <= 3


def test_one_pixel_changes_the_exact_hash_and_not_the_fingerprint() -> None:
    picture = noise(320, 240)
    touched = picture.copy()
    touched[100, 100] ^= 0x10
    before, after = measure_quality(picture), measure_quality(touched)
    assert before.exact_hash != after.exact_hash
    assert before.fingerprint == after.fingerprint
    assert before == measure_quality(picture.copy())
    assert 0 <= before.fingerprint < 2**64


def test_mirrored_is_another_fingerprint() -> None:
    picture = noise(320, 240)
    one, other = measure_quality(picture), measure_quality(np.ascontiguousarray(picture[:, ::-1]))
    assert (one.fingerprint ^ other.fingerprint).bit_count() > 20


def test_a_thumbnail_of_anything_is_small() -> None:
    for picture in (textured(640, 480), textured(320, 320), noise(640, 480), textured(31, 2000)):
        data = make_thumbnail(picture)
        small = decode(data, read_header(data))
        assert len(data) <= MAX_BYTES
        assert max(small.shape) <= 320


def test_a_thumbnail_keeps_its_proportions() -> None:
    data = make_thumbnail(noise(640, 480))
    assert decode(data, read_header(data)).shape == (240, 320, 3)
