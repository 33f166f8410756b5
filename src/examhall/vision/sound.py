"""What a piece of sound is made of: 16 kHz mono signed 16 bit little endian, and how loud it is."""

import math

import numpy as np
import numpy.typing as npt

from examhall.domain.errors import ErrorKind, ExamhallError

SAMPLE_RATE_HZ = 16_000
MAX_PIECE_S = 2.0
# What digital silence is said to be: all zeros have no level.
SILENCE_DBFS = -120.0

_FULL_SCALE = 32_768
# A converter that clips stops at either end; the last step is left for those that stop just below it.
_CLIPPED = 32_766

Samples = npt.NDArray[np.int16]


def read_pcm(pcm: bytes) -> Samples:
    """The samples, shape (n,), int16.

    Raises ExamhallError `sound_unreadable` when it is empty, half a sample too long, or longer than 2 s.
    """
    if not pcm or len(pcm) % 2:
        raise _unreadable(f"{len(pcm)} bytes are no whole number of 16 bit samples")
    if len(pcm) > 2 * SAMPLE_RATE_HZ * MAX_PIECE_S:
        raise _unreadable(f"{len(pcm) / 2 / SAMPLE_RATE_HZ:.1f} s is longer than {MAX_PIECE_S:g} s")
    return np.frombuffer(pcm, "<i2")


def level_dbfs(samples: Samples) -> float:
    """Root mean square, 0 is full scale; never below `SILENCE_DBFS`."""
    power = float(np.mean(np.square(samples.astype(np.float64) / _FULL_SCALE)))
    return SILENCE_DBFS if power <= 0.0 else max(SILENCE_DBFS, 10.0 * math.log10(power))


def clipped_share(samples: Samples) -> float:
    """Share of samples at full scale, 0..1."""
    wide = samples.astype(np.int32)
    return float(np.mean(np.abs(wide) >= _CLIPPED))


def _unreadable(why: str) -> ExamhallError:
    return ExamhallError(
        ErrorKind.INVALID,
        "sound_unreadable",
        f"This is no sound that can be heard: {why}. Send 16 kHz mono 16 bit samples, half a second at a time.",
    )
