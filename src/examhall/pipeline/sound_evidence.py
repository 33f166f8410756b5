"""The sound around an incident: what was said before out of a ring, what followed as it comes, as one WAV."""

import struct
from collections import deque
from dataclasses import dataclass, field

from examhall.application.ports.vision import EncodedFrame
from examhall.domain.policy import Policy, Signal
from examhall.pipeline.incident_book import OpenedIncident
from examhall.pipeline.sound_watch import GAP_MS, SAMPLE_RATE_HZ, duration_s

RING_MS = 15_000
RING_BYTES = 500_000
CLIP_S = 30.0
# Nothing else of what a candidate says is kept.
WITH_SOUND = frozenset({Signal.SPEECH})
_MS_BYTES = SAMPLE_RATE_HZ // 1000 * 2


@dataclass(frozen=True, slots=True)
class SoundClip:
    """Sound of one incident. began_ms: ms since the epoch; wav: 16 kHz mono 16 bit; empty: there was none."""

    incident_id: str
    began_ms: int
    wav: bytes = field(repr=False)


@dataclass(slots=True)
class _Window:
    incident_id: str
    until_ms: int
    pieces: list[EncodedFrame]


class SoundRing:
    """The last 15 s of received pieces, at most 500 kB; the oldest give way."""

    def __init__(self) -> None:
        self._pieces: deque[EncodedFrame] = deque()
        self._bytes = 0

    def add(self, piece: EncodedFrame) -> None:
        self._pieces.append(piece)
        self._bytes += len(piece.payload)
        self.forget(piece.received_at_ms)

    def forget(self, now_ms: int) -> None:
        """What is too old goes even when nothing new comes: silence does not keep words."""
        while self._pieces and (
            self._pieces[0].received_at_ms < now_ms - RING_MS or self._bytes > RING_BYTES
        ):
            self._bytes -= len(self._pieces.popleft().payload)

    def since(self, captured_ms: int) -> list[EncodedFrame]:
        """Pieces that end after this moment."""
        return [p for p in self._pieces if p.captured_at_ms + duration_s(p.payload) * 1000 > captured_ms]


class SoundEvidence:
    """One for each attempt; only incidents of speech have sound."""

    def __init__(self) -> None:
        self._ring = SoundRing()
        self._windows: list[_Window] = []

    @property
    def at_rest(self) -> bool:
        return not self._windows

    def received(self, piece: EncodedFrame) -> None:
        self._ring.add(piece)
        for window in self._windows:
            if piece.received_at_ms <= window.until_ms:
                window.pieces.append(piece)

    def opened(self, incident: OpenedIncident, policy: Policy, now_ms: int) -> None:
        if incident.signal not in WITH_SOUND:
            return
        before = self._ring.since(incident.began_at - round(policy.evidence_before_s * 1000))
        until_ms = now_ms + round(policy.evidence_after_s * 1000)
        self._windows.append(_Window(incident.incident_id, until_ms, before))

    def ended(self, now_ms: int, *, all_of_them: bool = False) -> list[SoundClip]:
        """The clips of the windows that are over, or of all when there will be no more sound."""
        self._ring.forget(now_ms)
        over = [w for w in self._windows if all_of_them or w.until_ms < now_ms]
        self._windows = [w for w in self._windows if w not in over]
        return [_clip(window) for window in over]


def _clip(window: _Window) -> SoundClip:
    if not window.pieces:
        return SoundClip(window.incident_id, window.until_ms, b"")
    return SoundClip(window.incident_id, window.pieces[0].captured_at_ms, wav_of(window.pieces))


def wav_of(pieces: list[EncodedFrame]) -> bytes:
    """One WAV, at most 30 s. Silence that the page did not send is silence again, so that times hold."""
    began_ms = pieces[0].captured_at_ms
    limit = int(CLIP_S * SAMPLE_RATE_HZ) * 2
    sound = bytearray()
    for piece in pieces:
        offset = (piece.captured_at_ms - began_ms) * _MS_BYTES
        if offset - len(sound) > GAP_MS * _MS_BYTES:
            sound += bytes(min(offset, limit) - len(sound))
        sound += piece.payload
        if len(sound) >= limit:
            break
    return _header(min(len(sound), limit)) + bytes(sound[:limit])


def _header(size: int) -> bytes:
    rate = SAMPLE_RATE_HZ
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF", size + 36, b"WAVE", b"fmt ", 16, 1, 1, rate, rate * 2, 2, 16, b"data", size,
    )  # fmt: skip
