"""A candidate and a proctor at the same time, each with a page of their own."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from support.browser import PHONE, Pages, looks_right
from support.served import Invited, Served
from support.sitting import (
    QUIET,
    clock,
    heading,
    open_candidate,
    open_wall,
    seconds_left,
    sit,
    tile,
)

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


def test_the_tile_changes_and_the_live_view_plays(
    exam_id: str, candidate_page: Page, proctor_page: Page, shot
) -> None:
    open_wall(proctor_page, exam_id)
    picture = tile(proctor_page, NAME).locator("canvas")
    expect(picture).to_have_attribute("data-drawn", re.compile(r"\d+"))
    before = picture.evaluate("(canvas) => canvas.toDataURL()")
    proctor_page.wait_for_function(
        "([canvas, before]) => canvas.toDataURL() !== before", arg=[picture.element_handle(), before]
    )
    expect(tile(proctor_page, NAME)).to_contain_text("Live")
    looks_right(proctor_page, "wall")
    shot(proctor_page, "wall")

    panel = open_candidate(proctor_page, NAME)
    expect(panel.locator("video").first).to_be_visible()
    live = panel.locator("video").first.element_handle()
    proctor_page.wait_for_function("(video) => video.videoWidth > 0", arg=live)
    decoded = proctor_page.evaluate("(video) => video.getVideoPlaybackQuality().totalVideoFrames", live)
    proctor_page.wait_for_function(
        "([video, before]) => video.getVideoPlaybackQuality().totalVideoFrames >= before + 10",
        arg=[live, decoded],
    )
    expect(panel.get_by_text(re.compile(r"\d+ frames/s"))).to_be_visible()
    expect(candidate_page.get_by_text("A proctor is watching live.")).to_be_visible()
    looks_right(proctor_page, "opened candidate")
    shot(proctor_page, "wall-opened")
    shot(candidate_page, "exam-room-watched")

    panel.get_by_role("button", name="Close the candidate").click()
    expect(candidate_page.get_by_text("A proctor is watching live.")).to_be_hidden()


def test_they_write_to_each_other_and_a_hand_goes_up(
    exam_id: str, candidate_page: Page, proctor_page: Page
) -> None:
    open_wall(proctor_page, exam_id)
    candidate_page.get_by_role("button", name="Raise my hand").click()
    expect(tile(proctor_page, NAME)).to_contain_text("Hand up")
    expect(candidate_page.get_by_text("Your hand is up. Your proctor sees it.")).to_be_visible()

    panel = open_candidate(proctor_page, NAME)
    panel.get_by_label(f"Message to {NAME}").fill("Can I help?")
    panel.get_by_role("button", name="Send").click()
    messages = candidate_page.get_by_role("log", name="Messages")
    expect(messages).to_contain_text("Can I help?")
    candidate_page.get_by_label("Message to your proctor").fill("May I use paper?")
    candidate_page.get_by_role("button", name="Send").click()
    expect(panel.get_by_role("list", name="Messages")).to_contain_text("May I use paper?")
    expect(messages).to_contain_text("May I use paper?")
    expect(messages).not_to_contain_text("not sent yet")

    proctor_page.get_by_role("button", name="Message all…").click()
    proctor_page.get_by_role("dialog").get_by_label("Message", exact=True).fill("Ten minutes left.")
    looks_right(proctor_page, "message all")
    proctor_page.get_by_role("button", name="Send to all").click()
    expect(messages).to_contain_text("Ten minutes left.")


def test_pause_stops_the_clock_until_the_exam_is_resumed(
    served: Served, exam_id: str, invited: Invited, candidate_page: Page, proctor_page: Page, shot
) -> None:
    open_wall(proctor_page, exam_id)
    panel = open_candidate(proctor_page, NAME)
    panel.get_by_role("button", name="Pause P").click()
    proctor_page.get_by_label("Reason (the candidate reads it)").fill("Fire alarm.")
    looks_right(proctor_page, "pause")
    proctor_page.get_by_role("dialog").get_by_role("button", name="Pause").click()

    expect(candidate_page.get_by_role("heading", name="Your exam is paused")).to_be_visible()
    expect(candidate_page.get_by_text("Fire alarm.")).to_be_visible()
    expect(candidate_page.get_by_text("How much is 1 + 1, and why?")).to_be_hidden()
    expect(clock(candidate_page)).to_contain_text("left, stopped")
    stopped = seconds_left(candidate_page)
    looks_right(candidate_page, "paused")
    shot(candidate_page, "paused")
    # The wall counts the seconds of the pause, so that time is seen to pass while the clock stands.
    expect(tile(proctor_page, NAME)).to_contain_text(re.compile(r"Paused by Grace Hopper, ([3-9]|\d\d) s"))
    assert seconds_left(candidate_page) == stopped

    panel.get_by_role("button", name="Resume P").click()
    expect(candidate_page.get_by_text("How much is 1 + 1, and why?")).to_be_visible()
    expect(clock(candidate_page)).not_to_contain_text("stopped")
    assert abs(seconds_left(candidate_page) - stopped) <= 2, "the pause was not given back"
    assert served.detail(invited.attempt_id)["card"]["clock"]["credited_s"] >= 3
    now = clock(candidate_page).inner_text()
    expect(clock(candidate_page)).not_to_have_text(now)


def test_a_reload_goes_on_where_it_was(
    served: Served, exam_id: str, invited: Invited, candidate_page: Page, proctor_page: Page, shot
) -> None:
    open_wall(proctor_page, exam_id)
    candidate_page.get_by_label("Message to your proctor").fill("Before the reload.")
    candidate_page.get_by_role("button", name="Send").click()
    expect(candidate_page.get_by_role("log", name="Messages")).to_contain_text("Before the reload.")
    before = seconds_left(candidate_page)
    deadline = served.detail(invited.attempt_id)["card"]["clock"]["deadline"]

    candidate_page.reload()

    expect(heading(candidate_page, "Algebra")).to_be_visible()
    expect(candidate_page.get_by_role("log", name="Messages")).to_contain_text("Before the reload.")
    assert 0 <= before - seconds_left(candidate_page) < 30
    card = served.detail(invited.attempt_id)["card"]
    assert card["state"] == "live"
    assert card["clock"]["deadline"] >= deadline
    picture = tile(proctor_page, NAME).locator("canvas")
    drawn = picture.get_attribute("data-drawn")
    expect(picture).not_to_have_attribute("data-drawn", drawn or "")
    signals = [one["signal"] for one in served.detail(invited.attempt_id)["incidents"]]
    assert "second_device" not in signals, "the same browser was taken for another device"


def test_a_second_tab_is_kept_out(invited: Invited, candidate_page: Page, pages: Pages, shot) -> None:
    other = pages.watch(candidate_page.context.new_page())
    other.goto(candidate_page.url)
    expect(heading(other, "Your exam is already open")).to_be_visible()
    looks_right(other, "already open")
    shot(other, "already-open")
    other.close()
    expect(heading(candidate_page, "Algebra")).to_be_visible()


def test_finishing_asks_first_and_then_nothing_is_watched(
    served: Served,
    exam_id: str,
    invited: Invited,
    candidate_page: Page,
    proctor_page: Page,
    browser: Browser,
    pages: Pages,
    shot,
) -> None:
    open_wall(proctor_page, exam_id)
    candidate_page.get_by_role("button", name="Finish…").click()
    dialog = candidate_page.get_by_role("alertdialog", name="Finish the exam?")
    expect(dialog).to_contain_text("You cannot come back after finishing.")
    looks_right(candidate_page, "finish")
    shot(candidate_page, "finish")
    dialog.get_by_role("button", name="Back to the exam").click()
    expect(dialog).to_be_hidden()
    assert served.detail(invited.attempt_id)["card"]["state"] == "live"

    candidate_page.get_by_role("button", name="Finish…").click()
    dialog.get_by_role("button", name="Finish now").click()
    expect(heading(candidate_page, "You are done")).to_be_visible()
    expect(candidate_page.locator("video")).to_have_count(0)
    looks_right(candidate_page, "done")
    shot(candidate_page, "done")
    expect(tile(proctor_page, NAME)).to_contain_text("Finished")
    assert served.detail(invited.attempt_id)["card"]["state"] == "submitted"

    # The browser that sat the exam may have something left to send; to any other the link says no more.
    with pages.allowing(candidate_page, r"status of 410"):
        candidate_page.goto(invited.link)
        expect(heading(candidate_page, "You are done")).to_be_visible()
    other = pages.open(browser)
    with pages.allowing(other, r"status of 4\d\d"):
        other.goto(invited.link)
        expect(heading(other, "This exam is over")).to_be_visible()
    looks_right(other, "used after the end")


def test_the_proctor_ends_an_exam_with_a_reason(
    exam_id: str, candidate_page: Page, proctor_page: Page, shot
) -> None:
    open_wall(proctor_page, exam_id)
    panel = open_candidate(proctor_page, NAME)
    panel.get_by_role("button", name="End…").click()
    dialog = proctor_page.get_by_role("alertdialog", name=f"End the exam of {NAME}?")
    end = dialog.get_by_role("button", name=f"End the exam of {NAME}")
    expect(end).to_be_disabled()
    dialog.get_by_label("Reason (kept in the record, the candidate reads it)").fill("The hall closes.")
    looks_right(proctor_page, "end")
    end.click()
    expect(heading(candidate_page, "Your exam was ended")).to_be_visible()
    expect(candidate_page.get_by_text("The hall closes.")).to_be_visible()
    shot(candidate_page, "ended")


def test_the_exam_room_fits_a_phone(
    invited: Invited, exam_id: str, pages: Pages, browser: Browser, served: Served, shot
) -> None:
    page = pages.open(browser, size=PHONE)
    sit(page, invited.link)
    served.proctor.ask("POST", f"/attempts/{invited.attempt_id}/warn", {"text": "Please look at the screen."})
    expect(page.get_by_role("alert").filter(has_text="Please look at the screen.")).to_be_visible()
    looks_right(page, "exam room on a phone")
    shot(page, "exam-room-warned")
    page.get_by_role("button", name="I have read this").click()
    expect(page.get_by_text("Please look at the screen.")).to_be_hidden()
    page.get_by_role("button", name="Finish…").scroll_into_view_if_needed()
    shot(page, "exam-room-bottom")
    page.get_by_role("button", name="Finish…").click()
    page.get_by_role("button", name="Finish now").click()
    expect(heading(page, "You are done")).to_be_visible()
    looks_right(page, "done on a phone")
    shot(page, "done")
