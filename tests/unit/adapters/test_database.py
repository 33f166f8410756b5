"""The database itself: migrations, transactions, a full disk."""

import asyncio
import gc
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import insert, select, text

from examhall.adapters.db.engine import Database, sqlite_url
from examhall.adapters.db.migrating import migration_config
from examhall.adapters.db.tables import Base, HeartbeatRow
from examhall.domain.errors import ExamhallError


async def test_the_migrations_make_exactly_the_tables(tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path / "new.db"))
    await database.start()
    await database.start()  # a second start changes nothing
    async with database.read() as session:
        connection = await session.connection()
        differences = await connection.run_sync(
            lambda c: compare_metadata(MigrationContext.configure(c), Base.metadata)
        )
        journal = await session.scalar(text("PRAGMA journal_mode"))
        enforced = await session.scalar(text("PRAGMA foreign_keys"))
    await database.stop()
    assert differences == []
    assert (journal, enforced) == ("wal", 1)


async def test_the_newest_migration_goes_up_and_down_and_keeps_what_was_there(tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path / "both.db"))

    async def go(move: Callable[[Config, str], None], revision: str) -> None:
        async with database.write() as session:
            connection = await session.connection()
            await connection.run_sync(lambda c: move(migration_config(c), revision))

    async def columns() -> set[str]:
        async with database.read() as session:
            rows = await session.execute(text("SELECT name FROM pragma_table_info('attempt')"))
            return set(rows.scalars())

    await go(command.upgrade, "0001")
    async with database.write() as session:
        await session.execute(text(_EXAM))
        await session.execute(text(_ATTEMPT))
        await session.execute(text("INSERT INTO invite VALUES ('i', 'a', 1, NULL, 1)"))
    assert "check_in" not in await columns()
    await go(command.upgrade, "head")
    assert "check_in" in await columns()
    async with database.write() as session:
        await session.execute(text("INSERT INTO identity_template VALUES ('a', x'00', 'k', 1)"))
        assert await session.scalar(text("SELECT check_in FROM attempt")) is None
    await go(command.downgrade, "0001")
    assert "check_in" not in await columns()
    async with database.read() as session:
        assert await session.scalar(text("SELECT count(*) FROM invite")) == 1
    await database.stop()


_EXAM = """INSERT INTO exam (id, title, instructions, content_mode, content_text, opens_at, closes_at, duration_s,
policy_revision_id, update_counter, created_at) VALUES ('e', '', '', 'text', '', 1, 2, 1, 'p', 0, 1)"""
_ATTEMPT = """INSERT INTO attempt (id, exam_id, number, candidate_name, extra_time_s, state, epoch, connected,
sharing_camera, sharing_microphone, sharing_screen, clock_base_s, log_seq, log_head, created_at)
VALUES ('a', 'e', 1, 'Ada', 0, 'live', 0, 0, 0, 0, 0, 0, 0, '', 1)"""


async def test_many_writers_wait_for_each_other_and_none_is_lost(tmp_path: Path) -> None:
    path = sqlite_url(tmp_path / "busy.db")
    here, there = Database(path), Database(path)  # as two processes would be
    await here.start()
    await there.start()

    async def add(database: Database, number: int) -> None:
        async with database.write() as session:
            last = await session.scalar(select(HeartbeatRow.at).order_by(HeartbeatRow.at.desc()).limit(1))
            await session.execute(insert(HeartbeatRow).values(server_id=str(number), at=(last or 0) + 1))

    await asyncio.gather(*(add((here, there)[number % 2], number) for number in range(40)))
    async with here.read() as session:
        found = (await session.scalars(select(HeartbeatRow.at).order_by(HeartbeatRow.at))).all()
    await here.stop()
    await there.stop()
    assert found == list(range(1, 41))


async def test_an_error_rolls_everything_back(tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path / "x.db"))
    await database.start()

    async def fail() -> None:
        async with database.write() as session:
            await session.execute(insert(HeartbeatRow).values(server_id="a", at=1))
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        await fail()
    async with database.read() as session:
        assert (await session.scalars(select(HeartbeatRow.at))).all() == []
    await database.stop()


async def test_a_full_disk_is_a_clear_error_and_loses_nothing(tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path / "full.db"))
    await database.start()
    async with database.write() as session:
        await session.execute(insert(HeartbeatRow).values(server_id="kept", at=1))
        pages = await session.scalar(text("PRAGMA page_count"))
        # SQLite's own limit fails in the same way as a disk without room.
        await session.execute(text(f"PRAGMA max_page_count = {pages}"))

    async def fill() -> None:
        async with database.write() as session:
            for number in range(200):
                await session.execute(insert(HeartbeatRow).values(server_id=f"{number}" * 30, at=number))

    with pytest.raises(ExamhallError) as full:
        await fill()
    assert full.value.code == "storage_full"
    async with database.read() as session:
        assert (await session.scalars(select(HeartbeatRow.server_id))).all() == ["kept"]
    await database.stop()


async def test_check_says_when_the_database_does_not_answer(tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path / "none" / "x.db"))
    assert "takes no writes (storage_unavailable)" in (await database.check() or "")
    await database.stop()
    with pytest.raises(ExamhallError) as error:
        await database.start()
    assert error.value.code == "storage_unavailable"
    assert isinstance(error.value.__cause__, sqlite3.OperationalError)
    await database.stop()


# The driver's thread of a connection that was cancelled while it was made may answer when the test is over.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
async def test_a_cancelled_writer_leaves_no_lock_behind(tmp_path: Path) -> None:
    """A page that goes away cancels whatever it was doing; the next writer must not wait for it."""
    database = Database(sqlite_url(tmp_path / "app.db"))
    await database.start()

    async def beat(server_id: str) -> None:
        async with database.write() as session:
            session.add(HeartbeatRow(server_id=server_id, at=1))
            await session.flush()
            await session.execute(select(HeartbeatRow))

    try:
        for turns in range(0, 600, 5):  # cancelled at another moment each time
            going = asyncio.create_task(beat(f"gone-{turns}"))
            for _ in range(turns):
                await asyncio.sleep(0)
            going.cancel()
            await asyncio.gather(going, return_exceptions=True)
            await beat(f"stays-{turns}")
        async with database.read() as session:
            kept = await session.execute(select(HeartbeatRow.server_id))
            assert {f"stays-{turns}" for turns in range(0, 600, 5)} <= set(kept.scalars())
    finally:
        gc.collect()  # connections whose making was cancelled
        await database.stop()
        for thread in threading.enumerate():  # the driver's threads of cancelled connections answer this loop
            if "_connection_worker_thread" in thread.name:
                await asyncio.to_thread(thread.join, 10)


async def test_a_database_with_many_writers_says_so_and_gets_its_breath_back(tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path / "many.db"))
    await database.start()
    try:
        done = asyncio.Event()

        async def write() -> None:
            async with database.write():
                await done.wait()

        assert not database.out_of_breath
        writers = [asyncio.create_task(write()) for _ in range(5)]
        await asyncio.sleep(0)
        assert database.out_of_breath
        done.set()
        await asyncio.gather(*writers)
        assert not database.out_of_breath
    finally:
        await database.stop()
