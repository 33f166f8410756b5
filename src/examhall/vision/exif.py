"""The one EXIF field that matters here: how the camera was held."""

_ORIENTATION_TAG = 0x0112
_SHORT = 3


def exif_orientation(tiff: bytes) -> int:
    """EXIF orientation 1..8 from a TIFF block; 1 (upright) when it is missing or damaged."""
    if tiff[:4] == b"II*\x00":
        little = True
    elif tiff[:4] == b"MM\x00*":
        little = False
    else:
        return 1

    def number(start: int, length: int) -> int:
        return int.from_bytes(tiff[start : start + length], "little" if little else "big")

    directory = number(4, 4)
    for index in range(min(number(directory, 2), 64)):
        entry = directory + 2 + 12 * index
        if number(entry, 2) == _ORIENTATION_TAG and number(entry + 2, 2) == _SHORT:
            value = number(entry + 8, 2)
            return value if 1 <= value <= 8 else 1
    return 1
