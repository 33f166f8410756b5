"""Whether this server can do its work: each check within a time limit, asked at most so often, told in words."""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from examhall.application.lifecycle import HealthCheck
from examhall.application.ports.metrics import DRAINING, READY, Metrics

CHECK_WITHIN_S = 3.0
DRAINING_WORDS = "this server is stopping and takes nobody new; send requests to another one, or wait"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Verdict:
    """By name "ok", or what is wrong and what to do."""

    ready: bool
    lines: dict[str, str]


class Readiness:
    """Those who ask at the same time share one look, so that asking costs next to nothing."""

    def __init__(
        self,
        checks: Sequence[HealthCheck],
        metrics: Metrics,
        *,
        within_s: float = CHECK_WITHIN_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._checks = tuple(checks)
        self._metrics = metrics
        self._within_s = within_s
        self._clock = clock
        self._looks: dict[str, asyncio.Task[str | None]] = {}
        self._found: dict[str, tuple[float, str | None]] = {}
        self._draining = False
        metrics.set(DRAINING, 0)

    def drain(self) -> None:
        """From now on not ready, whatever the checks say."""
        self._draining = True
        self._metrics.set(DRAINING, 1)

    async def look(self) -> Verdict:
        """Takes as long as the slowest check that is due, and never longer than the time limit."""
        found = await asyncio.gather(*(self._line(one) for one in self._checks))
        lines = {one.name: words or "ok" for one, words in zip(self._checks, found, strict=True)}
        failing = any(one.vital and words for one, words in zip(self._checks, found, strict=True))
        if self._draining:
            lines["draining"] = DRAINING_WORDS
        for name, words in lines.items():
            self._metrics.set(READY, 1.0 if words == "ok" else 0.0, check=name)
        return Verdict(not failing and not self._draining, lines)

    async def _line(self, one: HealthCheck) -> str | None:
        kept = self._found.get(one.name)
        # What is wrong is looked at again soon: whoever mended it wants to see that.
        if kept is not None and self._clock() - kept[0] < (one.good_for_s if kept[1] is None else 1.0):
            return kept[1]
        look = self._looks.get(one.name)
        if look is None or look.done():
            look = self._looks[one.name] = asyncio.create_task(self._look(one))
        # Shielded: a caller that goes away must not leave the others without an answer.
        return await asyncio.shield(look)

    async def _look(self, one: HealthCheck) -> str | None:
        try:
            async with asyncio.timeout(self._within_s):
                words = await one.check()
        except TimeoutError:
            words = (
                f"did not answer within {self._within_s:g} s; look at the load of this machine and at the log"
            )
        except Exception:
            log.exception("check_failed", extra={"check": one.name})
            words = "could not be looked at; see the log"
        self._found[one.name] = (self._clock(), words)
        return words
