"""Look-ups of the doorkeeper."""

from typing import cast

from sqlalchemy import select, update

from examhall.adapters.db.api_keys_store import known_scopes
from examhall.adapters.db.engine import Database
from examhall.adapters.db.tables import (
    ApiKeyRow,
    AttemptRow,
    CandidateSessionRow,
    EvidenceRow,
    ExamRow,
    ExamStaffRow,
    IncidentRow,
    RecordingSegmentRow,
    SecondFactorRow,
    StaffSessionRow,
    UserRow,
)
from examhall.application.identity import KeyIdentity, Role, StaffIdentity

_MOVE_EXPIRY_EVERY_MS = 60_000


class DbAccessStore:
    """Implements `application.ports.access_store.AccessStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def session_identity(self, token_hash: str, now_ms: int, expires_at: int) -> StaffIdentity | None:
        async with self._database.read() as session:
            row = (
                await session.execute(
                    select(StaffSessionRow, UserRow, SecondFactorRow.confirmed_at)
                    .join(UserRow, UserRow.id == StaffSessionRow.user_id)
                    .outerjoin(SecondFactorRow, SecondFactorRow.user_id == UserRow.id)
                    .where(
                        StaffSessionRow.token_hash == token_hash,
                        StaffSessionRow.expires_at > now_ms,
                        UserRow.disabled_at.is_(None),
                    )
                )
            ).one_or_none()
        if row is None:
            return None
        login, user, confirmed_at = row
        if now_ms - login.last_used_at > _MOVE_EXPIRY_EVERY_MS:
            await self._move_expiry(login.id, now_ms, expires_at)
        return _staff(user, login.id, second_factor=confirmed_at is not None)

    async def _move_expiry(self, session_id: str, now_ms: int, expires_at: int) -> None:
        async with self._database.write() as session:
            await session.execute(
                update(StaffSessionRow)
                .where(StaffSessionRow.id == session_id)
                .values(last_used_at=now_ms, expires_at=expires_at)
            )

    async def key_identity(self, token_hash: str, now_ms: int) -> KeyIdentity | None:
        async with self._database.read() as session:
            row = (
                await session.execute(
                    select(ApiKeyRow, UserRow)
                    .join(UserRow, UserRow.id == ApiKeyRow.made_by)
                    .where(
                        ApiKeyRow.token_hash == token_hash,
                        ApiKeyRow.expires_at > now_ms,
                        ApiKeyRow.revoked_at.is_(None),
                        UserRow.disabled_at.is_(None),
                        UserRow.role == "admin",
                    )
                )
            ).one_or_none()
        if row is None:
            return None
        key, maker = row
        if key.last_used_at is None or now_ms - key.last_used_at > _MOVE_EXPIRY_EVERY_MS:
            async with self._database.write() as session:
                await session.execute(
                    update(ApiKeyRow).where(ApiKeyRow.id == key.id).values(last_used_at=now_ms)
                )
        return KeyIdentity(key.id, known_scopes(key.scopes), _staff(maker, "", second_factor=False))

    async def exam_role(self, exam_id: str, user_id: str) -> Role | None:
        async with self._database.read() as session:
            role = await session.scalar(
                select(ExamStaffRow.role).where(
                    ExamStaffRow.exam_id == exam_id, ExamStaffRow.user_id == user_id
                )
            )
        return cast(Role | None, role)

    async def exam_of_attempt(self, attempt_id: str) -> str | None:
        async with self._database.read() as session:
            return await session.scalar(select(AttemptRow.exam_id).where(AttemptRow.id == attempt_id))

    async def exam_of_incident(self, incident_id: str) -> str | None:
        async with self._database.read() as session:
            return await session.scalar(
                select(AttemptRow.exam_id)
                .join(IncidentRow, IncidentRow.attempt_id == AttemptRow.id)
                .where(IncidentRow.id == incident_id)
            )

    async def exam_of_evidence(self, evidence_id: str) -> str | None:
        async with self._database.read() as session:
            return await session.scalar(
                select(AttemptRow.exam_id)
                .join(EvidenceRow, EvidenceRow.attempt_id == AttemptRow.id)
                .where(EvidenceRow.id == evidence_id)
            )

    async def exam_of_segment(self, segment_id: str) -> str | None:
        async with self._database.read() as session:
            return await session.scalar(
                select(AttemptRow.exam_id)
                .join(RecordingSegmentRow, RecordingSegmentRow.attempt_id == AttemptRow.id)
                .where(RecordingSegmentRow.id == segment_id)
            )

    async def exam_exists(self, exam_id: str) -> bool:
        async with self._database.read() as session:
            return await session.scalar(select(ExamRow.id).where(ExamRow.id == exam_id)) is not None

    async def candidate_of(self, token_hash: str, now_ms: int) -> str | None:
        async with self._database.read() as session:
            return await session.scalar(
                select(CandidateSessionRow.attempt_id).where(
                    CandidateSessionRow.token_hash == token_hash, CandidateSessionRow.expires_at > now_ms
                )
            )


def _staff(user: UserRow, session_id: str, *, second_factor: bool) -> StaffIdentity:
    return StaffIdentity(
        user.id, cast(Role, user.role), user.name, user.email, session_id, second_factor=second_factor
    )
