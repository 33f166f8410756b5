"""The wall by keyboard alone, with three candidates who have no browser."""

import time

import pytest
from playwright.sync_api import Page, expect

from support.browser import PHONE, Pages, looks_right
from support.served import Served
from support.sitting import open_wall, tile

NAMES = ("Alan Turing", "Barbara Liskov", "Claude Shannon")


@pytest.fixture
def wall(served: Served, proctor_page: Page) -> Page:
    """An exam with three live candidates; Barbara has used the clipboard."""
    # Programs over HTTP have no line that could be lost.
    exam_id = served.exam(policy={"signals": {"connection_lost": {"enabled": False}}})
    for name in NAMES:
        invited = served.invite(exam_id, name)
        caller = served.enter(invited)
        if name == "Barbara Liskov":
            event = {
                "type": "event",
                "seq": 1,
                "kind": "clipboard_copy",
                "page_ms": 1000.0,
                "occurred_at": round(time.time() * 1000),
            }
            path = f"/attempts/{invited.attempt_id}/events"
            caller.ask("POST", path, {"instance_id": "page-1", "events": [event]})
    open_wall(proctor_page, exam_id)
    return proctor_page


def focused_tile(page: Page) -> str:
    return page.evaluate("document.activeElement?.closest('[data-tiles] > li')?.innerText ?? ''")


def panel(page: Page, name: str):
    return page.get_by_role("complementary", name=f"Candidate {name}")


def button_of(page: Page, name: str):
    return tile(page, name).get_by_role("button", name=name, exact=True)


def test_every_action_has_a_key(wall: Page, shot) -> None:
    page = wall
    expect(page.locator("[data-tiles] > li")).to_have_count(3)
    # Barbara's alert brings her to the front.
    expect(page.get_by_role("list", name="Open alerts")).to_contain_text("Barbara Liskov")
    expect(page.locator("[data-tiles] > li").first).to_contain_text("Barbara Liskov")
    looks_right(page, "wall of three")
    shot(page, "wall-three")

    page.keyboard.press("ArrowRight")
    expect(button_of(page, "Barbara Liskov")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(button_of(page, "Barbara Liskov")).not_to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(button_of(page, "Barbara Liskov")).to_be_focused()
    page.keyboard.press("Enter")
    expect(panel(page, "Barbara Liskov")).to_be_visible()
    expect(page.get_by_role("heading", name="Barbara Liskov", level=2)).to_be_focused()
    page.keyboard.press("j")
    expect(panel(page, "Barbara Liskov")).to_be_hidden()
    page.keyboard.press("k")
    expect(panel(page, "Barbara Liskov")).to_be_visible()
    page.keyboard.press("Escape")
    expect(panel(page, "Barbara Liskov")).to_be_hidden()
    expect(button_of(page, "Barbara Liskov")).to_be_focused()

    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keys")
    expect(keys).to_contain_text("Dismiss the newest alert of the candidate")
    looks_right(page, "keys")
    shot(page, "wall-keys")
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()


def test_warn_pause_and_resume_by_key(wall: Page, shot) -> None:
    page = wall
    button_of(page, "Alan Turing").focus()
    page.keyboard.press("w")
    dialog = page.get_by_role("dialog", name="Warn Alan Turing")
    expect(dialog.get_by_role("list", name="Prepared texts").get_by_role("button")).not_to_have_count(0)
    expect(dialog.get_by_label("What the candidate reads")).to_be_focused()
    looks_right(page, "warn")
    shot(page, "wall-warn")
    page.keyboard.type("Please look at the screen, w and p are only letters here.")
    page.keyboard.press("Tab")
    dialog.get_by_role("button", name="Send the warning").press("Enter")
    expect(page.get_by_text("Alan Turing was warned.")).to_be_visible()

    button_of(page, "Alan Turing").focus()
    page.keyboard.press("p")
    expect(page.get_by_role("dialog", name="Pause Alan Turing")).to_be_visible()
    page.keyboard.press("Enter")
    expect(tile(page, "Alan Turing")).to_contain_text("Paused by Grace Hopper")
    button_of(page, "Alan Turing").focus()
    page.keyboard.press("p")
    expect(tile(page, "Alan Turing")).not_to_contain_text("Paused")


def test_dismiss_by_key_can_be_undone(wall: Page) -> None:
    page = wall
    alerts = page.get_by_role("list", name="Open alerts")
    expect(alerts).to_contain_text("Barbara Liskov")
    button_of(page, "Barbara Liskov").focus()
    page.keyboard.press("d")
    expect(page.get_by_text("Dismissed the alert of Barbara Liskov.")).to_be_visible()
    expect(alerts).to_be_hidden()
    page.get_by_role("region", name="Notices").get_by_role("button", name="Undo").click()
    expect(alerts).to_contain_text("Barbara Liskov")
    page.keyboard.press("a")
    expect(panel(page, "Barbara Liskov")).to_be_visible()


def test_search_and_filters_show_fewer(wall: Page) -> None:
    page = wall
    tiles = page.locator("[data-tiles] > li")
    expect(tiles).to_have_count(3)
    page.keyboard.press("/")
    search = page.get_by_role("searchbox", name="Find a candidate")
    expect(search).to_be_focused()
    page.keyboard.type("shan")
    expect(tiles).to_have_count(1)
    expect(tiles).to_contain_text("Claude Shannon")
    page.keyboard.type("xxx")
    expect(page.get_by_text("Nobody matches")).to_be_visible()
    page.keyboard.press("Escape")
    expect(search).not_to_be_focused()
    search.fill("")
    expect(tiles).to_have_count(3)
    page.get_by_role("button", name="Paused").click()
    expect(page.get_by_text("Nobody matches")).to_be_visible()


def test_the_wall_can_be_used_on_a_phone(served: Served, pages: Pages, browser, shot) -> None:
    exam_id = served.exam()
    served.enter(served.invite(exam_id, "Alan Turing"))
    page = pages.open(browser, size=PHONE, cookies=served.proctor.cookies_for_browser())
    open_wall(page, exam_id)
    expect(tile(page, "Alan Turing")).to_be_visible()
    looks_right(page, "wall on a phone")
    shot(page, "wall")
    button_of(page, "Alan Turing").tap()
    expect(panel(page, "Alan Turing")).to_be_visible()
    looks_right(page, "candidate on a phone")
    shot(page, "wall-opened")
