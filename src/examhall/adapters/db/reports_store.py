"""Which reports of the meeting provider were taken, in SQL."""

from examhall.adapters.db.engine import Database, hold
from examhall.adapters.db.tables import ProviderReportRow
from examhall.application.ports.reports import Claim


class DbTakenReports:
    """Implements `application.ports.reports.TakenReports`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, key: str, at_ms: int, *, lapses_ms: int) -> Claim:
        async with self._database.write() as session:
            await hold(session, f"report {key}")
            known = await session.get(ProviderReportRow, key)
            if known is None:
                session.add(ProviderReportRow(key=key, at=at_ms, done=False))
            elif known.done:
                return Claim.DONE
            elif at_ms - known.at < lapses_ms:
                return Claim.IN_WORK
            else:  # whoever had it is gone, or failed
                known.at = at_ms
        return Claim.OURS

    async def done(self, key: str) -> None:
        async with self._database.write() as session:
            known = await session.get(ProviderReportRow, key)
            if known is not None:
                known.done = True
