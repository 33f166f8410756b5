"""How many connections to PostgreSQL a server takes."""

import contextlib

import pytest
from sqlalchemy import text

from examhall.adapters.metrics import PrometheusMetrics
from examhall.bootstrap.accounts import database_of
from examhall.domain.errors import ExamhallError
from examhall.settings import Settings


@pytest.mark.parametrize("measured", [False, True])
async def test_a_server_takes_no_more_connections_than_the_setting_says(
    postgres_url: str, *, measured: bool
) -> None:
    settings = Settings(database_url=postgres_url, database_pool=4)
    database = database_of(settings, PrometheusMetrics() if measured else None)
    mine = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'examhall'"
    async with contextlib.AsyncExitStack() as held:
        sessions = [await held.enter_async_context(database.write()) for _ in range(2)]
        sessions += [await held.enter_async_context(database.read()) for _ in range(2)]
        assert [await session.scalar(text(mine)) for session in sessions] == [4] * 4
        with pytest.raises(ExamhallError, match="storage_unavailable"):
            await held.enter_async_context(database.write())
    async with database.write() as session:
        assert await session.scalar(text("SELECT 1")) == 1
    await database.stop()
