"""One server for each file of tests, one browser for each camera; pages of its own for each test."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from examhall.adapters.simulation.behaviours import Scene
from support.browser import LAPTOP, Pages, launch
from support.film import film, write_camera, write_microphone, write_speech
from support.served import Served

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A browser test gets one more try, which pytest names in its summary.

    Real cameras, workers and a browser share two cores here: a step can miss its time without anything being wrong.
    """
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    server = Served(tmp_path_factory.mktemp("server"))
    try:
        server.start()
        server.set_up()
        yield server
    finally:
        server.close()


@pytest.fixture(scope="session")
def microphone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_microphone(tmp_path_factory.mktemp("sound") / "microphone.wav")


@pytest.fixture(scope="session")
def camera(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One person at work."""
    return write_camera(tmp_path_factory.mktemp("film") / "camera.mjpeg", film(Scene.NORMAL))


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def browser(playwright: Playwright, camera: Path, microphone: Path) -> Iterator[Browser]:
    running = launch(playwright, camera=camera, microphone=microphone)
    yield running
    running.close()


@pytest.fixture(scope="module")
def speaking_browser(
    playwright: Playwright, camera: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Browser]:
    """Its microphone hears somebody who speaks now and then."""
    microphone = write_speech(tmp_path_factory.mktemp("sound") / "speech.wav")
    running = launch(playwright, camera=camera, microphone=microphone)
    yield running
    running.close()


@pytest.fixture(scope="session")
def refusing_browser(playwright: Playwright, camera: Path, microphone: Path) -> Iterator[Browser]:
    """Its person presses "block" when a page asks for a device."""
    running = launch(playwright, camera=camera, microphone=microphone, allow=False)
    yield running
    running.close()


@pytest.fixture
def pages(served: Served) -> Iterator[Pages]:
    opened = Pages(served.base_url)
    yield opened
    opened.close()
    opened.check()


@pytest.fixture
def proctor_page(served: Served, pages: Pages, browser: Browser) -> Page:
    """Grace, signed in."""
    return pages.open(browser, cookies=served.proctor.cookies_for_browser())


@pytest.fixture
def admin_page(served: Served, pages: Pages, browser: Browser) -> Page:
    """Ada, signed in."""
    return pages.open(browser, cookies=served.admin.cookies_for_browser())


@pytest.fixture
def shot() -> Callable[[Page, str], None]:
    """Keeps a picture of a screen in the folder EXAMHALL_SHOTS, for the eye; without it, nothing."""

    def keep(page: Page, name: str) -> None:
        folder = os.environ.get("EXAMHALL_SHOTS")
        if folder:
            size = page.viewport_size or {"width": LAPTOP[0]}
            page.screenshot(path=Path(folder) / f"{name}-{size['width']}.png")

    return keep
