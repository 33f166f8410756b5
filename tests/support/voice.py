"""A voice that nobody has: pulses of vocal cords through gliding resonances, with pauses and breath.

A speech detector takes it for speech; a real recording would need a person's consent and a licence.
"""

from functools import cache

import numpy as np
import numpy.typing as npt

RATE_HZ = 16_000
Floats = npt.NDArray[np.float64]

# First three resonances of seven vowels, Hz (Peterson and Barney 1952, men).
_VOWELS = np.array(
    [
        (730, 1090, 2440),
        (270, 2290, 3010),
        (300, 870, 2240),
        (530, 1840, 2480),
        (570, 840, 2410),
        (660, 1720, 2410),
        (440, 1020, 2240),
    ],
    np.float64,
)
_WIDTHS_HZ = (80, 100, 140)


@cache
def voice(seconds: float, seed: int = 2, pitch_hz: float = 115.0) -> Floats:
    """Babble of syllables, float64 in about -0.5..0.5 at 16 kHz."""
    rng = np.random.default_rng(seed)
    count = int(seconds * RATE_HZ)
    resonances, loudness, hiss = np.zeros((3, count)), np.zeros(count), np.zeros(count)
    at, current = 0, _VOWELS[0]
    while at < count:
        end = min(count, at + int(RATE_HZ * rng.uniform(0.12, 0.24)))
        following = _VOWELS[rng.integers(len(_VOWELS))]
        glide = np.linspace(0, 1, end - at)
        resonances[:, at:end] = current[:, None] + (following - current)[:, None] * glide
        loudness[at:end] = np.sin(np.pi * np.linspace(0.08, 0.97, end - at)) ** 0.6
        at, current = end, following
        end = min(count, at + int(RATE_HZ * rng.uniform(0.04, 0.09)))
        resonances[:, at:end] = current[:, None]
        if rng.random() < 0.6:
            hiss[at:end] = np.hanning(end - at)
        at = end
    sound = _cords(count, pitch_hz, rng) * loudness
    for track, width in zip(resonances, _WIDTHS_HZ, strict=True):
        sound = _resonate(sound, track, width)
    sound /= np.abs(sound).max() * 2
    return sound + np.diff(rng.normal(0, 0.02, count), prepend=0) * hiss + rng.normal(0, 8e-4, count)


def pcm16(sound: Floats) -> bytes:
    """16 bit little endian."""
    return np.clip(sound * 32_768, -32_768, 32_767).astype("<i2").tobytes()


def pieces(sound: Floats, seconds: float = 0.5) -> list[bytes]:
    size = int(seconds * RATE_HZ)
    return [pcm16(sound[begin : begin + size]) for begin in range(0, sound.size, size)]


def _cords(count: int, pitch_hz: float, rng: np.random.Generator) -> Floats:
    time = np.arange(count) / RATE_HZ
    drift = 0.01 * np.cumsum(rng.normal(0, 1, count)) / np.sqrt(count)
    melody = 0.12 * np.sin(2 * np.pi * 0.6 * time) + 0.04 * np.sin(2 * np.pi * 2.3 * time)
    turn = (np.cumsum(pitch_hz * (1 + melody + drift)) / RATE_HZ) % 1
    open_part = np.where(turn < 0.6, np.sin(np.pi * turn / 0.6) ** 2 * (turn / 0.6), 0)
    return np.asarray(np.diff(open_part, prepend=0) * 6 + rng.normal(0, 0.02, count))


def _resonate(sound: Floats, track_hz: Floats, width_hz: float) -> Floats:
    """A resonator of second order whose frequency glides."""
    radius = float(np.exp(-np.pi * width_hz / RATE_HZ))
    turns = (2 * radius * np.cos(2 * np.pi * track_hz / RATE_HZ)).tolist()
    gain, before, last = 8 * (1 - radius), 0.0, 0.0
    out: list[float] = []
    for value, turn in zip(sound.tolist(), turns, strict=True):
        before, last = last, gain * value + turn * last - radius * radius * before
        out.append(last)
    return np.array(out)
