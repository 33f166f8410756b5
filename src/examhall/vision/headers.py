"""What a picture says of itself, read from its first bytes, before anything decodes it.

A decoder believes the header and allocates; so a hostile size is refused here. Only the three
formats a browser makes are taken: JPEG, PNG and WebP.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from examhall.domain.errors import ErrorKind, ExamhallError
from examhall.vision.exif import exif_orientation

MAX_PIXELS = 12_000_000
HEADER_SIGNATURE_BYTES = 12


class PictureFormat(StrEnum):
    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"


@dataclass(frozen=True, slots=True)
class PictureHeader:
    """`coded_width`, `coded_height`: pixels as stored; `orientation`: EXIF 1..8, 1 is upright."""

    format: PictureFormat
    coded_width: int
    coded_height: int
    orientation: int = 1

    @property
    def width(self) -> int:
        """Pixels after EXIF rotation."""
        return self.coded_height if self.orientation >= 5 else self.coded_width

    @property
    def height(self) -> int:
        """Pixels after EXIF rotation."""
        return self.coded_width if self.orientation >= 5 else self.coded_height


_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_OTHER_PICTURES = (b"GIF8", b"BM", b"II*\x00", b"MM\x00*", b"\x00\x00\x01\x00", b"8BPS", b"\xff\x0a")
_ISO_BRANDS = (b"avif", b"avis", b"heic", b"heix", b"mif1", b"msf1")


def looks_like_picture(start: bytes) -> bool:
    """Whether the first 12 bytes are those of a picture, taken or not, rather than of anything else."""
    return start.startswith((b"\xff\xd8", _PNG_SIGNATURE)) or _is_webp(start) or _is_other_picture(start)


def read_header(data: bytes, *, max_pixels: int = MAX_PIXELS) -> PictureHeader:
    """Read format, size and orientation, and check that the end of the file is there.

    Raises ExamhallError: `not_a_picture`, `unsupported_picture` (a picture, but not one of the
    three formats), `truncated_picture`, `picture_too_large` (more than `max_pixels`).
    """
    if data.startswith(b"\xff\xd8"):
        header, complete = _read_jpeg(data)
    elif data.startswith(_PNG_SIGNATURE):
        header, complete = _read_png(data)
    elif _is_webp(data):
        header, complete = _read_webp(data)
    elif _is_other_picture(data):
        raise ExamhallError(
            ErrorKind.UNSUPPORTED,
            "unsupported_picture",
            "This picture format is not taken. Send JPEG, PNG or WebP.",
        )
    else:
        raise not_a_picture()
    pixels = header.coded_width * header.coded_height
    if pixels == 0:
        raise not_a_picture()
    # The size comes before completeness: a huge picture is refused whatever else is wrong with it.
    if pixels > max_pixels:
        raise ExamhallError(
            ErrorKind.TOO_LARGE,
            "picture_too_large",
            f"The picture has {pixels / 1e6:.1f} megapixels, at most {max_pixels / 1e6:g} are taken. "
            "Send a smaller one.",
        )
    if not complete:
        raise truncated_picture()
    return header


def _is_webp(data: bytes) -> bool:
    return data[:4] == b"RIFF" and data[8:12] == b"WEBP"


def _is_other_picture(data: bytes) -> bool:
    return data.startswith(_OTHER_PICTURES) or (data[4:8] == b"ftyp" and data[8:12] in _ISO_BRANDS)


def not_a_picture() -> ExamhallError:
    return ExamhallError(
        ErrorKind.INVALID, "not_a_picture", "These bytes are not a picture. Send a JPEG, PNG or WebP file."
    )


def truncated_picture() -> ExamhallError:
    return ExamhallError(
        ErrorKind.INVALID,
        "truncated_picture",
        "The picture ends too early or is damaged. Send the whole file again.",
    )


def _read_jpeg(data: bytes) -> tuple[PictureHeader, bool]:
    size: tuple[int, int] | None = None
    orientation, scan = 1, 0
    for marker, position, body in _jpeg_segments(data):
        if marker == 0xDA:
            scan = position
        elif 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            if len(body) < 6:
                raise truncated_picture()
            size = (int.from_bytes(body[3:5], "big"), int.from_bytes(body[1:3], "big"))
        elif marker == 0xE1 and body.startswith(b"Exif\x00\x00"):
            orientation = exif_orientation(body[6:])
    if size is None:
        raise not_a_picture()
    # Inside the scan 0xFF is always followed by a stuffed zero, so an end mark there is the real one.
    complete = data.rfind(b"\xff\xd9", scan) >= 0
    return PictureHeader(PictureFormat.JPEG, size[0], size[1], orientation), complete


def _jpeg_segments(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Marker, position and body of each segment up to the start of scan (ITU-T T.81, annex B)."""
    position, marker = 2, 0
    while marker != 0xDA:
        # A marker may be padded with any number of 0xFF fill bytes.
        while data[position : position + 2] == b"\xff\xff":
            position += 1
        if position + 4 > len(data):
            raise truncated_picture()
        marker = data[position + 1]
        if data[position] != 0xFF or marker == 0xD9:
            raise not_a_picture()
        if marker == 0x01 or 0xD0 <= marker <= 0xD8:  # these have no body
            position += 2
            continue
        length = int.from_bytes(data[position + 2 : position + 4], "big")
        if length < 2:
            raise not_a_picture()
        yield marker, position, data[position + 4 : position + 2 + length]
        position += 2 + length


def _read_png(data: bytes) -> tuple[PictureHeader, bool]:
    """Walk the chunks (PNG specification, section 5)."""
    if len(data) < 33:
        raise truncated_picture()
    if data[12:16] != b"IHDR":
        raise not_a_picture()
    width, height = int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
    position, orientation, complete = 8, 1, False
    while position + 12 <= len(data):
        length = int.from_bytes(data[position : position + 4], "big")
        kind = data[position + 4 : position + 8]
        if kind == b"eXIf":
            orientation = exif_orientation(data[position + 8 : position + 8 + length])
        position += 12 + length
        if kind == b"IEND":
            complete = position <= len(data)
            break
    return PictureHeader(PictureFormat.PNG, width, height, orientation), complete


def _read_webp(data: bytes) -> tuple[PictureHeader, bool]:
    """Walk the RIFF chunks (WebP container specification)."""
    if len(data) < 30:
        raise truncated_picture()
    complete = len(data) >= 8 + int.from_bytes(data[4:8], "little")
    size: tuple[int, int] | None = None
    position, orientation = 12, 1
    while position + 8 <= len(data):
        kind = data[position : position + 4]
        length = int.from_bytes(data[position + 4 : position + 8], "little")
        body = data[position + 8 : position + 8 + min(length, 65_536)]
        if size is None:
            size = _webp_size(kind, body)
        if kind == b"EXIF":
            orientation = exif_orientation(body.removeprefix(b"Exif\x00\x00"))
        position += 8 + length + (length & 1)
    if size is None:
        raise not_a_picture()
    return PictureHeader(PictureFormat.WEBP, size[0], size[1], orientation), complete


def _webp_size(kind: bytes, body: bytes) -> tuple[int, int] | None:
    if kind == b"VP8X" and len(body) >= 10:
        return int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1
    if kind == b"VP8L" and len(body) >= 5:
        bits = int.from_bytes(body[1:5], "little")
        return (bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1
    if kind == b"VP8 " and len(body) >= 10 and body[3:6] == b"\x9d\x01\x2a":
        width, height = int.from_bytes(body[6:8], "little"), int.from_bytes(body[8:10], "little")
        return width & 0x3FFF, height & 0x3FFF
    return None
