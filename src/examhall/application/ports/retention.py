"""The port to what is due to be erased."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

ERASED_NAME = "(erased)"  # in place of a candidate's name


@dataclass(frozen=True, slots=True)
class ErasableAttempt:
    """An attempt of which something is left to erase.

    policy_revision_id: its own, or the exam's; ends_at: when it was over, else when its exam closes.
    """

    attempt_id: str
    ends_at: int
    exam_closes_at: int
    policy_revision_id: str
    exam_policy_revision_id: str
    record_left: bool
    name_left: bool


class RetentionStore(Protocol):
    async def erasable(self, ended_before: int, lasting: Collection[str]) -> Sequence[ErasableAttempt]:
        """Attempts that ended before, and of which anything is left but log lines of the types in `lasting`."""
        ...

    async def evidence_paths(self, attempt_id: str) -> Sequence[str]:
        """Blobs that rows of this attempt's evidence and recording name."""
        ...

    async def drop_expired(self, now_ms: int, *, audit_before: int, dry_run: bool) -> Mapping[str, int]:
        """Logins, one-time links and candidates' sessions that have expired; what only the server needed for a
        week; lines of the audit log from before `audit_before`. Counts by what it is."""
        ...
