"""The schema's steps on both databases: up and down with data, by many servers at once, killed in between."""

import asyncio
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    func,
    insert,
    inspect,
    select,
    text,
    update,
)

from examhall.adapters.db.engine import Database, sqlite_url
from examhall.adapters.db.migrating import MIGRATIONS, migration_config
from examhall.adapters.db.tables import Base
from examhall.domain.errors import ExamhallError
from support.postgres import Cluster
from support.reliability import Account, record

TESTS = Path(__file__).parents[1]
Rows = dict[str, dict[str, object]]


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without a schema."""
    if request.param == "sqlite":
        yield sqlite_url(tmp_path / "new.db")
        return
    cluster: Cluster = request.getfixturevalue("postgres")
    name = cluster.create(template="template0")
    yield cluster.url(name)
    cluster.drop(name)


@asynccontextmanager
async def opened(url: str):
    database = Database(url)
    try:
        yield Within(database)
    finally:
        await database.stop()


class Within:
    """Does something with the connection of a writing transaction."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def go(self, move: Callable[[Config, str], None], revision: str) -> None:
        await self.run(lambda c: move(migration_config(c), revision))

    async def run(self, act):
        async with self.database.write() as session:
            return await (await session.connection()).run_sync(act)


def steps() -> list[str]:
    """The revisions, oldest first."""
    script = ScriptDirectory(str(MIGRATIONS))
    return [step.revision for step in script.walk_revisions()][::-1]


def reflected(connection: Connection) -> list[Table]:
    metadata = MetaData()
    metadata.reflect(connection)
    return [table for table in metadata.sorted_tables if table.name != "alembic_version"]


def fill(connection: Connection) -> None:
    """One row in every table, something in every column."""
    for table in reflected(connection):
        values = {column.name: sample(connection, column) for column in table.columns}
        if connection.scalar(select(func.count()).select_from(table)):
            connection.execute(
                update(table).values({k: v for k, v in values.items() if not is_key(table, k)})
            )
        else:
            connection.execute(insert(table).values(values))


def is_key(table: Table, name: str) -> bool:
    return table.columns[name].primary_key or bool(table.columns[name].foreign_keys)


def sample(connection: Connection, column: Column[object]) -> object:
    for key in column.foreign_keys:
        return connection.scalar(select(key.column))
    if isinstance(column.type, JSON):
        return {"said": [column.name]}
    if isinstance(column.type, Boolean):
        return True
    if isinstance(column.type, Float):
        return 0.5
    if isinstance(column.type, Integer):
        return 7
    if isinstance(column.type, LargeBinary):
        return b"\x00\xff" + column.name.encode()
    return column.name[: getattr(column.type, "length", None) or 40]


def contents(connection: Connection) -> Rows:
    found = {}
    for table in reflected(connection):
        (row,) = connection.execute(select(table)).mappings().all()
        found[table.name] = dict(row)
    return found


def filled(connection: Connection) -> dict[str, int]:
    """How many rows each table has."""
    return {
        table.name: connection.scalar(select(func.count()).select_from(table)) or 0
        for table in reflected(connection)
    }


def surviving(before: Rows, now: Rows) -> Rows:
    return {name: {k: v for k, v in before[name].items() if k in row} for name, row in now.items()}


def differences(connection: Connection) -> list[object]:
    return compare_metadata(MigrationContext.configure(connection), Base.metadata)


async def test_every_step_goes_up_and_down_with_data_in_every_table(empty_url: str) -> None:
    async with opened(empty_url) as within:
        for revision in steps():
            await within.go(command.upgrade, revision)
            await within.run(fill)
        full: Mapping[str, object] = await within.run(contents)
        assert set(full) == set(Base.metadata.tables)
        assert all(None not in row.values() for row in full.values())
        for revision in [*steps()[-2::-1], "base"]:
            await within.go(command.downgrade, revision)
            now = await within.run(contents)
            assert now == surviving(full, now), revision
            if revision != "base":  # up and down once more from here, with the data in
                await within.go(command.upgrade, "+1")
                await within.go(command.downgrade, revision)
                assert await within.run(contents) == now
        assert await within.run(lambda c: inspect(c).get_table_names()) == ["alembic_version"]
        await within.go(command.upgrade, "head")
        assert await within.run(differences) == []


async def test_servers_that_start_together_bring_the_schema_up_once(empty_url: str) -> None:
    servers = [Database(empty_url) for _ in range(4)]
    await asyncio.gather(*(server.start() for server in servers))
    for server in servers:
        await server.stop()
    async with opened(empty_url) as within:
        assert await within.run(differences) == []


async def test_a_start_that_was_killed_halfway_is_done_again_as_if_it_had_not_been(empty_url: str) -> None:
    async with opened(empty_url) as within:
        await within.go(command.upgrade, "0002")
        await within.run(fill)
        before = await within.run(contents)
    doomed = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "support.doomed_migration", empty_url),
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(TESTS), *sys.path])},
        stdout=asyncio.subprocess.PIPE,
    )
    assert doomed.stdout is not None
    try:
        async with asyncio.timeout(60):
            assert await doomed.stdout.readline() == b"halfway\n"
    finally:
        doomed.kill()
        await doomed.wait()
    async with opened(empty_url) as within:
        assert await within.run(contents) == before
        await within.database.start()
        assert await within.run(differences) == []
        async with within.database.read() as session:
            assert await session.scalar(text("SELECT count(*) FROM log_entry")) == 1
        after = await within.run(filled)
    account = Account()
    account.sent("row", sorted(before))
    account.stored("row", [name for name in sorted(before) for _ in range(after[name])])
    record(
        f"a migration of {'PostgreSQL' if 'postgres' in empty_url else 'SQLite'} killed halfway",
        candidate="nothing: no server was up",
        proctor="nothing: no server was up; the next start brings the schema up",
        account=account,
        how="one row in every table of the old schema; after the kill all as before it, "
        "after the next start the schema is today's and the rows are there",
    )


async def test_a_database_of_a_newer_version_is_left_alone(empty_url: str) -> None:
    async with opened(empty_url) as within:
        await within.database.start()
        await within.run(lambda c: c.execute(text("UPDATE alembic_version SET version_num = '9999'")))
        with pytest.raises(ExamhallError, match="9999") as refused:
            await within.database.start()
        assert refused.value.code == "database_too_new"
        await within.run(lambda c: c.execute(text("UPDATE alembic_version SET version_num = '0006'")))
        assert await within.run(differences) == []
