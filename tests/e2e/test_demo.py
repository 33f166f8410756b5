"""`examhall demo`: two links that need nothing else, simulated candidates on the wall."""

import json
import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from support.browser import Pages, looks_right
from support.served import Json, Program
from support.sitting import heading, open_candidate


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Json]:
    """Its links. Three candidates: the third is joined by somebody after a while."""
    program = Program(
        *("demo", "--json", "--no-open", "--port", "0", "--candidates", "3", "--duration", "120"),
        log=tmp_path_factory.mktemp("demo") / "log.txt",
    )
    try:
        yield json.loads(program.line())
    finally:
        program.stop()


@pytest.fixture
def pages(demo: Json) -> Iterator[Pages]:
    opened = Pages(str(demo["base_url"]))
    yield opened
    opened.close()
    opened.check()


def test_the_proctors_link_is_signed_in_and_everyone_is_live(
    demo: Json, pages: Pages, browser: Browser, shot: Callable[[Page, str], None]
) -> None:
    page = pages.open(browser)
    page.goto(str(demo["proctor_url"]))
    expect(page).to_have_url(re.compile(rf"/exams/{demo['exam_id']}/wall$"))
    tiles = page.locator("[data-tiles] > li")
    drawn = tiles.filter(has=page.locator("canvas[data-drawn]"))
    expect(drawn).to_have_count(3)
    # One of them does something that the wall tells of by itself.
    alerts = page.get_by_role("list", name="Open alerts")
    expect(alerts).to_be_visible(timeout=60_000)
    looks_right(page, "the demo's wall")
    shot(page, "demo-wall")
    name = alerts.get_by_role("heading").first.inner_text()
    panel = open_candidate(page, name)
    expect(panel.get_by_role("article").first).to_be_visible()
    live = panel.locator("video").first
    expect(live).to_be_visible()
    page.wait_for_function(
        "(video) => video.getVideoPlaybackQuality().totalVideoFrames > 5", arg=live.element_handle()
    )
    looks_right(page, "a simulated candidate")
    shot(page, "demo-opened")


def test_the_candidates_link_opens_a_seat(
    demo: Json, pages: Pages, browser: Browser, shot: Callable[[Page, str], None]
) -> None:
    page = pages.open(browser)
    page.goto(str(demo["candidate_url"]))
    expect(heading(page, re.compile("Welcome, "))).to_be_visible()
    looks_right(page, "the demo's candidate")
    shot(page, "demo-welcome")
