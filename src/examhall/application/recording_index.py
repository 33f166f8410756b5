"""Where the recording of an attempt is in time, and why it is missing where it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from examhall.application.journal import Entry, read_payload
from examhall.application.ports.attempt_store import AttemptRecord, AttemptStore, LogRecord
from examhall.application.ports.clock import Clock
from examhall.application.ports.recording_store import RecordingStore, SegmentRecord
from examhall.domain import recording
from examhall.domain.bandwidth import RecordingNow
from examhall.domain.policy import Recording
from examhall.domain.recording import Gap, GapLabel, Reason, SegmentKind, Span


@dataclass(frozen=True, slots=True)
class TimeIndex:
    """wanted: by the policy. span: in which there could be a recording; None before the attempt began."""

    wanted: Recording
    span: Span | None
    segments: tuple[SegmentRecord, ...]
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class RecordingIndex:
    store: RecordingStore
    attempts: AttemptStore
    clock: Clock

    async def of_attempt(self, attempt_id: str) -> TimeIndex:
        """Raises `attempt_not_found`."""
        attempt = await self.attempts.attempt(attempt_id)
        policy = await self.attempts.policy(attempt)
        segments = tuple(await self.store.segments_of_attempt(attempt_id))
        lines = await self.attempts.log_of_attempt(attempt_id)
        now = self.clock.now_ms()
        span = time_of(attempt, now)
        if span is None:
            return TimeIndex(policy.recording, None, segments, ())
        kinds = recording.recorded_kinds(policy)
        return TimeIndex(policy.recording, span, segments, gaps_of(attempt, kinds, segments, lines, now))


def time_of(attempt: AttemptRecord, now_ms: int) -> Span | None:
    if attempt.live_at is None:
        return None
    return Span(attempt.live_at, max(attempt.live_at, attempt.over_at or now_ms))


def gaps_of(
    attempt: AttemptRecord,
    kinds: Sequence[SegmentKind],
    segments: Sequence[SegmentRecord],
    lines: Sequence[LogRecord],
    now_ms: int,
) -> tuple[Gap, ...]:
    """What is missing of these kinds, by time; erased segments count as there."""
    span = time_of(attempt, now_ms)
    if span is None:
        return ()
    reasons = _reasons(attempt, lines, span, now_ms)
    found: list[Gap] = []
    for kind in kinds:
        covered = [Span(s.captured_at, s.captured_at + s.duration_ms) for s in segments if s.kind is kind]
        found += recording.gaps(kind, span, covered, reasons)
    return tuple(sorted(found, key=lambda gap: (gap.span.from_ms, gap.kind)))


def _reasons(
    attempt: AttemptRecord, lines: Sequence[LogRecord], span: Span, now_ms: int
) -> tuple[Reason, ...]:
    found: list[Reason] = []
    since: dict[GapLabel, int] = {}
    for line in lines:
        payload = {} if line.payload is None else read_payload(line.payload)
        if line.type == Entry.SERVER_CAME_BACK:
            found.append(Reason(GapLabel.SERVER, Span(_number(payload, "last_beat", line.at), line.at)))
            continue
        for label, begins in _changes(line.type, payload).items():
            if begins:
                since.setdefault(label, _number(payload, "at", line.at))
            elif label in since:
                found.append(Reason(label, Span(since.pop(label), line.at)))
    found += [Reason(label, Span(begin, span.to_ms)) for label, begin in since.items()]
    if attempt.over_at is None:
        begin = now_ms - recording.IN_THE_MAKING_MS
        found.append(Reason(GapLabel.NOT_YET_RECEIVED, Span(begin, span.to_ms)))
    elif now_ms > attempt.over_at + recording.LATE_UNTIL_MS:
        # What the page kept has never come: the line was slow, and nothing can come any more.
        found = [
            Reason(GapLabel.NETWORK, r.span) if r.label is GapLabel.NOT_YET_RECEIVED else r for r in found
        ]
    return tuple(found)


def _changes(entry_type: str, payload: Mapping[str, object]) -> Mapping[GapLabel, bool]:
    """Which reasons begin (True) or end (False) with this line."""
    if entry_type == Entry.PAUSED:
        return {GapLabel.PAUSED: True}
    if entry_type == Entry.RESUMED:
        return {GapLabel.PAUSED: False}
    if entry_type == Entry.DISCONNECTED:
        return {GapLabel.NETWORK: True}
    if entry_type == Entry.CONNECTED:
        return {GapLabel.NETWORK: False}
    if entry_type == Entry.BANDWIDTH_CHANGED:
        return {GapLabel.NOT_YET_RECEIVED: payload.get("recording") == RecordingNow.LATER.value}
    return {}


def _number(payload: Mapping[str, object], key: str, otherwise: int) -> int:
    value = payload.get(key)
    return value if isinstance(value, int) else otherwise
