"""What a candidate and a proctor do on their pages, in the words of the screens."""

import re
import sqlite3
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

# Pages of a browser without a screen are never in full screen, and all of them think they have the focus. The films
# that these tests show go around, which is just what spoof looks for, and a drawn room may hold things like a phone.
QUIET = {
    "signals": {
        signal: {"enabled": False}
        for signal in ("fullscreen_exit", "window_blur", "spoof", "phone", "book", "laptop")
    }
}


def heading(page: Page, words: str | re.Pattern[str]) -> Locator:
    return page.get_by_role("heading", name=words, level=1)


def device(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name)


def check_in(page: Page, link: str | None) -> None:
    """From the link to the last button before the exam; the notice is agreed to, the devices are on.

    link: None when it is open already.
    """
    if link is not None:
        page.goto(link)
    page.get_by_role("button", name="I agree, continue").click()
    page.get_by_role("button", name="Turn on the camera").click()
    expect(device(page, "Camera").get_by_text("Working")).to_be_visible()
    page.get_by_role("button", name="Turn on the microphone").click()
    expect(device(page, "Microphone").get_by_text("Working")).to_be_visible()
    page.get_by_role("button", name="Continue").click()


def sit(page: Page, link: str | None, title: str = "Algebra") -> None:
    """Check in and be in the exam room, connected."""
    check_in(page, link)
    expect(heading(page, title)).to_be_visible()
    expect(network(page)).to_have_text("OK")


def network(page: Page) -> Locator:
    """What the exam room says of its line."""
    return page.get_by_role("definition").last


def clock(page: Page) -> Locator:
    return page.get_by_role("timer", name="Time left")


def seconds_left(page: Page) -> int:
    parts = [int(part) for part in re.findall(r"\d+", clock(page).inner_text())]
    return sum(part * 60**place for place, part in enumerate(reversed(parts)))


def open_wall(page: Page, exam_id: str) -> None:
    page.goto(f"/exams/{exam_id}/wall")
    expect(page.get_by_text("Connected", exact=True)).to_be_visible()


def tile(page: Page, name: str) -> Locator:
    return page.locator("[data-tiles] > li").filter(has_text=name)


def open_candidate(page: Page, name: str) -> Locator:
    """Press the tile; the panel at the side."""
    tile(page, name).get_by_role("button", name=name, exact=True).click()
    panel = page.get_by_role("complementary", name=f"Candidate {name}")
    expect(panel).to_be_visible()
    return panel


def page_events(data: Path, attempt_id: str) -> list[tuple[str, int, str]]:
    """(page load, number, kind) of what the server has stored of the page's own events."""
    connection = sqlite3.connect(f"file:{data / 'examhall.db'}?mode=ro", uri=True)
    try:
        rows = connection.execute(
            "select instance_id, seq, kind from page_event where attempt_id = ? order by received_at, seq",
            (attempt_id,),
        )
        return list(rows)
    finally:
        connection.close()
