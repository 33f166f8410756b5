"""Staff accounts, their logins and one-time links."""

from collections.abc import Sequence
from typing import cast

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from examhall.adapters.db.conflicts import retried
from examhall.adapters.db.engine import Database, hold
from examhall.adapters.db.tables import (
    ExamStaffRow,
    OneTimeLinkRow,
    SecondFactorRow,
    StaffSessionRow,
    UserRow,
)
from examhall.application.identity import Role
from examhall.application.ports.accounts_store import (
    LinkPurpose,
    LinkRecord,
    MemberRecord,
    UserRecord,
)


class DbAccountsStore:
    """Implements `application.ports.accounts_store.AccountsStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def users(self) -> Sequence[UserRecord]:
        async with self._database.read() as session:
            rows = await session.scalars(select(UserRow).order_by(UserRow.name, UserRow.id))
            return [_user(row) for row in rows]

    async def with_second_factor(self) -> frozenset[str]:
        query = select(SecondFactorRow.user_id).where(SecondFactorRow.confirmed_at.is_not(None))
        async with self._database.read() as session:
            return frozenset(await session.scalars(query))

    async def user(self, user_id: str) -> UserRecord | None:
        async with self._database.read() as session:
            row = await session.get(UserRow, user_id)
            return _user(row) if row else None

    async def user_by_email(self, email: str) -> UserRecord | None:
        async with self._database.read() as session:
            row = await session.scalar(select(UserRow).where(UserRow.email == email))
            return _user(row) if row else None

    async def add_user(self, user: UserRecord) -> bool:
        try:
            async with self._database.write() as session:
                session.add(_user_row(user))
        except IntegrityError:
            return False
        return True

    @retried
    async def save_user(self, user: UserRecord, *, end_logins: bool) -> None:
        async with self._database.write() as session:
            await session.merge(_user_row(user))
            if end_logins:
                await _end_logins(session, user.id)

    async def usable_admins(self) -> int:
        async with self._database.read() as session:
            count = await session.scalar(
                select(func.count())
                .select_from(UserRow)
                .where(
                    UserRow.role == "admin",
                    UserRow.disabled_at.is_(None),
                    UserRow.password_hash.is_not(None),
                )
            )
            return count or 0

    @retried
    async def add_link(self, link: LinkRecord) -> None:
        async with self._database.write() as session:
            await session.execute(
                delete(OneTimeLinkRow).where(
                    OneTimeLinkRow.purpose == link.purpose.value,
                    OneTimeLinkRow.user_id.is_not_distinct_from(link.user_id),
                )
            )
            session.add(
                OneTimeLinkRow(
                    token_hash=link.token_hash,
                    purpose=link.purpose.value,
                    user_id=link.user_id,
                    expires_at=link.expires_at,
                    used_at=link.used_at,
                    reusable=link.reusable,
                )
            )

    async def link(self, token_hash: str) -> LinkRecord | None:
        async with self._database.read() as session:
            row = await session.get(OneTimeLinkRow, token_hash)
        if row is None:
            return None
        return LinkRecord(
            row.token_hash, LinkPurpose(row.purpose), row.user_id, row.expires_at, row.used_at, row.reusable
        )

    @retried
    async def redeem(self, token_hash: str, user: UserRecord, at_ms: int) -> bool:
        try:
            async with self._database.write() as session:
                marked = await session.scalar(
                    update(OneTimeLinkRow)
                    .where(OneTimeLinkRow.token_hash == token_hash, OneTimeLinkRow.used_at.is_(None))
                    .values(used_at=at_ms)
                    .returning(OneTimeLinkRow.token_hash)
                )
                if marked is None:
                    return False
                await session.merge(_user_row(user))
                await _end_logins(session, user.id)
        except IntegrityError:
            return False
        return True

    @retried
    async def set_password_hash(self, user_id: str, password_hash: str, *, keep_session: str) -> None:
        async with self._database.write() as session:
            await session.execute(
                update(UserRow).where(UserRow.id == user_id).values(password_hash=password_hash)
            )
            await session.execute(
                delete(StaffSessionRow).where(
                    StaffSessionRow.user_id == user_id, StaffSessionRow.id != keep_session
                )
            )

    @retried
    async def withdraw_links(self, purpose: LinkPurpose, user_id: str | None = None) -> int:
        which = [OneTimeLinkRow.purpose == purpose.value, OneTimeLinkRow.used_at.is_(None)]
        if user_id is not None:
            which.append(OneTimeLinkRow.user_id == user_id)
        async with self._database.write() as session:
            gone = await session.scalars(
                delete(OneTimeLinkRow).where(*which).returning(OneTimeLinkRow.token_hash)
            )
            return len(gone.all())

    async def members(self, exam_id: str) -> Sequence[MemberRecord]:
        async with self._database.read() as session:
            rows = await session.execute(
                select(ExamStaffRow, UserRow)
                .join(UserRow, UserRow.id == ExamStaffRow.user_id)
                .where(ExamStaffRow.exam_id == exam_id)
                .order_by(UserRow.name, UserRow.id)
            )
            return [
                MemberRecord(member.exam_id, user.id, user.name, user.email, cast(Role, member.role))
                for member, user in rows
            ]

    @retried
    async def set_member(self, exam_id: str, user_id: str, role: Role) -> None:
        async with self._database.write() as session:
            await hold(session, f"exam {exam_id}")  # merge reads, then writes
            await session.merge(ExamStaffRow(exam_id=exam_id, user_id=user_id, role=role))

    async def remove_member(self, exam_id: str, user_id: str) -> bool:
        async with self._database.write() as session:
            removed = await session.scalar(
                delete(ExamStaffRow)
                .where(ExamStaffRow.exam_id == exam_id, ExamStaffRow.user_id == user_id)
                .returning(ExamStaffRow.user_id)
            )
            return removed is not None


async def _end_logins(session: AsyncSession, user_id: str) -> None:
    await session.execute(delete(StaffSessionRow).where(StaffSessionRow.user_id == user_id))


def _user(row: UserRow) -> UserRecord:
    return UserRecord(
        row.id,
        row.email,
        row.name,
        cast(Role, row.role),
        row.password_hash,
        row.disabled_at,
        row.created_at,
    )


def _user_row(user: UserRecord) -> UserRow:
    return UserRow(
        id=user.id,
        email=user.email,
        name=user.name,
        role=user.role,
        password_hash=user.password_hash,
        disabled_at=user.disabled_at,
        created_at=user.created_at,
    )
