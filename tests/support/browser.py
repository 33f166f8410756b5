"""A real Chromium whose pages fail the test on any error they log, any request that fails, any axe violation."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, Request, expect

CHROMIUM = "/usr/bin/chromium"
LAPTOP = (1440, 900)
PHONE = (390, 844)
LIMIT_MS = 20_000
AXE = Path(__file__).parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"

_ALWAYS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-renderer-backgrounding",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    # Browser to browser on this machine alone.
    "--allow-loopback-in-peer-connection",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
)

expect.set_options(timeout=LIMIT_MS)


def launch(playwright: Playwright, *, camera: Path, microphone: Path, allow: bool = True) -> Browser:
    """allow: the person presses "allow" when the browser asks for a device."""
    return playwright.chromium.launch(
        executable_path=CHROMIUM,
        args=[
            *_ALWAYS,
            "--use-fake-device-for-media-stream",
            "--use-fake-ui-for-media-stream" + ("" if allow else "=deny"),
            f"--use-file-for-fake-video-capture={camera}",
            f"--use-file-for-fake-audio-capture={microphone}",
        ],
    )


@dataclass(eq=False)
class Watched:
    """A page and what went wrong on it. `allowing` names what the test itself provokes."""

    page: Page
    wrong: list[str] = field(default_factory=list)
    _allowed: list[re.Pattern[str]] = field(default_factory=list)

    def listen(self) -> None:
        self.page.on("console", self._logged)
        self.page.on("pageerror", lambda error: self._note(f"page error: {error}"))
        self.page.on("requestfailed", self._failed)
        self.page.on("crash", lambda _: self._note("the page crashed"))

    def _logged(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self._note(f"console {message.type}: {message.text} ({message.location.get('url', '')})")

    def _failed(self, request: Request) -> None:
        # Leaving a page ends what it still asks for; that is no failure.
        if request.failure != "net::ERR_ABORTED":
            self._note(f"request failed: {request.method} {request.url} {request.failure}")

    def _note(self, what: str) -> None:
        if not any(pattern.search(what) for pattern in self._allowed):
            self.wrong.append(what)

    @contextmanager
    def allowing(self, *patterns: str) -> Iterator[None]:
        """While the test cuts the line: what matches is no failure."""
        new = [re.compile(pattern) for pattern in patterns]
        self._allowed.extend(new)
        try:
            yield
        finally:
            self.page.evaluate("1")  # what was logged until now has been heard
            for pattern in new:
                self._allowed.remove(pattern)


OFFLINE = (
    r"net::ERR_INTERNET_DISCONNECTED",
    r"net::ERR_CONNECTION_REFUSED",
    r"net::ERR_CONNECTION_RESET",
    r"WebSocket connection to .* failed",
)


@dataclass(slots=True)
class Pages:
    """Opens watched pages; `check` fails when anything was wrong on any of them."""

    base_url: str
    contexts: list[BrowserContext] = field(default_factory=list)
    watched: dict[Page, Watched] = field(default_factory=dict)

    def open(
        self,
        browser: Browser,
        *,
        size: tuple[int, int] = LAPTOP,
        cookies: list[dict[str, object]] | None = None,
        init_script: str | None = None,
        permissions: tuple[str, ...] = ("camera", "microphone"),
    ) -> Page:
        """A page in a context of its own, like a person at a computer of their own."""
        width, height = size
        context = browser.new_context(
            base_url=self.base_url,
            viewport={"width": width, "height": height},
            has_touch=size == PHONE,
            reduced_motion="reduce",
            locale="en-GB",
        )
        self.contexts.append(context)
        context.set_default_timeout(LIMIT_MS)
        if permissions:
            context.grant_permissions(list(permissions))
        if cookies:
            context.add_cookies(cookies)  # type: ignore[arg-type]
        if init_script is not None:
            context.add_init_script(init_script)
        return self.watch(context.new_page())

    def watch(self, page: Page) -> Page:
        self.watched[page] = Watched(page)
        self.watched[page].listen()
        return page

    def allowing(self, page: Page, *patterns: str):
        return self.watched[page].allowing(*patterns)

    def close(self) -> None:
        for context in self.contexts:
            context.close()

    def check(self) -> None:
        wrong = [line for watched in self.watched.values() for line in watched.wrong]
        assert not wrong, "\n".join(wrong)


def looks_right(page: Page, name: str = "") -> None:
    """No axe violation, nothing wider than the screen. Call it when the screen has settled."""
    if not page.evaluate("typeof window.axe === 'object'"):
        page.evaluate(AXE.read_text("utf-8") + "; void 0;")
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']}).then((all) => all.violations)")
    lines = [
        f"{violation['id']}: {violation['help']}: {[node['html'][:160] for node in violation['nodes']]}"
        for violation in found
    ]
    assert not lines, f"axe on {name or page.url}:\n" + "\n".join(lines)
    too_wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert too_wide <= 0, f"{name or page.url} is {too_wide} px wider than the screen"
