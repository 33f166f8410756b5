"""The recording of an attempt: standalone segments, their place in time, and why there is none of a stretch."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from examhall.domain.errors import ErrorKind, ExamhallError
from examhall.domain.policy import Policy, Recording, Signal

SEGMENT_BYTES = 8 * 1024 * 1024
FILM_MS = 60_000  # of one segment of camera or screen, at most
SOUND_MS = 300_000
LATE_MS = 30_000  # a segment that ended longer ago was kept by the page meanwhile
LATE_UNTIL_MS = 24 * 3_600_000  # how long after the end segments may still come
UNNOTICED_MS = 1_500  # two segments that follow each other need not touch
IN_THE_MAKING_MS = 30_000  # the newest stretch of a running attempt: its segment is being made or sent

# No honest page comes near them, and a hostile one cannot fill the disk faster than a good film does.
_BYTES_PER_S = {"camera": 160_000, "screen": 160_000, "audio": 34_000}
_BYTES_AT_LEAST = 32 * 1024 * 1024
_SEGMENTS_PER_S = 0.5
_SEGMENTS_AT_LEAST = 120


class SegmentKind(StrEnum):
    CAMERA = "camera"
    SCREEN = "screen"
    AUDIO = "audio"  # speech that could not be sent while the network was away


class GapLabel(StrEnum):
    """Why there is nothing; never that somebody was absent."""

    PAUSED = "paused"
    SERVER = "server"
    NETWORK = "network"
    NOT_YET_RECEIVED = "not_yet_received"
    DEVICE = "device"


# What explains a stretch best, first.
_STRONGEST = tuple(GapLabel)


@dataclass(frozen=True, slots=True)
class Span:
    """Milliseconds since the epoch; the end is not part of it."""

    from_ms: int
    to_ms: int


@dataclass(frozen=True, slots=True)
class Reason:
    """Something known that keeps segments of a stretch away."""

    label: GapLabel
    span: Span


@dataclass(frozen=True, slots=True)
class Gap:
    kind: SegmentKind
    span: Span
    label: GapLabel


def recorded_kinds(policy: Policy) -> tuple[SegmentKind, ...]:
    """What the policy wants a film of."""
    if policy.recording is Recording.OFF:
        return ()
    if policy.recording is Recording.CAMERA:
        return (SegmentKind.CAMERA,)
    return (SegmentKind.CAMERA, SegmentKind.SCREEN)


def is_expected(policy: Policy, kind: SegmentKind) -> bool:
    """Whether a page may send segments of this kind; late sound also where only voices are listened for."""
    if kind is SegmentKind.AUDIO:
        return policy.recording is not Recording.OFF or policy.signals[Signal.SPEECH].enabled
    return kind in recorded_kinds(policy)


def segments_allowed(live_ms: float) -> int:
    """How many segments of one kind an attempt may have after being live for so long."""
    return _SEGMENTS_AT_LEAST + round(live_ms / 1000 * _SEGMENTS_PER_S)


def bytes_allowed(kind: SegmentKind, live_ms: float) -> int:
    """How many bytes of one kind an attempt may have after being live for so long."""
    return _BYTES_AT_LEAST + round(live_ms / 1000 * _BYTES_PER_S[kind.value])


def placed(captured_ms: int, duration_ms: int, expected: Span) -> Span:
    """Where a segment lies: the page's word, moved into the time in which there could be a recording.

    expected: from when the attempt became live until its end, or until now.
    """
    last = max(expected.from_ms, expected.to_ms - duration_ms)
    begin = min(max(captured_ms, expected.from_ms), last)
    return Span(begin, begin + duration_ms)


def gaps(
    kind: SegmentKind, expected: Span, segments: Iterable[Span], reasons: Sequence[Reason]
) -> tuple[Gap, ...]:
    """The stretches of `expected` that no segment covers, each with the strongest reason, else the device.

    Stretches of at most 1.5 s are left out.
    """
    found: list[Gap] = []
    for hole in _holes(expected, segments):
        found += [Gap(kind, span, label) for span, label in _labelled(hole, reasons)]
    return tuple(found)


def _holes(expected: Span, segments: Iterable[Span]) -> list[Span]:
    holes: list[Span] = []
    at = expected.from_ms
    for one in sorted(segments, key=lambda span: span.from_ms):
        if one.from_ms - at > UNNOTICED_MS:
            holes.append(Span(at, min(one.from_ms, expected.to_ms)))
        at = max(at, one.to_ms)
    if expected.to_ms - at > UNNOTICED_MS:
        holes.append(Span(at, expected.to_ms))
    return [hole for hole in holes if hole.to_ms > hole.from_ms]


def _labelled(hole: Span, reasons: Sequence[Reason]) -> list[tuple[Span, GapLabel]]:
    """The hole cut where a reason begins or ends; neighbours of the same label are one."""
    inside = [r for r in reasons if r.span.from_ms < hole.to_ms and r.span.to_ms > hole.from_ms]
    cuts = {hole.from_ms, hole.to_ms}
    for reason in inside:
        cuts |= {max(hole.from_ms, reason.span.from_ms), min(hole.to_ms, reason.span.to_ms)}
    edges = sorted(cuts)
    parts: list[tuple[Span, GapLabel]] = []
    for begin, end in pairwise(edges):
        label = _strongest(inside, begin, end)
        before = parts[-1] if parts else None
        if before is not None and (before[1] is label or end - begin <= UNNOTICED_MS):
            parts[-1] = (Span(before[0].from_ms, end), before[1])
        else:
            parts.append((Span(begin, end), label))
    return parts


def _strongest(reasons: Sequence[Reason], begin: int, end: int) -> GapLabel:
    holding = {r.label for r in reasons if r.span.from_ms <= begin and r.span.to_ms >= end}
    return next((label for label in _STRONGEST if label in holding), GapLabel.DEVICE)


def sniff(kind: SegmentKind, content: bytes) -> str:
    """The media type that the first bytes say. Raises `segment_format_unknown` for any other.

    camera, screen: webm (an EBML header of that type, then a segment). audio: WAV, PCM16, 16 kHz, mono.
    """
    if kind is SegmentKind.AUDIO:
        known = _is_wav(content)
        media = "audio/wav"
    else:
        known = _is_webm(content)
        media = "video/webm"
    if not known:
        raise ExamhallError(
            ErrorKind.UNSUPPORTED, "segment_format_unknown", f"A segment of {kind.value} must be {media}."
        )
    return media


def wav_duration_ms(content: bytes) -> int:
    """Of a WAV as `sniff` takes it; its own header's lengths are not believed."""
    return (len(content) - 44) // 32


def _is_wav(content: bytes) -> bool:
    # RIFF....WAVEfmt , 16 bytes of format: PCM, 1 channel, 16000/s, 32000 bytes/s, 2 a sample, 16 bits; then data.
    form = b"\x10\0\0\0\x01\0\x01\0\x80\x3e\0\0\0\x7d\0\0\x02\0\x10\0"
    return (
        len(content) > 44
        and content[:4] == b"RIFF"
        and content[8:16] == b"WAVEfmt "
        and content[16:36] == form
        and content[36:40] == b"data"
    )


def _is_webm(content: bytes) -> bool:
    # RFC 8794: EBML header 1A45DFA3 with its size as a variable-length number, DocType 4282; then Segment 18538067.
    if content[:4] != b"\x1a\x45\xdf\xa3" or len(content) < 32:
        return False
    width = 9 - content[4].bit_length()
    if width > 8:
        return False
    size = int.from_bytes(content[4 : 4 + width]) & ((1 << (7 * width)) - 1)
    end = 4 + width + size
    return (
        size < 256 and b"\x42\x82\x84webm" in content[:end] and content[end : end + 4] == b"\x18\x53\x80\x67"
    )
