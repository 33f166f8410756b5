"""The port to where an attempt's recording is noted: one row for each segment, the bytes are in the evidence store."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from examhall.domain.recording import SegmentKind

RECORDED_IN = "/rec/"  # what the paths of segments have after the attempt's id


@dataclass(frozen=True, slots=True)
class SegmentRecord:
    """instance_id, kind, seq: its number, given by the page that made it; unique within the attempt.

    captured_at: when it begins, ms since the epoch, moved into the attempt's time. late: kept by the page for a while.
    sha256: hex, of the plain bytes. path: in the evidence store; None when it is erased.
    """

    id: str
    attempt_id: str
    instance_id: str
    kind: SegmentKind
    seq: int
    captured_at: int
    duration_ms: int
    media_type: str
    size: int
    sha256: str
    late: bool
    received_at: int
    key_id: str
    path: str | None


@dataclass(frozen=True, slots=True)
class Held:
    """How much of one kind an attempt has."""

    segments: int
    size: int


class RecordingStore(Protocol):
    """Segments are added by `AttemptTx.take_segment`, with their line of the chain."""

    async def numbered(
        self, attempt_id: str, instance_id: str, kind: SegmentKind, seq: int
    ) -> SegmentRecord | None: ...

    async def held(self, attempt_id: str, kind: SegmentKind) -> Held: ...

    async def segments_of_attempt(self, attempt_id: str) -> Sequence[SegmentRecord]:
        """By their place in time."""
        ...

    async def segment(self, segment_id: str) -> SegmentRecord:
        """Raises `ExamhallError` `segment_not_found`."""
        ...
