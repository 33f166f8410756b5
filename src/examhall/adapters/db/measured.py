"""A database that is timed: how long one waits for it, how long its transactions are, what fails."""

import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from sqlalchemy.ext.asyncio import AsyncSession

from examhall.adapters.db.engine import Database
from examhall.application.ports.metrics import DB_FAILURES, DB_OPEN, DB_TIME, DB_WAIT, Metrics
from examhall.domain.errors import ErrorKind, ExamhallError

_OURS = frozenset({ErrorKind.UNAVAILABLE, ErrorKind.STORAGE_FULL})


class MeasuredDatabase(Database):
    """See `Database`."""

    def __init__(self, url: str, metrics: Metrics, *, connections: int) -> None:
        super().__init__(url, connections=connections)
        self._metrics = metrics
        self._open: Counter[str] = Counter()

    @asynccontextmanager
    async def read(self, *, still: bool = False) -> AsyncIterator[AsyncSession]:
        """As `Database.read`."""
        asked_s = time.perf_counter()
        with self._counted("read"):
            async with super().read(still=still) as session:
                begun_s = self._waited("read", asked_s)
                yield session
            self._metrics.observe(DB_TIME, time.perf_counter() - begun_s, use="read")

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """As `Database.write`."""
        asked_s = time.perf_counter()
        with self._counted("write"):
            async with super().write() as session:
                begun_s = self._waited("write", asked_s)
                yield session
            self._metrics.observe(DB_TIME, time.perf_counter() - begun_s, use="write")

    def _waited(self, use: str, asked_s: float) -> float:
        now_s = time.perf_counter()
        self._metrics.observe(DB_WAIT, now_s - asked_s, use=use)
        return now_s

    @contextmanager
    def _counted(self, use: str) -> Iterator[None]:
        self._change(use, 1)
        try:
            yield
        except ExamhallError as error:
            if error.kind in _OURS:  # the others are answers of the use cases, not faults of the database
                self._metrics.count(DB_FAILURES, code=error.code)
            raise
        finally:
            self._change(use, -1)

    def _change(self, use: str, by: int) -> None:
        self._open[use] += by
        self._metrics.set(DB_OPEN, self._open[use], use=use)
