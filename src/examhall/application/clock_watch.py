"""The exam clock at work: what starts and ends by time, and what a fault of network or server gives back."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import structlog

from examhall.application import cards
from examhall.application.attempts import BY_CLOCK, finish, give_back, over_the_limit, start
from examhall.application.journal import Entry
from examhall.application.ports.attempt_store import (
    AttemptRecord,
    AttemptStore,
    AttemptTx,
    CreditRecord,
    ExamRecord,
)
from examhall.application.ports.clock import Clock, Ids
from examhall.domain.attempt import AttemptAction, AttemptState
from examhall.domain.clock import Credit, network_credit, server_fault_credit
from examhall.domain.errors import ExamhallError
from examhall.domain.policy import Admission, Policy

log = structlog.get_logger(__name__)

_NOT_YET_LIVE = frozenset({AttemptState.INVITED, AttemptState.CHECKING_IN, AttemptState.WAITING})


class Due(StrEnum):
    """What the clock has to do with an attempt."""

    START = "start"
    EXPIRE = "expire"


@dataclass(frozen=True, slots=True)
class Connection:
    """A page that was let in: the fencing epoch it writes under, and the seconds it was given back."""

    epoch: int
    given_back_s: float


@dataclass(frozen=True, slots=True)
class ClockWatch:
    """`recover` once at start-up, before anything is served; then `beat` every 5 s, `expire_due` every second."""

    store: AttemptStore
    clock: Clock
    ids: Ids
    server_id: str

    async def beat(self) -> None:
        """Say that this server serves; the gap between two is what a restart gives back."""
        await self.store.beat(self.server_id, self.clock.now_ms())

    async def recover(self) -> None:
        """After a start: give back what the server missed, and take every connection for lost."""
        last_beat = await self.store.last_beat()
        if last_beat is not None:
            now = self.clock.now_ms()
            for attempt in await self.store.attempts_running():
                await self._recover(attempt, min(last_beat, now), now)
        await self.beat()

    async def expire_due(self) -> int:
        """Start and expire what is due, each in its own transaction; return how many changed."""
        changed = 0
        for attempt in await self.store.attempts_due(self.clock.now_ms()):
            try:
                changed += await self._act(attempt)
            except ExamhallError as error:
                # Somebody was faster, or the disk is full: the next second tries again.
                log.warning("clock_could_not_act", attempt_id=attempt.id, code=error.code)
        return changed

    async def note_connected(self, attempt_id: str, instance_id: str) -> Connection:
        """A page owns the attempt from now on: the epoch goes up, and lost time is given back.

        Raises `attempt_not_found`.
        """
        policy = await self.store.policy(await self.store.attempt(attempt_id))
        async with self.store.begin(attempt_id) as tx:
            now = self.clock.now_ms()
            lost = owed_for_network(tx.attempt, await tx.credits(), math.inf, now)
            given = await self._settle_network_loss(tx, policy, now)
            open_s = (0.0 if lost is None else lost.seconds) - given
            await tx.save_attempt(
                replace(
                    tx.attempt,
                    connected=True,
                    disconnected_at=None,
                    instance_id=instance_id,
                    epoch=tx.attempt.epoch + 1,
                    note=over_the_limit(open_s) if open_s >= 1 else tx.attempt.note,
                )
            )
            await tx.log(Entry.CONNECTED, {"given_back_s": given, "not_given_back_s": open_s})
            return Connection(tx.attempt.epoch, given)

    async def note_disconnected(self, attempt_id: str, *, epoch: int | None = None) -> None:
        """The page is gone. epoch: whose page it was; a newer owner makes it `stale_owner`."""
        async with self.store.begin(attempt_id, epoch=epoch) as tx:
            if tx.attempt.connected:
                await self._disconnect(tx, self.clock.now_ms())

    async def _disconnect(self, tx: AttemptTx, at_ms: int) -> None:
        await tx.save_attempt(replace(tx.attempt, connected=False, disconnected_at=at_ms))
        await tx.log(Entry.DISCONNECTED, {"at": at_ms})

    async def _recover(self, attempt: AttemptRecord, last_beat: int, now: int) -> None:
        exam = await self.store.exam(attempt.exam_id)
        async with self.store.begin(attempt.id) as tx:
            given = await tx.credits()
            if tx.attempt.state is AttemptState.LIVE and tx.attempt.live_at is not None:
                end = cards.deadline(tx.attempt, exam, given)
                owed = server_fault_credit(last_beat, now, tx.attempt.live_at, cards.ledger(given))
                if owed is not None and end is not None and end > last_beat:
                    await tx.log(Entry.SERVER_CAME_BACK, {"last_beat": last_beat, "back_at": now})
                    await give_back(tx, self.ids, owed)
            if tx.attempt.connected:
                await self._disconnect(tx, last_beat)

    async def _act(self, attempt: AttemptRecord) -> int:
        exam = await self.store.exam(attempt.exam_id)
        policy = await self.store.policy(attempt)
        given = await self.store.credits_of_attempt(attempt.id)
        if due(attempt, exam, policy, given, self.clock.now_ms()) is None:
            return 0
        now = self.clock.now_ms()
        async with self.store.begin(attempt.id) as tx:
            todo = due(tx.attempt, exam, policy, await tx.credits(), now)
            if todo is Due.START:
                await start(tx, exam, BY_CLOCK, now)
            elif todo is Due.EXPIRE:
                await self._settle_network_loss(tx, policy, now)
                end = cards.deadline(tx.attempt, exam, await tx.credits()) or exam.closes_at
                await finish(tx, AttemptAction.EXPIRE, now)
                await tx.log(Entry.EXPIRED, {"by": BY_CLOCK, "deadline": end})
            return int(todo is not None)

    async def _settle_network_loss(self, tx: AttemptTx, policy: Policy, now: int) -> float:
        limit_s = policy.network_credit_limit_s
        owed = owed_for_network(tx.attempt, await tx.credits(), limit_s, now)
        if owed is None:
            return 0.0
        await give_back(tx, self.ids, owed)
        return owed.seconds


def owed_for_network(
    attempt: AttemptRecord, given: Sequence[CreditRecord], limit_s: float, now_ms: int
) -> Credit | None:
    """What the connection that is lost now has cost of the exam's time, as far as the limit goes."""
    if attempt.disconnected_at is None or attempt.live_at is None:
        return None
    if attempt.state is AttemptState.PAUSED:
        until = attempt.paused_at or now_ms  # since then the pause gives it back
    elif attempt.state is AttemptState.LIVE:
        until = now_ms
    else:
        return None
    lost_at = max(attempt.disconnected_at, attempt.live_at)
    if until <= lost_at:
        return None
    return network_credit(lost_at, until, cards.ledger(given), limit_s)


def due(
    attempt: AttemptRecord, exam: ExamRecord, policy: Policy, given: Sequence[CreditRecord], now_ms: int
) -> Due | None:
    """What the clock has to do now. A lost connection holds the end back as far as it is given back."""
    if attempt.state in _NOT_YET_LIVE:
        if now_ms >= exam.closes_at:
            return Due.EXPIRE
        lets_in = policy.admission is Admission.AUTOMATIC and attempt.consented_at is not None
        opens = attempt.state is AttemptState.WAITING and now_ms >= exam.opens_at
        return Due.START if lets_in and opens else None
    end = cards.deadline(attempt, exam, given)
    if attempt.state is not AttemptState.LIVE or end is None:
        return None
    pending = owed_for_network(attempt, given, policy.network_credit_limit_s, now_ms)
    held_back_ms = 0 if pending is None else round(pending.seconds * 1000)
    return Due.EXPIRE if now_ms >= end + held_back_ms else None
