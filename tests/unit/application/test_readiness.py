"""/readyz: words for what is wrong, quick answers whatever a check does, and 503 from the moment we go."""

import asyncio

import pytest

from examhall.adapters.metrics import PrometheusMetrics
from examhall.application.lifecycle import HealthCheck
from examhall.application.readiness import DRAINING_WORDS, Readiness


class Looked:
    """A check that says what it is told to, and how often it was asked."""

    def __init__(self, says: str | None = None) -> None:
        self.says = says
        self.asked = 0

    async def check(self) -> str | None:
        self.asked += 1
        return self.says


class Time:
    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def readiness(*checks: HealthCheck, clock: Time | None = None, within_s: float = 5.0) -> Readiness:
    return Readiness(checks, PrometheusMetrics(), within_s=within_s, clock=clock or Time())


async def test_all_well_is_ready() -> None:
    verdict = await readiness(HealthCheck("disk", Looked().check)).look()
    assert verdict.ready
    assert verdict.lines == {"disk": "ok"}


@pytest.mark.parametrize("vital", [True, False])
async def test_only_what_exams_cannot_do_without_makes_it_unready(vital: bool) -> None:
    verdict = await readiness(HealthCheck("redis", Looked("start it").check, vital=vital)).look()
    assert verdict.ready is not vital
    assert verdict.lines == {"redis": "start it"}


async def test_a_check_that_hangs_is_told_within_its_time_and_holds_up_nobody() -> None:
    async def hangs() -> str | None:
        await asyncio.Event().wait()
        return None

    both = readiness(HealthCheck("store", hangs), HealthCheck("disk", Looked().check), within_s=0.05)
    verdict = await both.look()
    assert not verdict.ready
    assert verdict.lines["store"].startswith("did not answer within 0.05 s")
    assert verdict.lines["disk"] == "ok"


async def test_a_check_that_fails_by_itself_tells_nothing_of_the_inside() -> None:
    async def breaks() -> str | None:
        raise RuntimeError("the inside")

    verdict = await readiness(HealthCheck("disk", breaks)).look()
    assert not verdict.ready
    assert verdict.lines == {"disk": "could not be looked at; see the log"}


async def test_what_was_well_is_believed_for_its_time_and_what_was_not_for_a_second() -> None:
    time, disk = Time(), Looked()
    one = readiness(HealthCheck("disk", disk.check, good_for_s=10.0), clock=time)
    await one.look()
    time.now_s += 9.0
    await one.look()
    assert disk.asked == 1
    time.now_s += 2.0
    disk.says = "full"
    await one.look()
    time.now_s += 1.5
    disk.says = None
    assert (await one.look()).ready
    assert disk.asked == 3


async def test_those_who_ask_at_once_share_one_look() -> None:
    disk = Looked()
    one = readiness(HealthCheck("disk", disk.check))
    await asyncio.gather(*(one.look() for _ in range(50)))
    assert disk.asked == 1


async def test_a_caller_who_goes_away_takes_the_answer_from_nobody() -> None:
    open_ = asyncio.Event()

    async def slow() -> str | None:
        await open_.wait()
        return None

    one = readiness(HealthCheck("store", slow))
    impatient, patient = asyncio.create_task(one.look()), asyncio.create_task(one.look())
    await asyncio.sleep(0)
    impatient.cancel()
    await asyncio.gather(impatient, return_exceptions=True)
    open_.set()
    assert (await patient).ready


async def test_a_server_that_goes_away_is_not_ready_though_all_is_well() -> None:
    one = readiness(HealthCheck("disk", Looked().check))
    one.drain()
    verdict = await one.look()
    assert not verdict.ready
    assert verdict.lines == {"disk": "ok", "draining": DRAINING_WORDS}
