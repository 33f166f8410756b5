"""The sound around an incident: what was said before out of a ring, what followed as it comes, as one WAV.

An owner of the attempt that leaves in the middle keeps what it has; its successor keeps what comes from then on.
"""

import struct
from collections import deque
from collections.abc import Sequence
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
_LATE_MS = 2_000  # for so long after its window a piece that was on its way is waited for
_SHORT_MS = 1_000  # so much between two owners is nothing missing: pieces are half a second long

NO_SOUND = "No sound came around it."
SOUND_AWAY = "The sound around it is missing: the server was away."
SOUND_UNTIL_BACK = "The sound until then is missing: the server was away."
CUT = "It ends early: the server was leaving."


@dataclass(frozen=True, slots=True)
class SoundClip:
    """Sound of one incident. began_ms: ms since the epoch; wav: 16 kHz mono 16 bit; note: empty when it is whole."""

    incident_id: str
    began_ms: int
    wav: bytes = field(repr=False)
    note: str = ""


@dataclass(frozen=True, slots=True)
class SoundGap:
    """Why there is none. at_ms: since the epoch; reason: for the metrics."""

    incident_id: str
    at_ms: int
    note: str
    reason: str


@dataclass(slots=True)
class LeftSound:
    """Sound captured in (kept_until, until] that the attempt's former owner left undone. Times: ms since the epoch.

    kept_until: of what is stored, sound and gaps; kept_some: whether any is; back_at: when the successor began.
    """

    incident_id: str
    kept_until: int
    until: int
    back_at: int
    kept_some: bool
    pieces: list[EncodedFrame] = field(default_factory=list)

    def received(self, piece: EncodedFrame) -> None:
        if piece.captured_at_ms <= self.until and _end_ms(piece) > self.kept_until:
            self.pieces.append(piece)

    def is_over(self, now_ms: int) -> bool:
        return now_ms > max(self.until, self.back_at) + _LATE_MS

    def ended(self, now_ms: int) -> "list[SoundClip | SoundGap]":
        """What came and what did not. Nothing came and more may: the next owner's to go on with."""
        over = self.is_over(now_ms)
        if not self.pieces and not over:
            return []
        if not self.pieces and not self.kept_some:
            return [SoundGap(self.incident_id, self.until, SOUND_AWAY, "server_away")]
        told: list[SoundClip | SoundGap] = []
        back_at = min(self.until, self.back_at)
        first = min((piece.captured_at_ms for piece in self.pieces), default=back_at)
        if min(first, back_at) - self.kept_until > _SHORT_MS:
            told.append(SoundGap(self.incident_id, back_at, SOUND_UNTIL_BACK, "server_away"))
        if self.pieces:
            told.append(_clip(self.incident_id, self.pieces, None if over else now_ms))
        return told


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
        return [p for p in self._pieces if _end_ms(p) > captured_ms]


class SoundEvidence:
    """One for each attempt; only incidents of speech have sound."""

    def __init__(self) -> None:
        self._ring = SoundRing()
        self._windows: list[_Window] = []
        self._left: list[LeftSound] = []

    @property
    def at_rest(self) -> bool:
        return not (self._windows or self._left)

    def received(self, piece: EncodedFrame) -> None:
        self._ring.add(piece)
        for window in self._windows:
            if piece.received_at_ms <= window.until_ms:
                window.pieces.append(piece)
        for left in self._left:
            left.received(piece)

    def resume(self, left: Sequence[LeftSound]) -> None:
        """Go on with what the attempt's former owner began."""
        self._left.extend(left)

    def opened(self, incident: OpenedIncident, policy: Policy, now_ms: int) -> None:
        if incident.signal not in WITH_SOUND:
            return
        before = self._ring.since(incident.began_at - round(policy.evidence_before_s * 1000))
        until_ms = now_ms + round(policy.evidence_after_s * 1000)
        self._windows.append(_Window(incident.incident_id, until_ms, before))

    def ended(self, now_ms: int, *, all_of_them: bool = False) -> list[SoundClip | SoundGap]:
        """Of the windows that are over; of all when there will be no more sound here."""
        self._ring.forget(now_ms)
        over = [w for w in self._windows if all_of_them or w.until_ms < now_ms]
        self._windows = [w for w in self._windows if w not in over]
        told = [_told_of(window, now_ms) for window in over]
        for left in [one for one in self._left if all_of_them or one.is_over(now_ms)]:
            self._left.remove(left)
            told += left.ended(now_ms)
        return told


def _told_of(window: _Window, now_ms: int) -> SoundClip | SoundGap:
    cut_ms = None if window.until_ms < now_ms else now_ms
    if not window.pieces:
        return SoundGap(window.incident_id, cut_ms or window.until_ms, NO_SOUND, "no_sound")
    return _clip(window.incident_id, window.pieces, cut_ms)


def _clip(incident_id: str, pieces: list[EncodedFrame], cut_ms: int | None) -> SoundClip:
    """cut_ms: the moment until which it was listened, when that is not the end; silence until then is in it."""
    note = "" if cut_ms is None else CUT
    return SoundClip(incident_id, pieces[0].captured_at_ms, wav_of(pieces, cut_ms), note)


def _end_ms(piece: EncodedFrame) -> float:
    return piece.captured_at_ms + duration_s(piece.payload) * 1000


def wav_of(pieces: list[EncodedFrame], until_ms: int | None = None) -> bytes:
    """One WAV, at most 30 s. Silence that the page did not send is silence again, so that times hold.

    until_ms: silence up to then follows the last piece.
    """
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
    if until_ms is not None:
        sound += bytes(max(0, min((until_ms - began_ms) * _MS_BYTES, limit) - len(sound)))
    return _header(min(len(sound), limit)) + bytes(sound[:limit])


def _header(size: int) -> bytes:
    rate = SAMPLE_RATE_HZ
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF", size + 36, b"WAVE", b"fmt ", 16, 1, 1, rate, rate * 2, 2, 16, b"data", size,
    )  # fmt: skip
