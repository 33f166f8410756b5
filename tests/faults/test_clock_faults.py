"""The machine's clock is set while an exam runs."""

import asyncio
import time
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from support.fault_scene import Scene, scene, some_life
from support.reliability import record

pytestmark = pytest.mark.timeout(300)


async def test_a_clock_jump_of_an_hour(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    said = tmp_path / "clock"
    said.write_text("+0")
    for name, value in {
        "LD_PRELOAD": str(library),
        "FAKETIME_TIMESTAMP_FILE": str(said),
        "FAKETIME_CACHE_DURATION": "1",
        "DONT_FAKE_MONOTONIC": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }.items():
        monkeypatch.setenv(name, value)
    async with scene(tmp_path) as play:
        sitting = await play.candidate()
        async with play.wall() as wall, play.page(sitting) as page:
            await some_life(page, wall, "Before.")
            clock = page.of("welcome")[0]["clock"]
            left_s = []
            for jump in ("+3600", "-3600", "+0"):
                told = said.with_suffix(".new")
                told.write_text(jump)
                told.replace(said)  # at once: the library ends a server that finds half of it
                await until_it_is(play, int(jump))
                await page.event()
                await page.say(f"Now it is {jump}.")
                await page.until(lambda: page.settled, f"acknowledged after {jump}")
                now = play.served.detail(sitting.attempt_id)["card"]
                assert now["state"] == "live"
                left_s.append((now["clock"]["deadline"] - now["clock"]["server_now"]) / 1000)
                seen = len(wall.pictures.get(sitting.number, ()))
                await wall.until(lambda n=seen: len(wall.pictures.get(sitting.number, ())) > n, "looked at")
            assert now["clock"]["deadline"] == clock["deadline"]
            assert all(3400 < one <= 3600 for one in left_s), left_s
            assert page.closes == []
            record(
                "a clock jump of an hour, forth and back",
                candidate=f"nothing; the deadline is the same, {left_s[0]:.0f} s left after the jump",
                proctor="nothing",
                account=await play.account(sitting, page, wall),
                how="libfaketime under the server; deadline and time left by the API after each jump",
            )


async def until_it_is(play: Scene, ahead_s: int) -> None:
    """The library looks at its file every second; what the server takes for now stands in its answers."""
    async with asyncio.timeout(60):
        while True:
            answer = await asyncio.to_thread(play.served.proctor.http.get, "/healthz")
            now_s = parsedate_to_datetime(answer.headers["date"]).timestamp()
            if abs(now_s - time.time() - ahead_s) < 60:
                return
            await asyncio.sleep(0.1)
