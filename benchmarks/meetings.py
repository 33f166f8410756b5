"""(f) What live views cost with each meeting provider, side by side: peer to peer and LiveKit.

Candidates are one page of one Chromium, the proctor is a page of another; both run the page's own meeting clients,
and what would go over Examhall's sockets goes through this program. The camera is Chromium's moving test picture,
the network is loopback. Live views are opened one after another in the small (grid) profile; uplink is measured in the
large (focus) profile with 1 and with 3 proctors who look at the same candidate.

Without Chromium the part is left out, without a LiveKit server its half.
"""

import asyncio
import contextlib
import functools
import json
import shutil
import socket
import statistics
import tempfile
import threading
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict, dataclass, field
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Literal

import psutil
from playwright.async_api import Browser, Page, Playwright, ViewportSize, async_playwright

from examhall.adapters.meetings.livekit import LiveKit, LiveKitAccess
from examhall.adapters.system import SystemClock
from examhall.application.ports.meetings import Booth, Seat
from report import Report

ROOT = Path(__file__).resolve().parents[1]
BUILT_LIVEKIT = ROOT / ".tools" / "livekit" / "livekit-server"
CHROMIUM = "/usr/bin/chromium"
INDEX = "<!doctype html><title>bench</title><script type=module src=/live-views.js></script>"
VIEWPORT: ViewportSize = {"width": 1440, "height": 1100}
KEY, SECRET = "bench", "of one run of the benchmark, and of loopback alone"
LIMIT_S = 30.0

Provider = Literal["p2p", "livekit"]
Profile = Literal["grid", "focus"]


@dataclass(frozen=True)
class Plan:
    """Numbers of live views and of proctors; how long each is measured."""

    sizes: tuple[int, ...] = (4, 9, 16)
    watchers: tuple[int, ...] = (1, 3)
    settle_s: float = 3.0
    measure_s: float = 8.0


@dataclass
class Cost:
    """Of one provider."""

    first_frame_ms: list[float] = field(default_factory=list)
    cpu_percent: dict[int, float] = field(default_factory=dict)  # of one core, by live views
    frames_per_s: dict[int, float] = field(default_factory=dict)  # of one live view, by live views
    uplink_kbps: dict[int, float] = field(default_factory=dict)  # by proctors


async def measure(report: Report, plan: Plan | None = None) -> None:
    """Add time to first frame, the proctor's processor and the candidate's uplink, for each provider."""
    plan = plan or Plan()
    if shutil.which(CHROMIUM) is None:
        print("live views are left out: there is no Chromium")
        return
    details: dict[str, object] = {}
    with tempfile.TemporaryDirectory(prefix="examhall-bench-") as folder:
        built = Path(folder) / "site"
        await _build(built)
        with _served(built) as site:
            async with async_playwright() as playwright, _livekit(Path(folder)) as livekit:
                cost = await _cost(playwright, site, "p2p", None, plan)
                details["p2p"] = _told(report, "p2p", cost)
                if livekit is not None:
                    cost = await _cost(playwright, site, "livekit", livekit, plan)
                    details["livekit"] = _told(report, "livekit", cost)
    report.details["live_views"] = details


def _told(report: Report, provider: Provider, cost: Cost) -> object:
    middle = statistics.median(cost.first_frame_ms)
    report.add(f"{provider}: first live picture, median", middle, "ms", key=False)
    for size, percent in cost.cpu_percent.items():
        report.add(f"{provider}: proctor's processor, {size} live views", percent, "% core", key=False)
    for watchers, kbps in cost.uplink_kbps.items():
        report.add(f"{provider}: candidate's uplink, {watchers} watching", kbps, "kbit/s", key=False)
    return asdict(cost) | {"first_frame_median_ms": middle}


async def _cost(
    playwright: Playwright, site: str, provider: Provider, livekit: LiveKit | None, plan: Plan
) -> Cost:
    cost = Cost()
    async with _stage(playwright, site, provider, livekit) as stage:
        attempts = [f"candidate-{number}" for number in range(max(plan.sizes))]
        await stage.candidates.evaluate("(ids) => bench.seat(ids)", attempts)
        for size in plan.sizes:
            for attempt_id in attempts[len(cost.first_frame_ms) : size]:
                cost.first_frame_ms.append(await stage.watch(attempt_id, "grid"))
            await asyncio.sleep(plan.settle_s)
            frames = await stage.proctor.evaluate("bench.frames()")
            used_s = await stage.proctor_cpu_s()
            await asyncio.sleep(plan.measure_s)
            cost.cpu_percent[size] = (await stage.proctor_cpu_s() - used_s) / plan.measure_s * 100
            more = await stage.proctor.evaluate("bench.frames()") - frames
            cost.frames_per_s[size] = more / plan.measure_s / size
    async with _stage(playwright, site, provider, livekit) as stage:
        await stage.candidates.evaluate("(ids) => bench.seat(ids)", ["candidate"])
        open_views = 0
        for watchers in plan.watchers:
            for _ in range(watchers - open_views):
                await stage.watch("candidate", "focus")
            open_views = watchers
            # The rate climbs to what the line carries.
            await asyncio.sleep(plan.settle_s + plan.measure_s)
            sent = await stage.candidates.evaluate("bench.sent()")
            await asyncio.sleep(plan.measure_s)
            more = await stage.candidates.evaluate("bench.sent()") - sent
            cost.uplink_kbps[watchers] = more * 8 / 1000 / plan.measure_s
    return cost


# ---- both pages ----------------------------------------------------------------------------------


@dataclass
class Stage:
    """A page of candidates and a page of a proctor, and this program between them."""

    site: str
    provider: Provider
    exam_id: str
    candidates: Page
    proctor: Page
    proctor_process: psutil.Process
    livekit: LiveKit | None

    async def connect(self) -> None:
        for page, other in ((self.candidates, self.proctor), (self.proctor, self.candidates)):
            await page.expose_function("benchRelay", _passing_on(other))
            await page.expose_function("benchTicket", self._ticket)
            await page.expose_function("benchOpen", self._open)
            await page.goto(self.site)

    async def watch(self, attempt_id: str, profile: Profile) -> float:
        """Open one more live view; ms until its first picture."""
        terms = {
            "watchId": uuid.uuid4().hex,
            "provider": self.provider,
            "iceServers": [],
            "relayOnly": False,
        }
        asked = self.proctor.evaluate(
            "([id, terms, profile]) => bench.watch(id, terms, profile)", [attempt_id, terms, profile]
        )
        return float(await asyncio.wait_for(asked, LIMIT_S))

    async def proctor_cpu_s(self) -> float:
        """Processor seconds so far of the proctor's browser with all its processes."""
        everything = [self.proctor_process, *self.proctor_process.children(recursive=True)]
        times = [one.cpu_times() for one in everything]
        return sum(one.user + one.system for one in times)

    async def _open(self, attempt_id: str, terms: object, profile: str) -> None:
        await self.candidates.evaluate(
            "([id, terms, profile]) => bench.opened(id, terms, profile)", [attempt_id, terms, profile]
        )

    async def _ticket(self, attempt_id: str, watch_id: str | None) -> dict[str, object]:
        assert self.livekit is not None, "peer to peer needs no way in"
        seat = Seat(attempt_id, "candidate") if watch_id is None else Seat(watch_id, "proctor")
        join = await self.livekit.issue(Booth(self.exam_id, attempt_id), seat)
        return {"url": join.url, "token": join.token}


def _passing_on(other: Page):  # type: ignore[no-untyped-def]  # Playwright's callbacks have no type
    async def relay(signal: object) -> None:
        await other.evaluate("(signal) => bench.hear(signal)", signal)

    return relay


@contextlib.asynccontextmanager
async def _stage(
    playwright: Playwright, site: str, provider: Provider, livekit: LiveKit | None
) -> AsyncIterator[Stage]:
    theirs = await _launch(playwright)
    before = _browsers()
    ours = await _launch(playwright)
    process = max(_browsers() - before, key=lambda one: len(one.children(recursive=True)))
    try:
        stage = Stage(
            site,
            provider,
            uuid.uuid4().hex,
            await theirs.new_page(viewport=VIEWPORT),
            await ours.new_page(viewport=VIEWPORT),
            process,
            livekit,
        )
        await stage.connect()
        yield stage
    finally:
        await theirs.close()
        await ours.close()


def _browsers() -> set[psutil.Process]:
    """The first process of each browser that this program started; all others of it have a type."""
    found = set()
    for one in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            if "chrom" in one.name() and not any(arg.startswith("--type=") for arg in one.cmdline()):
                found.add(one)
    return found


async def _launch(playwright: Playwright) -> Browser:
    return await playwright.chromium.launch(
        executable_path=CHROMIUM,
        args=[
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-renderer-backgrounding",
            "--disable-background-timer-throttling",
            "--disable-backgrounding-occluded-windows",
            "--use-fake-device-for-media-stream",
            "--use-fake-ui-for-media-stream",
            "--autoplay-policy=no-user-gesture-required",
            "--allow-loopback-in-peer-connection",
            "--disable-features=WebRtcHideLocalIpsWithMdns",
        ],
    )


@contextlib.contextmanager
def _served(site: Path) -> Iterator[str]:
    """The address of the page, on loopback: a browser lets only such a page speak to a server on loopback."""
    handler = functools.partial(_Quiet, directory=str(site))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/"
        finally:
            server.shutdown()
            thread.join()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """The table is what is wanted on the terminal."""


# ---- what they need ------------------------------------------------------------------------------


async def _build(site: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        "node", "scripts/bench-page.mjs", str(site), cwd=ROOT / "frontend"
    )
    if await process.wait() != 0:
        raise RuntimeError("the page of the benchmark could not be built; run make setup")
    (site / "index.html").write_text(INDEX, "utf-8")


@contextlib.asynccontextmanager
async def _livekit(folder: Path) -> AsyncIterator[LiveKit | None]:
    """A LiveKit server of its own on loopback; None where there is none."""
    program = BUILT_LIVEKIT if BUILT_LIVEKIT.is_file() else shutil.which("livekit-server")
    if program is None:
        print("LiveKit is left out: run scripts/livekit.sh build")
        yield None
        return
    http, tcp, udp = _free_ports(3)
    config = {
        "port": http,
        "bind_addresses": ["127.0.0.1"],
        "rtc": {
            "tcp_port": tcp,
            "udp_port": udp,
            "node_ip": "127.0.0.1",
            "use_external_ip": False,
            "enable_loopback_candidate": True,
        },
        "keys": {KEY: SECRET},
        "logging": {"level": "warn"},
    }
    with (folder / "livekit.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            program, "--config-body", json.dumps(config), stdout=log, stderr=log
        )
    url = f"ws://127.0.0.1:{http}"
    livekit = LiveKit(LiveKitAccess(url, url, KEY, SECRET, token_lasts_s=600), SystemClock())
    await livekit.start()
    try:
        async with asyncio.timeout(LIMIT_S):
            while await livekit.health() is not None:  # noqa: ASYNC110  a condition with a time limit
                await asyncio.sleep(0.05)
        yield livekit
    finally:
        await livekit.stop()
        process.kill()
        await process.wait()


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in sockets]


if __name__ == "__main__":
    # By itself, as a first look: `python benchmarks/meetings.py`.
    alone = Report()
    asyncio.run(measure(alone))
    alone.print()
