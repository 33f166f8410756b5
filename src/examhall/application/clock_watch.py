"""The exam clock at work: what starts and ends by time, and what a fault of network or server gives back."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
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
from examhall.domain.clock import HEARTBEAT_S, Credit, network_credits, server_fault_credits
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


@dataclass(slots=True)
class _Beats:
    """When this server last said that it serves; None before the first time."""

    last_ms: int | None = None


@dataclass(frozen=True, slots=True)
class ClockWatch:
    """`recover` once at start-up, before anything is served; then `beat` every 5 s, `expire_due` every second."""

    store: AttemptStore
    clock: Clock
    ids: Ids
    server_id: str
    _beats: _Beats = field(default_factory=_Beats)

    async def beat(self) -> None:
        """Say that this server serves; the gap between two is what a fault gives back.

        Beats that could not be written (the server hung, its machine slept, the database was away) are a
        fault like a restart: nobody could be helped, let in or stopped.
        """
        now = self.clock.now_ms()
        await self.store.beat(self.server_id, now)
        last, self._beats.last_ms = self._beats.last_ms, now
        if last is not None and now - last > 2 * HEARTBEAT_S * 1000:
            for attempt in await self.store.attempts_running():
                if attempt.owner_id in {None, self.server_id}:
                    async with self.store.begin(attempt.id) as tx:
                        await self._settle_server_fault(tx, last, now)

    async def recover(self) -> None:
        """After a start: give back what the server missed, and take every connection for lost."""
        last_beat = await self.store.last_beat()
        if last_beat is not None:
            running = await self.store.attempts_running()
            if running:
                self.clock.not_before(last_beat)
            now = self.clock.now_ms()
            for attempt in running:
                await self._recover(attempt, min(last_beat, now), now)
        await self.beat()

    async def take_over(self, attempt_id: str, *, gone: bool) -> int | None:
        """This server looks after the attempt from now on: whoever did before writes no more.

        gone: that was a server which is no longer there. What its absence cost is given back, its page counts as
        lost, and since when nobody looked is returned (ms since the epoch).
        """
        before = (await self.store.attempt(attempt_id)).owner_id
        last_beat = await self.store.last_beat(before) if gone else None
        async with self.store.begin(attempt_id) as tx:
            since = None
            if last_beat is not None and tx.attempt.owner_id == before:
                self.clock.not_before(last_beat)
                now = self.clock.now_ms()
                since = min(last_beat, now)
                await self._settle_server_fault(tx, since, now)
                if tx.attempt.connected:
                    await self._disconnect(tx, since)
            owned = replace(tx.attempt, owner_id=self.server_id, epoch=tx.attempt.epoch + 1)
            await tx.save_attempt(owned, tell=False)
            return since

    async def expire_due(self) -> int:
        """Start and expire what is due, each in its own transaction; return how many changed."""
        changed = 0
        for attempt in await self.store.attempts_due(self.clock.now_ms()):
            if attempt.owner_id not in {None, self.server_id} and attempt.state is not AttemptState.INVITED:
                continue  # its own server's to end; of one that is gone, once its absence has been given back
            try:
                changed += await self._act(attempt)
            except ExamhallError as error:
                # Somebody was faster, or the disk is full: the next second tries again.
                log.warning("clock_could_not_act", attempt_id=attempt.id, code=error.code)
        return changed

    async def note_connected(
        self, attempt_id: str, instance_id: str, *, epoch: int | None = None
    ) -> Connection:
        """A page owns the attempt from now on: the epoch goes up, and lost time is given back.

        epoch: of the session that lets it in. Raises `attempt_not_found`, `stale_owner`.
        """
        policy = await self.store.policy(await self.store.attempt(attempt_id))
        async with self.store.begin(attempt_id, epoch=epoch) as tx:
            now = self.clock.now_ms()
            lost = owed_for_network(tx.attempt, await tx.credits(), math.inf, now)
            given = await self._settle_network_loss(tx, policy, now)
            open_s = sum(one.seconds for one in lost) - given
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
        async with self.store.begin(attempt.id) as tx:
            await self._settle_server_fault(tx, last_beat, now)
            if tx.attempt.connected:
                await self._disconnect(tx, last_beat)

    async def _settle_server_fault(self, tx: AttemptTx, last_beat: int, now: int) -> float:
        """Give back what the absence of the server cost, as the policy says; return the seconds."""
        given, live_at = await tx.credits(), tx.attempt.live_at
        until = lost_until(tx.attempt, now)
        if live_at is None or until is None:
            return 0.0
        exam = await self.store.exam(tx.attempt.exam_id)
        policy = await self.store.policy(tx.attempt)
        end = cards.deadline(tx.attempt, exam, given)
        owed = server_fault_credits(
            last_beat, until, live_at, cards.ledger(given), policy.server_credit_limit_s
        )
        if not owed or end is None or end <= last_beat:
            return 0.0
        await tx.log(Entry.SERVER_CAME_BACK, {"last_beat": last_beat, "back_at": now})
        return await give_back(tx, self.ids, owed)

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
                await finish(tx, self.ids, AttemptAction.EXPIRE, now)
                await tx.log(Entry.EXPIRED, {"by": BY_CLOCK, "deadline": end})
            return int(todo is not None)

    async def _settle_network_loss(self, tx: AttemptTx, policy: Policy, now: int) -> float:
        owed = owed_for_network(tx.attempt, await tx.credits(), policy.network_credit_limit_s, now)
        return await give_back(tx, self.ids, owed)


def lost_until(attempt: AttemptRecord, now_ms: int) -> int | None:
    """Until when a loss that lasts has cost of the exam's time; None where no time runs."""
    if attempt.state is AttemptState.PAUSED:
        return attempt.paused_at or now_ms  # since then the pause gives it back
    return now_ms if attempt.state is AttemptState.LIVE else None


def owed_for_network(
    attempt: AttemptRecord, given: Sequence[CreditRecord], limit_s: float, now_ms: int
) -> tuple[Credit, ...]:
    """What the connection that is lost now has cost of the exam's time, as far as the limit goes."""
    until = lost_until(attempt, now_ms)
    if attempt.disconnected_at is None or attempt.live_at is None or until is None:
        return ()
    lost_at = max(attempt.disconnected_at, attempt.live_at)
    return network_credits(lost_at, until, cards.ledger(given), limit_s)


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
    if attempt.state is AttemptState.PAUSED:
        return Due.EXPIRE if now_ms >= forgotten_at(attempt, exam, policy) else None
    if attempt.state is not AttemptState.LIVE or end is None:
        return None
    pending = owed_for_network(attempt, given, policy.network_credit_limit_s, now_ms)
    held_back_ms = round(sum(one.seconds for one in pending) * 1000)
    return Due.EXPIRE if now_ms >= end + held_back_ms else None


def forgotten_at(attempt: AttemptRecord, exam: ExamRecord, policy: Policy) -> int:
    """When a pause that nobody ends is over: so long after the window, or after the pause began."""
    return max(exam.closes_at, attempt.paused_at or 0) + round(policy.pause_limit_s * 1000)
