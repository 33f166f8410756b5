"""Encoded bytes to pixels, upright.

Pictures are BGR uint8 arrays of shape (height, width, 3): grey is repeated, alpha dropped, CMYK
and 16 bit converted.
"""

import cv2
import numpy as np
import numpy.typing as npt

from examhall.vision.headers import PictureFormat, PictureHeader, truncated_picture

Picture = npt.NDArray[np.uint8]

_REDUCED = {
    1: cv2.IMREAD_COLOR,
    2: cv2.IMREAD_REDUCED_COLOR_2,
    4: cv2.IMREAD_REDUCED_COLOR_4,
    8: cv2.IMREAD_REDUCED_COLOR_8,
}


def decode(data: bytes, header: PictureHeader) -> Picture:
    """All pixels, upright. Raises ExamhallError `truncated_picture` when the decoder gives up."""
    return decode_at_least(data, header, header.width, header.height)


def decode_at_least(data: bytes, header: PictureHeader, width: int, height: int) -> Picture:
    """The picture, upright; a JPEG is shrunk while it is decoded as long as one side stays that long.

    8 x 8 blocks become 4 x 4, 2 x 2 or 1 x 1, which costs half of decoding them all and scaling.
    Raises ExamhallError `truncated_picture` when the decoder gives up.
    """
    divisor = 1
    if header.format is PictureFormat.JPEG:
        while divisor < 8 and (header.width >= width * divisor * 2 or header.height >= height * divisor * 2):
            divisor *= 2
    picture = _decode(data, divisor)
    if picture.shape[:2] != (-(-header.coded_height // divisor), -(-header.coded_width // divisor)):
        raise truncated_picture()  # the file contradicts its own header
    return _upright(picture, header.orientation)


def fit_within(width: int, height: int, max_width: int, max_height: int) -> tuple[int, int]:
    """Width and height, scaled down (never up) to fit, in the same proportions, at least 1 px."""
    scale = min(max_width / width, max_height / height, 1.0)
    return max(1, round(width * scale)), max(1, round(height * scale))


def scale_to(picture: Picture, width: int, height: int) -> Picture:
    """Averages when it shrinks, interpolates when it grows."""
    shrinks = width <= picture.shape[1] and height <= picture.shape[0]
    method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(picture, (width, height), interpolation=method), dtype=np.uint8)


def _decode(data: bytes, divisor: int) -> Picture:
    flags = _REDUCED[divisor] | cv2.IMREAD_IGNORE_ORIENTATION
    try:
        picture = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except cv2.error as error:
        raise truncated_picture() from error
    if picture is None:
        raise truncated_picture()
    return np.asarray(picture, dtype=np.uint8)


def _upright(picture: Picture, orientation: int) -> Picture:
    """Undo an EXIF orientation (1..8, see the EXIF standard's tag 0x0112)."""
    if orientation == 1:
        return picture
    if orientation >= 5:
        picture = picture.transpose(1, 0, 2)
    if orientation in (3, 4, 7, 8):
        picture = picture[::-1]
    if orientation in (2, 3, 6, 7):
        picture = picture[:, ::-1]
    return np.ascontiguousarray(picture)
