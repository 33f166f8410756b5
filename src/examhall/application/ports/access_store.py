"""The port to what the doorkeeper has to look up."""

from typing import Protocol

from examhall.application.identity import KeyIdentity, Role, StaffIdentity


class AccessStore(Protocol):
    async def session_identity(self, token_hash: str, now_ms: int, expires_at: int) -> StaffIdentity | None:
        """The enabled user of a login that has not expired; moves its expiry now and then."""
        ...

    async def key_identity(self, token_hash: str, now_ms: int) -> KeyIdentity | None:
        """A key that is neither revoked nor expired, of an enabled admin; notes its use now and then."""
        ...

    async def exam_role(self, exam_id: str, user_id: str) -> Role | None:
        """The user's role in the exam, None for no member."""
        ...

    async def exam_of_attempt(self, attempt_id: str) -> str | None: ...

    async def exam_of_incident(self, incident_id: str) -> str | None: ...

    async def exam_of_evidence(self, evidence_id: str) -> str | None: ...

    async def exam_of_segment(self, segment_id: str) -> str | None: ...

    async def exam_exists(self, exam_id: str) -> bool: ...

    async def candidate_of(self, token_hash: str, now_ms: int) -> str | None:
        """The attempt of a candidate's cookie or bearer token that has not expired."""
        ...
