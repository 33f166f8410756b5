"""The server, or one of its workers, is taken away in the middle of an exam."""

import asyncio
import os
import signal
import time
from pathlib import Path

import pytest

from support.fault_scene import Scene, Sitting, scene, some_life
from support.reliability import record
from support.steady_page import SteadyPage, SteadyWall

pytestmark = pytest.mark.timeout(300)


async def test_kill_9_of_the_server(tmp_path: Path) -> None:
    async with scene(tmp_path) as play:
        sitting = await play.candidate()
        async with play.wall() as wall, play.page(sitting) as page:
            await some_life(page, wall, "Before.")
            deadline = page.of("welcome")[-1]["clock"]["deadline"]
            await asyncio.to_thread(play.served.stop, hard=True)
            await page.until(lambda: page.socket is None, "the page sees that the line is gone")
            for _ in range(3):
                await page.event()
            await page.say("While it was away.")
            await asyncio.to_thread(play.served.start)
            await page.until(lambda: len(page.welcomes) > 1 and page.settled, "the page is back")
            await wall.until(lambda: len(wall.welcomes) > 1, "the wall is back")
            after = page.of("welcome")[-1]
            assert after["state"] == "live"
            assert after["clock"]["deadline"] > deadline, "the time without a server was not given back"
            given_s = after["clock"]["credited_s"]
            await wall.until(lambda: wall.cards[sitting.attempt_id]["connected"], "the tile is connected")
            account = await play.account(sitting, page, wall)
            record(
                "kill -9 of the server",
                candidate=f"the line gone for {page.away_s:.1f} s, then the exam as it was, {given_s:.0f} s given back",
                proctor=f"not connected for {wall.away_s:.1f} s, then every tile and incident as before",
                account=account,
                how="sockets closed; a new process over the same folder; page_event rows, chat and incidents compared",
            )


async def test_kill_9_of_a_worker(tmp_path: Path) -> None:
    async with scene(tmp_path) as play:
        sitting = await play.candidate()
        async with play.wall() as wall, play.page(sitting) as page:
            await some_life(page, wall, "Before.")
            await wall.until(lambda: sitting.number in wall.pictures, "a thumbnail")
            began_s = time.monotonic()
            for worker in play.workers():  # all of them: whichever looks at this candidate is among them
                os.kill(worker.pid, signal.SIGKILL)
            gap_s = await pictures_again(play, sitting, page, wall, began_s)
            record(
                "kill -9 of all vision workers",
                candidate="nothing",
                proctor=f"{gap_s:.1f} s without a new thumbnail",
                account=await play.account(sitting, page, wall),
                how="the workers' processes are others; thumbnails on the wall's socket",
            )


async def test_a_worker_that_hangs(tmp_path: Path) -> None:
    async with scene(tmp_path) as play:
        sitting = await play.candidate()
        async with play.wall() as wall, play.page(sitting) as page:
            await some_life(page, wall, "Before.")
            await wall.until(lambda: sitting.number in wall.pictures, "a thumbnail")
            began_s = time.monotonic()
            for worker in play.workers():
                os.kill(worker.pid, signal.SIGSTOP)
            gap_s = await pictures_again(play, sitting, page, wall, began_s)
            record(
                "vision workers that hang",
                candidate="nothing",
                proctor=f"{gap_s:.1f} s without a new thumbnail",
                account=await play.account(sitting, page, wall),
                how="SIGSTOP; the server kills and replaces them after their limit; thumbnails on the wall's socket",
            )


async def pictures_again(
    play: Scene, sitting: Sitting, page: SteadyPage, wall: SteadyWall, began_s: float
) -> float:
    """Wait for two thumbnails from new workers; answers the longest gap between any two."""
    before = {one.pid for one in play.workers()}
    for _ in range(3):
        await page.event()

    def replaced() -> bool:
        return any(one.pid not in before for one in play.workers())

    await wall.until(replaced, "a new worker", limit_s=90)
    seen = len(wall.pictures[sitting.number])
    await wall.until(lambda: len(wall.pictures[sitting.number]) >= seen + 2, "thumbnails again", limit_s=90)
    await page.until(lambda: page.settled, "what was sent is acknowledged")
    assert page.closes == []
    assert wall.cards[sitting.attempt_id]["state"] == "live"
    return wall.gap_s(sitting.number, began_s)
