"""Real worker processes, harmed on purpose."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from examhall.application.ports.vision import DropReason, FrameDropped, FrameJob
from examhall.domain.errors import ExamhallError
from examhall.domain.policy import ScanPlan
from examhall.pipeline.lanes import LaneRule, WhenFull
from examhall.pipeline.worker_pool import PoolConfig, WorkerPool
from examhall.pipeline.worker_process import AnalyzerFactory
from support.pool_factories import (
    CRASH,
    HANG,
    NOT_A_PICTURE,
    RAISE,
    SPIN,
    Babbling,
    Failing,
    Gated,
    Obedient,
    Telling,
)

LIMIT_S = 30


def job(lane: str, payload: bytes, *, thumbnail: bool = False) -> FrameJob:
    return FrameJob(lane, payload, None, ScanPlan(), thumbnail)


@asynccontextmanager
async def running(factory: AnalyzerFactory, config: PoolConfig | None = None, clock=None):
    config = config or PoolConfig(restart_delay_s=0.01)
    pool = WorkerPool(factory, config, clock) if clock else WorkerPool(factory, config)
    await pool.start()
    try:
        yield pool
    finally:
        await pool.stop()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(LIMIT_S):
        while not condition():  # noqa: ASYNC110 - the other side is a process, it has no event to wait on
            await asyncio.sleep(0.005)


def is_dead(pid: int) -> bool:
    """Gone, or a zombie that nobody has collected yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


async def reason_of(answer: Awaitable[object]) -> DropReason:
    with pytest.raises(FrameDropped) as dropped:
        await asyncio.wait_for(answer, LIMIT_S)
    return dropped.value.reason


async def test_a_frame_goes_through_a_process_and_back() -> None:
    async with running(Obedient()) as pool:
        answer = await pool.analyze(job("a", b"four", thumbnail=True))
        assert answer.width == 4
        assert answer.thumbnail == b"thumb"
        assert answer.camera.fingerprint == 2**64 - 1
        assert (pool.health().ready, pool.health().waiting) == (1, 0)


async def test_a_frame_of_several_megabytes_goes_through() -> None:
    async with running(Obedient()) as pool:
        assert (await pool.analyze(job("a", b"x" * 5_000_000))).width == 5_000_000


@pytest.mark.parametrize("payload", [CRASH, RAISE])
async def test_a_crash_loses_its_frame_and_the_next_goes_on(payload: bytes) -> None:
    async with running(Obedient()) as pool:
        assert await reason_of(pool.analyze(job("a", payload))) is DropReason.WORKER_CRASHED
        assert (await pool.analyze(job("a", b"next"))).width == 4
        assert pool.health().restarts == 1


@pytest.mark.parametrize("payload", [HANG, SPIN])
async def test_a_hang_is_killed_and_the_next_frame_goes_on(payload: bytes) -> None:
    async with running(Obedient(), PoolConfig(hang_limit_s=0.2)) as pool:
        assert await reason_of(pool.analyze(job("a", payload))) is DropReason.WORKER_HUNG
        assert (await pool.analyze(job("b", b"next"))).width == 4
        assert pool.health().restarts == 1


async def test_a_worker_killed_while_idle_is_replaced_without_losing_a_frame() -> None:
    async with running(Telling()) as pool:
        told = (await pool.analyze(job("a", b"", thumbnail=True))).thumbnail
        assert told is not None
        pid = int(told.split(b";")[3])
        os.kill(pid, signal.SIGKILL)
        await until(lambda: is_dead(pid) and pool.health().restarts == 1)
        answer = await asyncio.wait_for(pool.analyze(job("a", b"", thumbnail=True)), LIMIT_S)
        assert answer.thumbnail is not None
        assert int(answer.thumbnail.split(b";")[3]) != pid


@pytest.mark.parametrize(
    "answer",
    [b"\x02\x00\x00\x00\x00\x00\x00\x00{}", b"\xff\xff\xff\x7f\x00\x00\x00\x00"],
    ids=["no reply", "a length without end"],
)
async def test_nonsense_from_a_worker_is_a_crash(answer: bytes) -> None:
    async with running(Babbling()) as pool:
        assert await reason_of(pool.analyze(job("a", answer))) is DropReason.WORKER_CRASHED


async def test_a_bad_picture_is_told_and_costs_no_worker() -> None:
    async with running(Obedient()) as pool:
        with pytest.raises(ExamhallError) as refused:
            await pool.analyze(job("a", NOT_A_PICTURE))
        assert refused.value.code == "not_a_picture"
        assert pool.health().restarts == 0


async def test_the_newest_frame_of_a_lane_wins(tmp_path: Path) -> None:
    log, gate = tmp_path / "log", tmp_path / "gate"
    async with running(Gated(log, gate)) as pool:
        first = asyncio.create_task(pool.analyze(job("a", b"1")))
        await until(log.exists)
        second = asyncio.create_task(pool.analyze(job("a", b"22")))
        await until(lambda: pool.health().waiting == 1)
        third = asyncio.create_task(pool.analyze(job("a", b"333")))
        assert await reason_of(second) is DropReason.SUPERSEDED
        gate.touch()
        assert (await first).width == 1
        assert (await third).width == 3
        assert log.read_bytes() == b"1\n333\n"


async def test_lanes_take_turns_and_the_background_comes_last(tmp_path: Path) -> None:
    log, gate = tmp_path / "log", tmp_path / "gate"
    rules = {"open": LaneRule(waiting=2, when_full=WhenFull.REFUSE, background=True)}
    async with running(Gated(log, gate), PoolConfig(lanes=rules)) as pool:
        tasks = [asyncio.create_task(pool.analyze(job("a", b"a1")))]
        await until(log.exists)
        for count, (lane, payload) in enumerate(
            [("open", b"o1"), ("open", b"o2"), ("a", b"a2"), ("b", b"b1"), ("c", b"c1")], start=1
        ):
            tasks.append(asyncio.create_task(pool.analyze(job(lane, payload))))
            await until(lambda count=count: pool.health().waiting == count)
        assert await reason_of(pool.analyze(job("open", b"o3"))) is DropReason.LANE_FULL
        assert pool.health().oldest_wait_ms > 0
        gate.touch()
        await asyncio.wait_for(asyncio.gather(*tasks), LIMIT_S)
        # "a" was in work when "b" and "c" came, so they had their turn before its second frame.
        assert log.read_text().split() == ["a1", "b1", "c1", "a2", "o1", "o2"]


async def test_three_kills_a_minute_pause_the_lane_and_no_other() -> None:
    now_s = [1000.0]
    async with running(Obedient(), PoolConfig(restart_delay_s=0.01), clock=lambda: now_s[0]) as pool:
        for _ in range(3):
            assert await reason_of(pool.analyze(job("a", CRASH))) is DropReason.WORKER_CRASHED
        assert await reason_of(pool.analyze(job("a", b"fine"))) is DropReason.LANE_PAUSED
        now_s[0] += 59.0
        assert await reason_of(pool.analyze(job("a", b"fine"))) is DropReason.LANE_PAUSED
        assert (await pool.analyze(job("b", b"fine"))).width == 4
        now_s[0] += 1.0
        assert (await pool.analyze(job("a", b"fine"))).width == 4


async def test_kills_far_apart_do_not_pause() -> None:
    now_s = [1000.0]
    async with running(Obedient(), PoolConfig(restart_delay_s=0.01), clock=lambda: now_s[0]) as pool:
        for _ in range(4):
            assert await reason_of(pool.analyze(job("a", CRASH))) is DropReason.WORKER_CRASHED
            now_s[0] += 31.0
        assert (await pool.analyze(job("a", b"fine"))).width == 4


async def test_stopping_drops_what_waits_and_lets_what_is_in_work_end(tmp_path: Path) -> None:
    log, gate = tmp_path / "log", tmp_path / "gate"
    pool = WorkerPool(Gated(log, gate), PoolConfig())
    await pool.start()
    in_work = asyncio.create_task(pool.analyze(job("a", b"1")))
    await until(log.exists)
    waits = asyncio.create_task(pool.analyze(job("a", b"2")))
    await until(lambda: pool.health().waiting == 1)
    stopping = asyncio.create_task(pool.stop())
    assert await reason_of(waits) is DropReason.STOPPING
    gate.touch()
    assert (await in_work).width == 1
    await asyncio.wait_for(stopping, LIMIT_S)
    assert pool.health().ready == 0
    assert await reason_of(pool.analyze(job("a", b"3"))) is DropReason.STOPPING


async def test_a_cancelled_caller_takes_its_waiting_frame_back(tmp_path: Path) -> None:
    log, gate = tmp_path / "log", tmp_path / "gate"
    async with running(Gated(log, gate)) as pool:
        first = asyncio.create_task(pool.analyze(job("a", b"1")))
        await until(log.exists)
        second = asyncio.create_task(pool.analyze(job("b", b"2")))
        await until(lambda: pool.health().waiting == 1)
        second.cancel()
        await until(lambda: pool.health().waiting == 0)
        gate.touch()
        await first
        assert (await pool.analyze(job("b", b"3"))).width == 1
        assert log.read_text().split() == ["1", "3"]


async def test_what_a_worker_may_and_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXAMHALL_SECRET_KEY", "not for workers")
    async with running(Telling(), PoolConfig(memory_limit_bytes=3 * 1024**3)) as pool:
        told = (await pool.analyze(job("a", b"", thumbnail=True))).thumbnail
        assert told is not None
        core, memory, ignores_interrupt, _, names = told.decode().split(";")
        assert (core, memory, ignores_interrupt) == ("0", str(3 * 1024**3), "True")
        assert "EXAMHALL" not in names
        assert "PATH" in names.split(",")


async def test_a_factory_that_fails_is_told_at_the_start() -> None:
    pool = WorkerPool(Failing(), PoolConfig())
    with pytest.raises(ExamhallError) as refused:
        await pool.start()
    assert refused.value.code == "model_missing"
    assert await reason_of(pool.analyze(job("a", b"1"))) is DropReason.STOPPING


async def test_a_worker_that_is_not_ready_in_time_is_told() -> None:
    pool = WorkerPool(Obedient(), PoolConfig(start_limit_s=0.0))
    with pytest.raises(ExamhallError) as refused:
        await pool.start()
    assert refused.value.code == "workers_not_ready"


async def test_workers_end_when_the_server_is_killed(tmp_path: Path) -> None:
    """A server process of its own is killed; its worker, in the middle of a hang, goes too."""
    import sys

    script = (
        "import asyncio, sys\n"
        "from pathlib import Path\n"
        "from support.pool_factories import Gated, Telling\n"
        "from examhall.application.ports.vision import FrameJob\n"
        "from examhall.domain.policy import ScanPlan\n"
        "from examhall.pipeline.worker_pool import PoolConfig, WorkerPool\n"
        "async def main():\n"
        "    pool = WorkerPool(Telling(), PoolConfig())\n"
        "    await pool.start()\n"
        "    told = await pool.analyze(FrameJob('a', b'', None, ScanPlan(), True))\n"
        "    print(told.thumbnail.split(b';')[3].decode(), flush=True)\n"
        "    await asyncio.Event().wait()\n"
        "asyncio.run(main())\n"
    )
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[1])}
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, stdout=asyncio.subprocess.PIPE, env=environment
    )
    assert server.stdout is not None
    worker_pid = int(await asyncio.wait_for(server.stdout.readline(), LIMIT_S))
    server.kill()
    await server.wait()
    await until(lambda: is_dead(worker_pid))


async def test_a_job_that_waited_gives_way_to_what_is_newest_when_its_turn_comes(tmp_path: Path) -> None:
    log, gate = tmp_path / "log", tmp_path / "gate"
    log.touch()
    async with running(Gated(log, gate)) as pool:
        first = asyncio.create_task(pool.analyze(job("a", b"first of a")))
        await until(lambda: "first of a" in log.read_text())
        newest: list[FrameJob] = []
        old = replace(job("b", b"old"), newer=lambda: newest[-1] if newest else None)
        waiting = asyncio.create_task(pool.analyze(old))
        await until(lambda: pool.health().waiting == 1)
        newest.append(job("b", b"the newest of b"))
        gate.touch()
        await asyncio.gather(first, waiting)
        assert (await waiting).width == len(b"the newest of b")
    assert "old" not in log.read_text().split()
