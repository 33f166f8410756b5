"""Sound through real worker processes, harmed on purpose."""

import asyncio
import json
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from examhall.application.ports.vision import AudioJob, DropReason, FrameDropped, FrameJob
from examhall.domain.errors import ExamhallError
from examhall.domain.policy import ScanPlan
from examhall.pipeline.worker_pool import PoolConfig, WorkerPool
from examhall.pipeline.worker_process import AnalyzerFactory
from examhall.pipeline.worker_protocol import pack
from support.pool_factories import CRASH, HANG, NOT_A_PICTURE, Attentive, Babbling, Obedient

LANE = "a/sound"


@asynccontextmanager
async def running(listener: Attentive | None, factory: AnalyzerFactory | None = None, **config: float):
    pool = WorkerPool(
        factory or Obedient(),
        PoolConfig(restart_delay_s=0.01, **config),  # type: ignore[arg-type]
        listener=listener,
    )
    await pool.start()
    try:
        yield pool
    finally:
        await pool.stop()


async def until_waiting(pool: WorkerPool, count: int) -> None:
    await asyncio.sleep(0)  # what was just begun queues up
    async with asyncio.timeout(30):
        while pool.health().waiting != count:  # noqa: ASYNC110 - a figure of the pool, without an event
            await asyncio.sleep(0.002)


async def test_what_one_piece_leaves_comes_back_with_the_next() -> None:
    async with running(Attentive()) as pool:
        first = await pool.listen(AudioJob(LANE, b"one "))
        second = await pool.listen(AudioJob(LANE, b"two", first.memory))
    assert second.memory == b"one two"
    assert (second.duration_s, second.speech_share, second.level_dbfs) == (0.5, 1.0, -20.0)


async def test_pieces_are_heard_in_order_and_none_is_superseded(tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    async with running(Attentive(gate)) as pool:
        heard: list[bytes] = []

        async def hear(piece: bytes) -> None:
            heard.append((await pool.listen(AudioJob(LANE, piece))).memory)

        waiting = [asyncio.create_task(hear(b"0"))]
        await until_waiting(pool, 0)  # it is in work
        waiting += [asyncio.create_task(hear(b"%d" % index)) for index in range(1, 9)]
        await until_waiting(pool, 8)
        with pytest.raises(FrameDropped) as refused:  # one in work and eight waiting are enough
            await pool.listen(AudioJob(LANE, b"9"))
        gate.touch()
        await asyncio.gather(*waiting)
    assert refused.value.reason is DropReason.LANE_FULL
    assert heard == [b"%d" % index for index in range(9)]


async def test_sound_does_not_push_frames_away(tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    async with running(Attentive(gate)) as pool:
        sounds = [asyncio.create_task(pool.listen(AudioJob(LANE, b"0")))]
        await until_waiting(pool, 0)
        sounds += [asyncio.create_task(pool.listen(AudioJob(LANE, b"%d" % index))) for index in range(1, 4)]
        await until_waiting(pool, 3)
        frame = asyncio.create_task(pool.analyze(FrameJob("a", b"four", None, ScanPlan())))
        await until_waiting(pool, 4)
        gate.touch()
        assert (await frame).width == 4
        assert [(await sound).memory for sound in sounds] == [b"0", b"1", b"2", b"3"]


@pytest.mark.parametrize(
    ("piece", "reason"), [(CRASH, DropReason.WORKER_CRASHED), (HANG, DropReason.WORKER_HUNG)]
)
async def test_a_piece_that_harms_its_worker_is_lost_and_the_next_is_heard(
    piece: bytes, reason: DropReason
) -> None:
    async with running(Attentive(), hang_limit_s=0.5) as pool:
        with pytest.raises(FrameDropped) as dropped:
            await pool.listen(AudioJob(LANE, piece))
        assert dropped.value.reason is reason
        assert (await pool.listen(AudioJob(LANE, b"next"))).memory == b"next"
        assert pool.health().restarts == 1


async def test_three_kills_rest_the_sound_and_not_the_pictures_of_an_attempt() -> None:
    async with running(Attentive()) as pool:
        for _ in range(3):
            with pytest.raises(FrameDropped):
                await pool.listen(AudioJob(LANE, CRASH))
        with pytest.raises(FrameDropped) as rests:
            await pool.listen(AudioJob(LANE, b"fine"))
        assert rests.value.reason is DropReason.LANE_PAUSED
        assert (await pool.analyze(FrameJob("a", b"four", None, ScanPlan()))).width == 4


async def test_bytes_at_fault_are_told_and_cost_no_worker() -> None:
    async with running(Attentive()) as pool:
        with pytest.raises(ExamhallError, match="not_a_picture"):
            await pool.listen(AudioJob(LANE, NOT_A_PICTURE))
        assert pool.health().restarts == 0


async def test_workers_without_a_listener_say_so() -> None:
    async with running(None) as pool:
        with pytest.raises(ExamhallError) as deaf:
            await pool.listen(AudioJob(LANE, b"hello"))
        assert deaf.value.code == "sound_not_heard"
        assert pool.health().restarts == 0


@pytest.mark.parametrize(
    "head",
    [
        {"type": "heard", "duration_s": 0.5, "speech_share": 5, "probability": 0, "level_dbfs": -9},
        {"type": "heard", "duration_s": 0.5, "speech_share": 1, "probability": 0, "level_dbfs": -9},
    ],
    ids=["a share of five", "sound for a frame"],
)
async def test_a_worker_that_answers_nonsense_is_replaced(head: dict[str, object]) -> None:
    said = pack(json.dumps(head | {"clipped_share": 0, "total_ms": 1}).encode())
    async with running(Attentive(), factory=Babbling()) as pool:
        with pytest.raises(FrameDropped) as dropped:
            await pool.analyze(FrameJob("a", said, None, ScanPlan()))
        assert dropped.value.reason is DropReason.WORKER_CRASHED
