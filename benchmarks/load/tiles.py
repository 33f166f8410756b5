"""A proctor's page with many tiles in a real Chromium: what it costs the proctor's machine.

The server is a real one; the tiles' pictures are drawn once and put on its bus as a worker's thumbnails are,
one a second for each candidate, so that only the page is measured and not two cores that are out of breath.
"""

import asyncio
import contextlib
import itertools
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil
from playwright.async_api import Browser, Page, async_playwright

from examhall.adapters.detectors.model_registry import default_models_dir
from examhall.adapters.detectors.scripted import ScriptedPool
from examhall.adapters.simulation.behaviours import Scene
from examhall.adapters.simulation.reel import artist_of
from examhall.application.exams import ExamDraft
from examhall.application.roster_csv import CandidateDraft
from examhall.bootstrap.house import House, Replaced, build
from examhall.bootstrap.serving import server_of, take_port
from examhall.domain.frame_header import ThumbnailMessage, pack_thumbnail
from examhall.domain.policy import Preset
from examhall.domain.rules.engine import ContentMode
from examhall.settings import Settings
from examhall.vision.thumbnail import make_thumbnail

CHROMIUM = "/usr/bin/chromium"
SETTLE_S = 10.0
LOOKS = 12
READ_EVERY_S = 2.0
# Counts the pictures that tiles are given, whichever way the page shows them.
_COUNT_PICTURES = """
(() => {
  window.__shown = 0;
  const real = window.createImageBitmap;
  window.createImageBitmap = (...a) => { window.__shown += 1; return real(...a); };
  const url = URL.createObjectURL;
  URL.createObjectURL = (...a) => { window.__shown += 1; return url.call(URL, ...a); };
})();
"""


@dataclass(frozen=True)
class Tiles:
    """`cpu_percent` (of one core) and `memory_mb` (the most at once, unshared) of the page's own process."""

    tiles: int
    lasted_s: float
    pictures_per_s: float
    cpu_percent: float
    memory_mb: float
    browser_cpu_percent: float
    browser_memory_mb: float


async def watch_tiles(tiles: int, lasts_s: float, folder: Path) -> Tiles | None:
    """None where there is no Chromium."""
    if shutil.which(CHROMIUM) is None:
        print("the page with many tiles is left out: there is no Chromium")
        return None
    listening, settings = take_port(Settings(data_dir=folder / "data", port=0))
    house = build(settings, replaced=Replaced(vision=ScriptedPool({})))
    async with house.services.running():
        server = server_of(house)
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        await server.answering.wait()
        try:
            exam_id, attempts, link = await _seat(house, tiles)
            showing = asyncio.create_task(_show(house, exam_id, attempts))
            try:
                return await _in_chromium(link, f"{settings.base_url}/exams/{exam_id}/wall", tiles, lasts_s)
            finally:
                showing.cancel()
                await asyncio.gather(showing, return_exceptions=True)
        finally:
            server.should_exit = True
            await serving


async def _seat(house: House, tiles: int) -> tuple[str, list[str], str]:
    """An exam with so many live candidates. Returns its id, the attempts' ids and a link that signs a proctor in."""
    services = house.services
    user, _ = await services.accounts.add_staff("Ada", "ada@example.org", "admin")
    login = await services.accounts.enter(await _entry(house, user.id))
    now = services.clock.now_ms()
    draft = ExamDraft("Tiles", "", ContentMode.TEXT, "1 + 1", None, now - 60_000, now + 7_200_000, 3600)
    exam_id = (await services.exams.create(draft, Preset.STANDARD, login.identity)).exam.id
    attempts = []
    for number in range(tiles):
        line = await services.roster.add(exam_id, CandidateDraft(f"Candidate {number + 1}"))
        joined = await services.invites.join(line.link.partition("#")[2])
        attempt = await services.attempt_store.attempt(joined.attempt_id)
        notice = await services.attempts.consent_notice(attempt)
        await services.attempts.consent(attempt.id, notice_hash=notice.hash, locale="en")
        await services.attempts.ready(attempt.id)
        attempts.append(attempt.id)
    return exam_id, attempts, (await services.accounts.demo_link(user.id, 3_600_000)).url


async def _entry(house: House, user_id: str) -> str:
    return (await house.services.accounts.demo_link(user_id, 3_600_000)).url.partition("#")[2]


def _thumbnails() -> list[bytes]:
    """JPEG as the workers make them, of several people and moments."""
    made = []
    for look in range(LOOKS):
        drawing = artist_of(default_models_dir(), look).drawing(Scene.NORMAL)
        for moment in range(4):
            picture = np.ascontiguousarray(drawing(moment * 3.7))
            made.append(make_thumbnail(picture))
    return made


async def _show(house: House, exam_id: str, attempts: list[str]) -> None:
    """Every candidate once a second, spread over the second."""
    pictures = await asyncio.to_thread(_thumbnails)
    bus = house.services.bus
    due_s = time.monotonic()
    for turn in itertools.count():
        for number, attempt_id in enumerate(attempts):
            at_ms = house.services.clock.now_ms()
            thumbnail = pictures[(number * 5 + turn) % len(pictures)]
            message = pack_thumbnail(ThumbnailMessage(number + 1, at_ms, thumbnail))
            await bus.publish(f"thumbnails/{exam_id}", attempt_id, message)
            due_s += 1.0 / len(attempts)
            await asyncio.sleep(max(0.0, due_s - time.monotonic()))


async def _in_chromium(link: str, wall: str, tiles: int, lasts_s: float) -> Tiles:
    async with async_playwright() as playwright:
        before = {one.pid for one in psutil.Process().children(recursive=True)}
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        try:
            page = await _opened(browser, link, wall, tiles)
            await asyncio.sleep(SETTLE_S)
            return await _measured(page, before, tiles, lasts_s)
        finally:
            await browser.close()


async def _opened(browser: Browser, link: str, wall: str, tiles: int) -> Page:
    page = await browser.new_page(viewport={"width": 1440, "height": 900})
    await page.add_init_script(_COUNT_PICTURES)
    await page.goto(link)
    await page.wait_for_url(lambda url: "/enter" not in url)
    await page.goto(wall)
    await page.get_by_text(f"Candidate {tiles}", exact=True).first.wait_for(state="attached")
    return page


async def _measured(page: Page, before: set[int], tiles: int, lasts_s: float) -> Tiles:
    everything = [one for one in psutil.Process().children(recursive=True) if one.pid not in before]
    chromium = [one for one in everything if "chrom" in one.name()]
    # The page's own process is the renderer that has worked most.
    renderers = [one for one in chromium if "--type=renderer" in one.cmdline()]
    own = max(renderers, key=_cpu_s)
    began_s, shown = time.monotonic(), await page.evaluate("window.__shown")
    own_s, all_s = _cpu_s(own), sum(map(_cpu_s, chromium))
    memory, browser_memory = 0.0, 0.0
    while time.monotonic() - began_s < lasts_s:
        await asyncio.sleep(READ_EVERY_S)
        memory = max(memory, _memory_mb(own))
        browser_memory = max(browser_memory, sum(map(_memory_mb, chromium)))
    lasted_s = time.monotonic() - began_s
    return Tiles(
        tiles,
        lasted_s,
        pictures_per_s=(await page.evaluate("window.__shown") - shown) / lasted_s,
        cpu_percent=(_cpu_s(own) - own_s) / lasted_s * 100,
        memory_mb=memory,
        browser_cpu_percent=(sum(map(_cpu_s, chromium)) - all_s) / lasted_s * 100,
        browser_memory_mb=browser_memory,
    )


def _cpu_s(process: psutil.Process) -> float:
    with contextlib.suppress(psutil.NoSuchProcess):
        times = process.cpu_times()
        return times.user + times.system
    return 0.0


def _memory_mb(process: psutil.Process) -> float:
    with contextlib.suppress(psutil.NoSuchProcess):
        return process.memory_full_info().uss / 2**20
    return 0.0
