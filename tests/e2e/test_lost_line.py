"""The line is cut in the middle of an exam: by the network, by a restart, by a crash. Nothing is lost."""

import re
import time

import pytest
from playwright.sync_api import Browser, Page, expect

from support.browser import LIMIT_MS, OFFLINE, Pages, looks_right
from support.served import Invited, Served
from support.sitting import QUIET, clock, network, open_wall, page_events, seconds_left, sit, tile

NAME = "Alan Turing"


@pytest.fixture
def exam_id(served: Served) -> str:
    return served.exam(policy=QUIET)


@pytest.fixture
def invited(served: Served, exam_id: str) -> Invited:
    return served.invite(exam_id, NAME)


@pytest.fixture
def candidate_page(invited: Invited, pages: Pages, browser: Browser) -> Page:
    """Alan, in the exam room."""
    page = pages.open(browser)
    sit(page, invited.link)
    return page


def copies(served: Served, invited: Invited) -> int:
    kinds = [kind for _, _, kind in page_events(served.folder / "data", invited.attempt_id)]
    return kinds.count("clipboard_copy")


def copy_something(page: Page) -> None:
    page.get_by_text("How much is 1 + 1, and why?").select_text()
    page.keyboard.press("Control+c")


def write(page: Page, words: str) -> None:
    page.get_by_label("Message to your proctor").fill(words)
    page.get_by_role("button", name="Send").click()


def every_event_is_there_once(served: Served, invited: Invited) -> None:
    """The numbers of each page load go 1, 2, 3 ... without a gap."""
    numbers: dict[str, list[int]] = {}
    for instance, seq, _ in page_events(served.folder / "data", invited.attempt_id):
        numbers.setdefault(instance, []).append(seq)
    for seen in numbers.values():
        assert sorted(seen) == list(range(1, len(seen) + 1))


def test_what_is_done_offline_arrives_once_and_the_time_is_given_back(
    served: Served,
    exam_id: str,
    invited: Invited,
    candidate_page: Page,
    proctor_page: Page,
    pages: Pages,
    shot,
) -> None:
    page = candidate_page
    open_wall(proctor_page, exam_id)
    copy_something(page)
    with pages.allowing(page, *OFFLINE):
        page.context.set_offline(True)
        expect(page.get_by_text("You are offline.")).to_be_visible()
        expect(page.get_by_role("status").filter(has_text="You are offline.")).to_contain_text(
            "Keep working: everything is kept here."
        )
        expect(network(page)).to_have_text("Offline")
        expect(page.get_by_text("How much is 1 + 1, and why?")).to_be_visible()
        looks_right(page, "offline")
        shot(page, "offline")
        copy_something(page)
        copy_something(page)
        write(page, "Written offline.")
        expect(page.get_by_text("You, not sent yet")).to_be_visible()
        # The wall counts the seconds, so some of them are there to be given back.
        expect(tile(proctor_page, NAME)).to_contain_text(re.compile(r"Offline, ([3-9]|\d\d) s"))
        shot(proctor_page, "wall-offline")
        page.context.set_offline(False)
        expect(network(page)).to_have_text("OK")
    back = page.get_by_role("status").filter(has_text="You are back online.")
    expect(back).to_contain_text(re.compile(r"\d+ seconds were given back to you"))
    looks_right(page, "back online")
    shot(page, "back-online")
    expect(page.get_by_text("You, not sent yet")).to_be_hidden()
    expect(page.get_by_role("log", name="Messages").get_by_text("Written offline.")).to_have_count(1)
    back.get_by_role("button", name="OK").click()
    expect(back).to_be_hidden()

    eventually(page, lambda: copies(served, invited) == 3)
    every_event_is_there_once(served, invited)
    detail = served.detail(invited.attempt_id)
    assert [one["text"] for one in detail["chat"]] == ["Written offline."]
    assert [one["reason"] for one in detail["credits"]] == ["network_loss"]
    expect(tile(proctor_page, NAME)).not_to_contain_text("Offline")


@pytest.mark.parametrize("hard", [False, True], ids=["stopped", "killed"])
def test_everything_survives_a_restart_of_the_server(
    served: Served,
    exam_id: str,
    invited: Invited,
    candidate_page: Page,
    proctor_page: Page,
    pages: Pages,
    hard: bool,
) -> None:
    page = candidate_page
    open_wall(proctor_page, exam_id)
    write(page, "Before.")
    expect(page.get_by_role("log", name="Messages")).not_to_contain_text("not sent yet")
    copy_something(page)
    alerts = proctor_page.get_by_role("list", name="Open alerts")
    expect(alerts).to_contain_text("Clipboard")
    before = served.detail(invited.attempt_id)
    shown = seconds_left(page)

    with pages.allowing(page, *OFFLINE), pages.allowing(proctor_page, *OFFLINE):
        served.stop(hard=hard)
        expect(page.get_by_text("You are offline.")).to_be_visible()
        expect(proctor_page.get_by_text("Candidates keep working, nothing is lost.")).to_be_visible()
        looks_right(proctor_page, "wall reconnecting")
        copy_something(page)
        write(page, "During.")
        served.start()
        served.wait_until_it_answers()
        expect(network(page)).to_have_text("OK")
        expect(proctor_page.get_by_text("Connected", exact=True)).to_be_visible()

    messages = page.get_by_role("log", name="Messages")
    expect(messages.get_by_text("During.")).to_have_count(1)
    expect(messages).not_to_contain_text("not sent yet")
    expect(tile(proctor_page, NAME)).not_to_contain_text("Offline")
    picture = tile(proctor_page, NAME).locator("canvas")
    expect(picture).not_to_have_attribute("data-drawn", picture.get_attribute("data-drawn") or "")
    eventually(page, lambda: copies(served, invited) == 2)
    every_event_is_there_once(served, invited)

    after = served.detail(invited.attempt_id)
    assert [one["text"] for one in after["chat"]] == ["Before.", "During."]
    assert [one["id"] for one in before["incidents"]] == [
        one["id"] for one in after["incidents"] if one["signal"] == "clipboard"
    ]
    assert after["chain"] == "intact"
    assert after["card"]["clock"]["started_at"] == before["card"]["clock"]["started_at"]
    assert after["card"]["clock"]["deadline"] > before["card"]["clock"]["deadline"], "the fault was ours"
    expect(clock(page)).to_be_visible()
    # What is given back is known to a heartbeat of 5 seconds.
    assert abs(seconds_left(page) - shown) < 15


def eventually(page: Page, holds) -> None:
    """Wait for something that only the server's files show."""
    ends = time.monotonic() + LIMIT_MS / 1000
    while not holds():
        assert time.monotonic() < ends, "it did not come to hold"
        page.wait_for_timeout(100)  # the page runs on meanwhile
