"""Transactions that wait for each other: one is rolled back and begins again, or none waits at all."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from examhall.adapters.db.accounts_store import DbAccountsStore
from examhall.adapters.db.conflicts import TRIES, retried
from examhall.adapters.db.engine import Database
from examhall.adapters.db.outages import Conflict
from examhall.adapters.db.retention_store import DbRetentionStore
from examhall.adapters.db.sessions_store import DbSessionsStore
from examhall.adapters.db.tables import StaffSessionRow
from examhall.application.ports.sessions_store import SessionRecord
from examhall.domain.errors import ErrorKind, ExamhallError
from support.attempts import NOON, PROCTOR, opened, seed_staff
from support.postgres import Cluster

LIMIT_S = 30


def login(name: str, *, expires_at: int = NOON + 1) -> SessionRecord:
    return SessionRecord(name, f"hash of {name}", PROCTOR, NOON - 10, expires_at, NOON - 10, None, None)


async def waiting(database: Database) -> int:
    """Transactions here that wait for a lock."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    async with database.read() as session:
        return int(await session.scalar(text(query)) or 0)


async def logins(database: Database) -> set[str]:
    async with database.read() as session:
        return set(await session.scalars(select(StaffSessionRow.id)))


@asynccontextmanager
async def another(url: str) -> AsyncIterator[AsyncSession]:
    """Another server's transaction, which is never the one that PostgreSQL ends."""
    database = Database(url)
    async with database.write() as session:
        await session.execute(text("SET LOCAL deadlock_timeout = '60s'"))
        yield session
    await database.stop()


async def test_a_transaction_that_was_rolled_back_for_another_begins_again(
    tmp_path: Path, postgres: Cluster, postgres_url: str
) -> None:
    name = postgres_url.rsplit("/", 1)[1]
    postgres.ask(name, f"ALTER DATABASE {name} SET deadlock_timeout = '3s'")  # less than lock_timeout
    async with opened(tmp_path, url=postgres_url) as world:
        await seed_staff(world)
        await DbSessionsStore(world.database).add(login("one"))
        accounts = DbAccountsStore(world.database)
        async with another(postgres_url) as other:
            await other.execute(text("DELETE FROM staff_session WHERE id = 'one'"))
            ours = asyncio.create_task(accounts.set_password_hash(PROCTOR, "new", keep_session="none"))
            async with asyncio.timeout(LIMIT_S):
                while not await waiting(world.database):  # noqa: ASYNC110 - for the login; locks have no event
                    await asyncio.sleep(0.01)
            # Theirs waits for ours now: neither could ever go on.
            await other.execute(text("UPDATE \"user\" SET name = 'Renamed'"))
        async with asyncio.timeout(LIMIT_S):
            await ours
        found = await accounts.user(PROCTOR)
        assert found is not None
        assert (found.name, found.password_hash) == ("Renamed", "new")
        assert await logins(world.database) == set()


async def test_who_clears_up_waits_for_nobody(tmp_path: Path, postgres_url: str) -> None:
    async with opened(tmp_path, url=postgres_url) as world:
        await seed_staff(world)
        async with world.database.write() as session:
            for name in ("held", "free"):
                row = login(name, expires_at=NOON - 1)
                await session.execute(
                    insert(StaffSessionRow).values({f: getattr(row, f) for f in row.__slots__})
                )
        retention = DbRetentionStore(world.database)
        async with another(postgres_url) as other:
            await other.execute(text("UPDATE staff_session SET last_used_at = 1 WHERE id = 'held'"))
            await retention.drop_expired(NOON, audit_before=0, dry_run=False)
            assert await logins(world.database) == {"held"}
        await retention.drop_expired(NOON, audit_before=0, dry_run=False)
        assert await logins(world.database) == set()


async def test_what_expired_is_dropped_on_both_databases(tmp_path: Path, database_url: str) -> None:
    async with opened(tmp_path, url=database_url) as world:
        await seed_staff(world)
        sessions = DbSessionsStore(world.database)
        await sessions.add(login("old", expires_at=NOON - 11))
        await sessions.add(login("new"))
        assert await logins(world.database) == {"new"}


async def test_no_default_of_the_cluster_makes_transactions_fail_to_serialize(
    postgres: Cluster, postgres_url: str
) -> None:
    name = postgres_url.rsplit("/", 1)[1]
    postgres.ask(name, f"ALTER DATABASE {name} SET default_transaction_isolation = 'serializable'")
    database = Database(postgres_url)
    for opened_one in (database.read(), database.write()):
        async with opened_one as session:
            assert await session.scalar(text("SHOW transaction_isolation")) == "read committed"
    async with database.read(still=True) as session:
        assert await session.scalar(text("SHOW transaction_isolation")) == "repeatable read"
    await database.stop()


@pytest.mark.parametrize(("conflicts", "ends_well"), [(0, True), (TRIES - 1, True), (TRIES, False)])
async def test_it_is_tried_four_times_and_then_said(conflicts: int, *, ends_well: bool) -> None:
    tries = 0

    @retried
    async def write() -> str:
        nonlocal tries
        tries += 1
        if tries <= conflicts:
            raise Conflict
        return "written"

    if ends_well:
        assert await write() == "written"
    else:
        with pytest.raises(ExamhallError) as refused:
            await write()
        assert (refused.value.kind, refused.value.code) == (ErrorKind.UNAVAILABLE, "storage_unavailable")
        assert refused.value.retry_after_s
    assert tries == min(conflicts + 1, TRIES)


async def test_other_failures_are_not_tried_again() -> None:
    tries = 0

    @retried
    async def write() -> None:
        nonlocal tries
        tries += 1
        raise ExamhallError(ErrorKind.UNAVAILABLE, "storage_unavailable", "away")

    with pytest.raises(ExamhallError):
        await write()
    assert tries == 1
