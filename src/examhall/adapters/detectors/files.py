"""Videos on disk, frame by frame, by OpenCV."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from examhall.vision.decode import Picture
from examhall.vision.headers import not_a_picture


@dataclass(frozen=True, slots=True)
class VideoFrame:
    """`picture`: BGR uint8, upright; `t_ms` from the start of the video."""

    index: int
    t_ms: int
    picture: Picture


def read_video_frames(path: Path) -> Iterator[VideoFrame]:
    """Raises ExamhallError `not_a_picture` when not even one frame can be decoded."""
    # OpenCV reports a damaged file on stderr and by an empty capture; only the latter is for us.
    before = cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    capture = cv2.VideoCapture(str(path))
    try:
        index = 0
        while True:
            t_ms = round(capture.get(cv2.CAP_PROP_POS_MSEC)) if index else 0
            read, picture = capture.read()
            if not read:
                break
            t_ms = max(t_ms, round(capture.get(cv2.CAP_PROP_POS_MSEC)))
            yield VideoFrame(index, t_ms, np.asarray(picture, dtype=np.uint8))
            index += 1
    finally:
        capture.release()
        cv2.utils.logging.setLogLevel(before)
    if index == 0:
        raise not_a_picture()
