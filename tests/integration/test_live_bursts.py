"""Bursts of pictures after a speech onset, and what a page says of its camera."""

import asyncio
import json
import math
import struct
import time
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from examhall.adapters.detectors.scripted import ScriptedPool
from examhall.application.ports.vision import AudioAnalysis, AudioJob, FrameAnalysis, FrameJob, PoolHealth
from examhall.domain.policy import Policy, Signal
from support.live import Page, live_house, quick_policy
from support.sitter import Sitter, sitter_pool


def watching(signal: Signal) -> Policy:
    policy = quick_policy()
    rules = {s: replace(r, enabled=s is signal) for s, r in policy.signals.items()}
    return replace(policy, signals=rules)


async def speak(page: Page, pieces: int = 6) -> None:
    """As a page does: each piece when it has been recorded."""
    samples = struct.pack("<8000h", *(round(12_000 * math.sin(i / 12)) for i in range(8000)))
    for _ in range(pieces):
        await page.sound(samples, began_at=round(time.time() * 1000) - 500)
        await asyncio.sleep(0.5)  # real time is what is tested: sound cannot come faster


async def test_a_voice_asks_for_a_burst_and_the_mouth_is_looked_at(tmp_path: Path) -> None:
    async with live_house(tmp_path, vision=sitter_pool(), policy=watching(Signal.SPEECH)) as house:
        candidate = await house.live_candidate()
        async with house.page(candidate) as page:
            await page.next("welcome")
            async with Sitter(page).sitting():
                await speak(page)
                burst = await page.next("burst")
                assert (burst["interval_s"], burst["for_s"]) == (0.2, 2.0)
                await page.until(lambda _: house.metric("examhall_frame_looks_total") >= 5)
            assert len(page.of("burst")) == 1
        assert house.metric("examhall_bursts_total") == 1


async def test_no_burst_is_asked_for_while_sampling_is_slowed(tmp_path: Path) -> None:
    pool = BusyPool(sitter_pool())
    async with live_house(tmp_path, vision=pool, policy=watching(Signal.SPEECH)) as house:
        candidate = await house.live_candidate()
        async with house.page(candidate) as page:
            await page.next("sampling")
            await speak(page)
            await page.until(lambda _: house.metric("examhall_sound_milliseconds_count") >= 6)
            assert page.of("burst") == []


@dataclass
class BusyPool:
    """A pool whose workers are busy all the time; everything else is the other one's."""

    pool: ScriptedPool

    async def start(self) -> None:
        await self.pool.start()

    async def stop(self) -> None:
        await self.pool.stop()

    async def analyze(self, job: FrameJob) -> FrameAnalysis:
        return await self.pool.analyze(job)

    async def listen(self, job: AudioJob) -> AudioAnalysis:
        return await self.pool.listen(job)

    def health(self) -> PoolHealth:
        return replace(self.pool.health(), busy_ratio=0.95)


@pytest.mark.parametrize(
    ("label", "virtual"), [("OBS Virtual Camera", True), ("Integrated Webcam (5986:1193)", False)]
)
async def test_a_camera_is_judged_by_its_label_which_is_not_kept(
    tmp_path: Path, label: str, *, virtual: bool
) -> None:
    async with live_house(tmp_path, vision=sitter_pool(), policy=watching(Signal.VIRTUAL_CAMERA)) as house:
        candidate = await house.live_candidate()
        async with house.wall() as wall, house.page(candidate) as page:
            await page.next("welcome")
            device = {"label": label, "width": 640, "height": 480, "frame_rate": 30, "controls": ["zoom"]}
            await page.say(
                type="event", seq=1, kind="camera_started", page_ms=1.0, occurred_at=1, device=device
            )
            await page.next("ack")
            if virtual:
                found = await wall.next("update", where=lambda m: m["body"]["type"] == "incident")
                assert found["body"]["incident"]["signal"] == "virtual_camera"
        told = json.dumps([*wall.messages, *page.messages])
        lines = "".join(await house.services.attempt_store.observations_of_attempt(candidate.attempt_id))
        assert '"camera_device"' in lines
        assert label not in told + lines
        database = b"".join(file.read_bytes() for file in tmp_path.glob("examhall.db*"))
        assert label.encode() not in database
