"""The port to everything that is stored of one attempt, read as it was at one moment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from examhall.application.ports.attempt_store import (
    AttemptRecord,
    ChatRecord,
    CreditRecord,
    EvidenceRecord,
    ExamRecord,
    IncidentRecord,
    LogRecord,
    PageEventRecord,
    WarningRecord,
)
from examhall.application.ports.recording_store import SegmentRecord
from examhall.domain.chain import ChainHead


@dataclass(frozen=True, slots=True)
class AttemptDump:
    """observations: JSONL batches in order; staff: names by user id, of whoever the record names."""

    attempt: AttemptRecord
    exam: ExamRecord
    incidents: Sequence[IncidentRecord]
    evidence: Sequence[EvidenceRecord]
    segments: Sequence[SegmentRecord]
    warnings: Sequence[WarningRecord]
    chat: Sequence[ChatRecord]
    credits: Sequence[CreditRecord]
    events: Sequence[PageEventRecord]
    observations: Sequence[str]
    log: Sequence[LogRecord]
    head: ChainHead
    staff: Mapping[str, str]


class RecordStore(Protocol):
    async def dump(self, attempt_id: str) -> AttemptDump:
        """One consistent state. Raises `ExamhallError` `attempt_not_found`."""
        ...
