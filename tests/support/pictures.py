"""Pictures made for tests: no real person, no file."""

import struct
import zlib

import cv2
import numpy as np
import numpy.typing as npt


def noise(width: int, height: int, seed: int = 1) -> npt.NDArray[np.uint8]:
    """Smooth noise, BGR, like a room out of focus."""
    small = np.random.default_rng(seed).integers(0, 256, (12, 16, 3), dtype=np.uint8)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC), dtype=np.uint8)


def encode(picture: npt.NDArray[np.uint8], extension: str) -> bytes:
    done, data = cv2.imencode(extension, picture)
    assert done
    return data.tobytes()


def with_exif_orientation(jpeg: bytes, orientation: int, *, big_endian: bool = False) -> bytes:
    order = ">" if big_endian else "<"
    mark = b"MM\x00*" if big_endian else b"II*\x00"
    entry = struct.pack(f"{order}HHIHH", 0x0112, 3, 1, orientation, 0)
    tiff = mark + struct.pack(f"{order}IH", 8, 1) + entry + struct.pack(f"{order}I", 0)
    body = b"Exif\x00\x00" + tiff
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + jpeg[2:]


def png_header_only(width: int, height: int) -> bytes:
    """A valid start of a PNG that claims a size and holds nothing."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IEND", b"")


def jpeg_claiming(jpeg: bytes, width: int, height: int) -> bytes:
    """The same file with another size in its header."""
    start = jpeg.index(b"\xff\xc0")
    return jpeg[: start + 5] + struct.pack(">HH", height, width) + jpeg[start + 9 :]
