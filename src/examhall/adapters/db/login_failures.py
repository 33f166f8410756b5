"""Failed logins, in SQL."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import delete, select

from examhall.adapters.db.engine import Database
from examhall.adapters.db.tables import LoginFailureRow


class DbLoginFailures:
    """Implements `application.ports.login_failures.LoginFailures`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def times(
        self, keys: Sequence[str], *, after_ms: int, until_ms: int
    ) -> Mapping[str, Sequence[int]]:
        query = (
            select(LoginFailureRow.key, LoginFailureRow.at)
            .where(
                LoginFailureRow.key.in_(keys), LoginFailureRow.at > after_ms, LoginFailureRow.at <= until_ms
            )
            .order_by(LoginFailureRow.at)
        )
        times: defaultdict[str, list[int]] = defaultdict(list)
        async with self._database.read() as session:
            for key, at in await session.execute(query):
                times[key].append(at)
        return times

    async def add(self, try_id: str, keys: Sequence[str], at_ms: int) -> None:
        async with self._database.write() as session:
            session.add_all(LoginFailureRow(id=try_id, key=key, at=at_ms) for key in keys)

    async def take_back(self, try_id: str) -> None:
        async with self._database.write() as session:
            await session.execute(delete(LoginFailureRow).where(LoginFailureRow.id == try_id))

    async def forget(self, key: str) -> None:
        async with self._database.write() as session:
            await session.execute(delete(LoginFailureRow).where(LoginFailureRow.key == key))
