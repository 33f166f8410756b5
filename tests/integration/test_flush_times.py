"""When what is seen is stored, on a clock that is held.

See docs/decisions/0015-what-is-seen-is-stored-within-a-second.md.
"""

import asyncio
import json
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import pytest

from examhall.adapters.metrics import PrometheusMetrics
from examhall.application.ports.attempt_store import AttemptStore
from examhall.application.ports.clock import Clock, Ids
from examhall.domain.observation import Observation, SpeechObserved, TimePassed
from examhall.domain.policy import Preset
from examhall.domain.presets import PRESETS
from examhall.domain.rules.engine import RulesState
from examhall.pipeline.attempt_clock import AttemptClock
from examhall.pipeline.turns import Turns
from examhall.pipeline.world import World as Around
from support.attempts import EXAM, World, opened, seed

ADA = f"{EXAM}-ada"
SOON_S, AT_THE_LATEST_S = 1.0, 5.0  # as the decision has it
LIMIT_S = 30
WRITERS = 5  # one that writes and four that wait


@dataclass(frozen=True)
class _Around:
    """Of the pipeline's world what turns use."""

    store: AttemptStore
    clock: Clock
    ids: Ids
    metrics: PrometheusMetrics = field(default_factory=PrometheusMetrics)


@dataclass
class Scene:
    world: World
    turns: Turns
    clock: AttemptClock
    metrics: PrometheusMetrics
    seen: list[float] = field(default_factory=list)  # when, by the attempt's clock

    async def see(self) -> None:
        """Something that no rule minds: a second of silence."""
        now_s = self.clock.now_s()
        self.seen.append(now_s)
        await self._turn(SpeechObserved(now_s, 0.5, 0.0, 0.0, -60.0, 0.0))

    async def tick(self) -> None:
        await self._turn(TimePassed(self.clock.now_s()))

    async def _turn(self, one: Observation) -> None:
        assert not await self.turns.observe([one]), "no incident, which would be written at once"

    async def stored(self) -> list[float]:
        """When what is in the store was seen; without what only says that time passed."""
        batches = await self.world.store.observations_of_attempt(ADA)
        lines = [json.loads(line) for batch in batches for line in batch.splitlines()]
        return [line["at_s"] for line in lines if line["type"] == "speech"]

    async def oldest_waiting_s(self) -> float:
        """The age of the oldest that is not stored, 0 when all is. What is stored is so in its order, and once."""
        stored = await self.stored()
        assert stored == self.seen[: len(stored)]
        waiting = self.seen[len(stored) :]
        return self.clock.now_s() - waiting[0] if waiting else 0.0

    def held(self) -> float:
        lines = self.metrics.exposition().decode().splitlines()
        return sum(
            float(x.rsplit(" ", 1)[1]) for x in lines if x.startswith("examhall_observations_held_total")
        )


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with opened(tmp_path) as world:
        await seed(world, "ada")
        around = _Around(world.store, world.clock, world.ids)
        clock = AttemptClock(world.clock, 0.0)
        record = await world.store.attempt(ADA)
        policy = PRESETS[Preset.STANDARD]
        rules = RulesState(now_s=0.0)
        turns = Turns(cast("Around", around), clock, record, policy, rules, lambda: None)
        yield Scene(world, turns, clock, around.metrics)


@asynccontextmanager
async def many_writing(world: World) -> AsyncIterator[None]:
    """As many at the database as make it out of breath; they end when the block does."""
    go_on = asyncio.Event()

    async def write() -> None:
        async with world.database.write():
            await go_on.wait()

    async with asyncio.timeout(LIMIT_S), asyncio.TaskGroup() as tasks:
        for _ in range(WRITERS):
            tasks.create_task(write())
        await asyncio.sleep(0)  # one step: each is at the door
        assert world.store.out_of_breath
        try:
            yield
        finally:
            go_on.set()


async def test_what_was_seen_waits_for_a_turn_a_second_after_the_last_write(scene: Scene) -> None:
    await scene.see()
    scene.world.clock.pass_s(SOON_S - 0.001)
    await scene.tick()
    assert await scene.stored() == []
    scene.world.clock.pass_s(0.001)
    await scene.tick()
    assert await scene.stored() == [0.0]


@pytest.mark.parametrize("chance", range(8))
async def test_after_a_turn_nothing_that_waits_is_a_second_old(scene: Scene, chance: int) -> None:
    dice = random.Random(chance)
    for _ in range(60):
        scene.world.clock.pass_s(dice.choice((0.001, 0.1, 0.3, 0.5, 0.9, 1.0)))
        await (scene.see() if dice.random() < 0.6 else scene.tick())
        assert await scene.oldest_waiting_s() < SOON_S
    assert scene.held() == 0
    record = await scene.world.store.attempt(ADA)
    assert record.saved_at is not None
    assert scene.world.clock.now_ms() - record.saved_at <= AT_THE_LATEST_S * 1000


async def test_seconds_in_which_nothing_was_seen_are_written_every_five(scene: Scene) -> None:
    written: list[int] = []
    for second in range(1, 21):
        scene.world.clock.pass_s(1.0)
        await scene.tick()
        record = await scene.world.store.attempt(ADA)
        if record.saved_at == scene.world.clock.now_ms():
            written.append(second)
    assert written == [5, 10, 15, 20]


async def test_while_many_write_observations_wait_five_seconds_and_no_longer(scene: Scene) -> None:
    async with many_writing(scene.world):
        await scene.see()
        for _ in range(4):
            scene.world.clock.pass_s(1.0)
            await scene.see()
            await scene.tick()
        assert await scene.stored() == []
        assert scene.held() == 1, "counted once"
        scene.world.clock.pass_s(AT_THE_LATEST_S - 4.0)
        due = asyncio.create_task(scene.tick())  # waits for its turn at the database, with the others
        await asyncio.sleep(0)
        assert not due.done()
    async with asyncio.timeout(LIMIT_S):
        await due
    assert await scene.oldest_waiting_s() == 0.0
    assert len(await scene.stored()) == 5


async def test_with_breath_again_it_is_a_second_again(scene: Scene) -> None:
    async with many_writing(scene.world):
        await scene.see()
        scene.world.clock.pass_s(2.0)
        await scene.tick()
        assert await scene.stored() == []
    await scene.tick()
    assert await scene.stored() == [0.0]


@pytest.mark.parametrize("writers", [1, 4])
async def test_four_writers_hold_nothing_back(scene: Scene, writers: int) -> None:
    go_on = asyncio.Event()

    async def write() -> None:
        async with scene.world.database.write():
            await go_on.wait()

    others = [asyncio.create_task(write()) for _ in range(writers)]
    await asyncio.sleep(0)
    await scene.see()
    scene.world.clock.pass_s(SOON_S)
    assert not scene.world.store.out_of_breath
    due = asyncio.create_task(scene.tick())
    await asyncio.sleep(0)
    assert not due.done()
    go_on.set()
    async with asyncio.timeout(LIMIT_S):
        await asyncio.gather(due, *others)
    assert await scene.stored() == [0.0]
    assert scene.held() == 0
