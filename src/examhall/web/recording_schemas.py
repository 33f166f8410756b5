"""Bodies of the recording's endpoints."""

from typing import Literal

from examhall.domain.policy import Recording
from examhall.domain.recording import GapLabel, SegmentKind
from examhall.web.plain import Ms
from examhall.web.schemas import Answer


class SegmentTaken(Answer):  # PUT: 201 taken now, 200 there already
    kept: Literal[True] = True


class ReceivedSegments(Answer):
    instance_id: str
    kind: SegmentKind
    seqs: list[int]  # ascending


class RecordingReceived(Answer):
    """What the candidate's page need not send any more."""

    received: list[ReceivedSegments]


class Segment(Answer):
    """One piece that plays by itself. `url` None: erased."""

    id: str
    kind: SegmentKind
    captured_at: Ms  # when it begins
    duration_ms: int
    media_type: str
    size: int
    late: bool  # kept by the page for a while, and sent later
    url: str | None


class RecordingGap(Answer):
    """A stretch without a piece, and why as far as it is known. It says nothing about the candidate."""

    kind: SegmentKind
    from_at: Ms
    to_at: Ms
    label: GapLabel


class RecordingTimeIndex(Answer):
    """Segments and gaps by time. `from_at` None: the exam has not begun."""

    recording: Recording
    from_at: Ms | None
    to_at: Ms | None  # now, while it runs
    segments: list[Segment]
    gaps: list[RecordingGap]
