"""No two pictures alike, at no cost: what a sensor's noise does to a real camera.

A JPEG's quantisation table says what its numbers are multiplied with; one more or less in a low frequency
changes the contrast of the whole picture a little, without encoding it again.
"""

from typing import Final

_DQT: Final = b"\xff\xdb"
_TABLE_BYTES: Final = 64
# Low frequencies only (zigzag 1 to 9): these survive when a picture is decoded at half its size.
_ENTRIES: Final = range(1, 10)
VARIATIONS: Final = 3 ** len(_ENTRIES)


def vary(jpeg: bytes, number: int) -> bytes:
    """The picture, slightly changed; equal numbers (modulo 19,683) give equal pictures.

    jpeg: as OpenCV writes it, with 8 bit quantisation tables.
    """
    start = _luma_table(jpeg)
    table = bytearray(jpeg[start : start + _TABLE_BYTES])
    for entry in _ENTRIES:
        number, digit = divmod(number, 3)
        table[entry] = min(255, max(1, table[entry] + digit - 1))
    return jpeg[:start] + bytes(table) + jpeg[start + _TABLE_BYTES :]


def _luma_table(jpeg: bytes) -> int:
    """Where the 64 bytes of table 0 begin (ITU-T T.81, B.2.4.1)."""
    segment = jpeg.index(_DQT)
    if jpeg[segment + 4] != 0:
        raise ValueError("the first quantisation table is not table 0 of 8 bits")
    return segment + 5
