"""Time stands still when it must, whatever the clock on the server's wall does; proctors give and take back."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from examhall.adapters.system import SystemClock
from examhall.application.clock_watch import ClockWatch
from examhall.domain.errors import ExamhallError
from examhall.domain.policy import Policy, Preset
from examhall.domain.presets import PRESETS
from support.attempts import EXAM, HOUR_MS, NOON, PROCTOR, HeldClock, World, opened, seed, seed_staff

ADA = f"{EXAM}-ada"
BOB = f"{EXAM}-bob"
STANDARD = PRESETS[Preset.STANDARD]


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with opened(tmp_path) as one:
        yield one


async def live(world: World, *names: str, policy: Policy = STANDARD) -> None:
    await seed(world, *names, policy=policy)
    await seed_staff(world)
    for name in names:
        await world.go_live(f"{EXAM}-{name}")


async def left_s(world: World, attempt_id: str) -> float:
    clock = (await world.monitor.card(attempt_id)).clock
    assert clock.deadline is not None
    return (clock.deadline - (clock.paused_at or clock.server_now)) / 1000


class Machine:
    """Its clock is set by an hour; its running time goes on."""

    def __init__(self) -> None:
        self.wall, self.up = NOON, 0

    def pass_s(self, seconds: float) -> None:
        self.wall += round(seconds * 1000)
        self.up += round(seconds * 1000)


class MachineClock(SystemClock):
    """The real clock over a machine that the test holds."""

    def __init__(self, machine: Machine) -> None:
        super().__init__(lambda: machine.wall, lambda: machine.up)

    def monotonic_s(self) -> float:
        return self.now_ms() / 1000


@pytest.mark.parametrize("jump_ms", [HOUR_MS, -HOUR_MS])
async def test_a_clock_set_by_an_hour_while_the_server_runs_moves_no_deadline(
    tmp_path: Path, jump_ms: int
) -> None:
    machine = Machine()
    async with opened(tmp_path, clock=MachineClock(machine)) as world:  # type: ignore[arg-type]
        await live(world, "ada", "bob")
        await world.clock_watch.note_connected(ADA, "page")
        await world.clock_watch.beat()
        machine.pass_s(600)
        await world.attempts.pause(BOB, by=PROCTOR)
        await world.clock_watch.note_disconnected(ADA)
        machine.wall += jump_ms
        machine.pass_s(5)
        assert await world.clock_watch.expire_due() == 0
        assert (await world.clock_watch.note_connected(ADA, "page")).given_back_s == 5
        await world.attempts.resume(BOB, staff_id=PROCTOR)
        for attempt_id in (ADA, BOB):
            assert await left_s(world, attempt_id) == 3600 - 600
            assert (await world.monitor.card(attempt_id)).clock.credited_s == 5
        machine.pass_s(3000)
        assert await world.clock_watch.expire_due() == 2


@pytest.mark.parametrize(("jump_ms", "left"), [(HOUR_MS, 3000.0), (-HOUR_MS, 3000.0)])
async def test_a_clock_set_by_an_hour_over_a_restart_takes_no_time(
    tmp_path: Path, jump_ms: int, left: float
) -> None:
    machine = Machine()
    async with opened(tmp_path, clock=MachineClock(machine)) as world:  # type: ignore[arg-type]
        await live(world, "ada")
        machine.pass_s(600)
        await world.clock_watch.beat()
    machine.wall += jump_ms
    async with opened(tmp_path, clock=MachineClock(machine)) as world:  # type: ignore[arg-type]
        await world.clock_watch.recover()
        assert await world.clock_watch.expire_due() == 0
        assert await left_s(world, ADA) == left
        machine.pass_s(10)
        assert await left_s(world, ADA) == left - 10


async def test_beats_that_were_not_written_are_a_fault_of_the_server(world: World) -> None:
    await live(world, "ada", "bob")
    await world.clock_watch.beat()
    world.clock.pass_s(5)
    await world.clock_watch.beat()
    assert (await world.monitor.card(ADA)).clock.credited_s == 0
    world.clock.pass_s(40)
    await world.attempts.pause(BOB, by=PROCTOR)
    world.clock.pass_s(5)
    await world.clock_watch.beat()
    ada, bob = (await world.monitor.card(ADA)).clock, (await world.monitor.card(BOB)).clock
    assert [(c.reason, c.seconds) for c in ada.ledger] == [("server_fault", 45)]
    assert [(c.reason, c.seconds) for c in bob.ledger] == [("server_fault", 40)]
    world.clock.pass_s(5)
    await world.attempts.resume(BOB, staff_id=PROCTOR)
    assert (await world.monitor.card(BOB)).clock.credited_s == 50


async def test_only_whose_session_stood_here_gets_time_for_this_servers_fault(world: World) -> None:
    await live(world, "ada", "bob")
    async with world.store.begin(BOB) as tx:
        await tx.save_attempt(replace(tx.attempt, owner_id="another"))
    here = ClockWatch(world.store, world.clock, world.ids, "here")
    await here.beat()
    world.clock.pass_s(60)
    await here.beat()
    assert (await world.monitor.card(ADA)).clock.credited_s == 60
    assert (await world.monitor.card(BOB)).clock.credited_s == 0


async def test_the_policy_says_what_is_given_back_by_itself(world: World) -> None:
    policy = replace(STANDARD, server_credit_limit_s=20, network_credit_limit_s=0)
    await live(world, "ada", policy=policy)
    await world.clock_watch.note_connected(ADA, "page")
    await world.clock_watch.beat()
    world.clock.pass_s(60)
    await world.clock_watch.recover()
    world.clock.pass_s(30)
    assert (await world.clock_watch.note_connected(ADA, "page")).given_back_s == 0
    ledger = (await world.monitor.card(ADA)).clock.ledger
    assert [(c.reason, c.seconds) for c in ledger] == [("server_fault", 20)]


async def test_a_pause_that_nobody_ends_is_over_at_last(world: World) -> None:
    policy = replace(STANDARD, pause_limit_s=7200)
    await live(world, "ada", policy=policy)
    world.clock.pass_s(60)
    await world.attempts.pause(ADA, by=PROCTOR)
    closes_at = (await world.store.exam(EXAM)).closes_at
    world.clock.ms = closes_at + 7_200_000 - 1
    assert await world.clock_watch.expire_due() == 0
    world.clock.ms += 1
    assert await world.clock_watch.expire_due() == 1
    card = await world.monitor.card(ADA)
    assert card.state == "expired"
    assert card.clock.credited_s == (world.clock.ms - NOON) / 1000 - 60  # the pause is in the ledger too


async def test_everyone_in_the_exam_gets_the_time_once_and_who_is_not_in_it_does_not(world: World) -> None:
    await live(world, "ada", "bob", "cy")
    await world.attempts.pause(BOB, by=PROCTOR)
    await world.attempts.submit(f"{EXAM}-cy")
    for _ in range(2):  # asked again after a fault
        told = await world.attempts.give_time_to_all(
            EXAM, seconds=600, reason="fire alarm", staff_id=PROCTOR, request_id="r1"
        )
        assert (told.given, told.refused) == (2, 0)
    for attempt_id in (ADA, BOB):
        clock = (await world.monitor.card(attempt_id)).clock
        assert [(c.seconds, c.reason, c.note) for c in clock.ledger] == [(600, "proctor", "fire alarm")]
    assert (await world.monitor.card(f"{EXAM}-cy")).clock.credited_s == 0


async def test_what_a_proctor_gave_can_be_taken_back_and_no_more(world: World) -> None:
    await live(world, "ada", "bob")
    world.clock.pass_s(60)
    await world.clock_watch.note_connected(ADA, "page")
    await world.clock_watch.note_disconnected(ADA)
    world.clock.pass_s(30)
    await world.clock_watch.note_connected(ADA, "page")
    await world.attempts.give_time(ADA, seconds=600, reason="noise", staff_id=PROCTOR)
    await world.attempts.give_time(ADA, seconds=-600, reason="wrong person", staff_id=PROCTOR)
    clock = (await world.monitor.card(ADA)).clock
    assert clock.credited_s == 30
    assert [c.seconds for c in clock.ledger] == [30, 600, -600]
    with pytest.raises(ExamhallError) as refused:
        await world.attempts.give_time(ADA, seconds=-1, reason="more", staff_id=PROCTOR)
    assert refused.value.code == "credit_not_given"
    await world.attempts.give_time(ADA, seconds=600, reason="noise", staff_id=PROCTOR)
    world.clock.pass_s(3600)
    with pytest.raises(ExamhallError) as refused:
        await world.attempts.give_time(ADA, seconds=-600, reason="wrong person", staff_id=PROCTOR)
    assert refused.value.code == "credit_ends_attempt"
    told = await world.attempts.give_time_to_all(EXAM, seconds=-60, reason="undo", staff_id=PROCTOR)
    assert (told.given, told.refused) == (1, 1)


async def test_a_held_clock_is_a_clock(tmp_path: Path) -> None:
    clock = HeldClock()
    clock.not_before(NOON - 1)
    assert clock.now_ms() == NOON
