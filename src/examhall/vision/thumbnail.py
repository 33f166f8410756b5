"""The small picture on the proctor's wall."""

import cv2

from examhall.vision.decode import Picture, fit_within, scale_to

MAX_BYTES = 6_000
MAX_WIDTH = 320
MAX_HEIGHT = 320
# JPEG qualities to try, then again at three quarters of the size, until it fits.
_QUALITIES = (60, 42, 28, 16)


def make_thumbnail(picture: Picture) -> bytes:
    """A JPEG of at most 6,000 bytes and 320 x 320 px, in proportion; `picture` is BGR uint8."""
    width, height = fit_within(picture.shape[1], picture.shape[0], MAX_WIDTH, MAX_HEIGHT)
    while True:
        if (width, height) != (picture.shape[1], picture.shape[0]):
            picture = scale_to(picture, width, height)
        for quality in _QUALITIES:
            encoded = encode_jpeg(picture, quality)
            if len(encoded) <= MAX_BYTES:
                return encoded
        width, height = max(1, width * 3 // 4), max(1, height * 3 // 4)


def encode_jpeg(picture: Picture, quality: int) -> bytes:
    """`quality` is 0..100."""
    _, encoded = cv2.imencode(".jpg", picture, (cv2.IMWRITE_JPEG_QUALITY, quality))
    return encoded.tobytes()
