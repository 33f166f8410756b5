"""Who may touch what: identities from tokens, and the relation of staff to what they ask for."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from examhall.application.identity import CandidateIdentity, KeyIdentity, Role, StaffIdentity
from examhall.application.ports.access_store import AccessStore
from examhall.application.ports.clock import Clock
from examhall.domain.errors import ErrorKind, ExamhallError

KEY_PREFIX = (
    "exk_"  # of API keys: told apart from logins at a glance, by us and by scanners of leaked secrets
)
RequireSecondFactor = Literal["off", "admins", "staff"]


class Target(StrEnum):
    """What an id in a path stands for; every one belongs to an exam."""

    EXAM = "exam_id"
    ATTEMPT = "attempt_id"
    INCIDENT = "incident_id"
    EVIDENCE = "evidence_id"
    SEGMENT = "segment_id"


@dataclass(frozen=True, slots=True)
class Access:
    """The doorkeeper. Answers are exact; nothing is remembered between questions."""

    store: AccessStore
    clock: Clock
    staff_session_ms: int
    require_second_factor: RequireSecondFactor = "off"

    async def staff(self, token: str) -> StaffIdentity | None:
        """Who holds this staff cookie, if it is still good."""
        now = self.clock.now_ms()
        return await self.store.session_identity(token_hash(token), now, now + self.staff_session_ms)

    def must_enrol(self, staff: StaffIdentity) -> bool:
        """Whether they must set up their second factor before anything else."""
        return not staff.second_factor and self.asks_second_factor(staff.role)

    def asks_second_factor(self, role: Role) -> bool:
        return self.require_second_factor == "staff" or (
            self.require_second_factor == "admins" and role == "admin"
        )

    async def key(self, token: str) -> KeyIdentity | None:
        """Whose API key this is, if it is still good."""
        return await self.store.key_identity(token_hash(token), self.clock.now_ms())

    async def candidate(self, token: str) -> CandidateIdentity | None:
        """Whose attempt this cookie or bearer token opens, if it is still good."""
        attempt_id = await self.store.candidate_of(token_hash(token), self.clock.now_ms())
        return CandidateIdentity(attempt_id) if attempt_id else None

    async def exam_of(self, target: Target, target_id: str) -> str:
        """The exam that something belongs to. Raises `ExamhallError` `*_not_found`."""
        if target is Target.EXAM:
            exam_id = target_id if await self.store.exam_exists(target_id) else None
        elif target is Target.ATTEMPT:
            exam_id = await self.store.exam_of_attempt(target_id)
        elif target is Target.INCIDENT:
            exam_id = await self.store.exam_of_incident(target_id)
        elif target is Target.EVIDENCE:
            exam_id = await self.store.exam_of_evidence(target_id)
        else:
            exam_id = await self.store.exam_of_segment(target_id)
        if exam_id is None:
            what = target.name.lower()
            raise ExamhallError(
                ErrorKind.NOT_FOUND,
                f"{what}_not_found",
                f"There is no such {what}; it may have been removed.",
            )
        return exam_id

    async def role_in(self, exam_id: str, staff: StaffIdentity) -> Role | None:
        """The role in an exam: admins are admin everywhere, others what the exam's staff list says."""
        if staff.role == "admin":
            return "admin"
        return await self.store.exam_role(exam_id, staff.user_id)


def token_hash(token: str) -> str:
    """What is stored of a secret token: SHA-256, hex."""
    return hashlib.sha256(token.encode()).hexdigest()
