"""The candidate's way from the link to the exam, on a laptop and on a phone."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from support.browser import LAPTOP, PHONE, Pages, looks_right
from support.served import Invited, Served
from support.sitting import check_in, device, heading


@pytest.fixture
def invited(served: Served) -> Invited:
    return served.invite(served.exam(), "Alan Turing")


@pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_a_candidate_checks_in_through_every_step(
    served: Served, invited: Invited, pages: Pages, browser: Browser, size, shot
) -> None:
    page = pages.open(browser, size=size)
    page.goto(invited.link)

    expect(heading(page, "Welcome, Alan Turing")).to_be_visible()
    page.locator("summary").filter(has_text="Who is in the picture").click()
    expect(page.get_by_text("Several faces", exact=True)).to_be_visible()
    expect(page.get_by_text("30 days, then it is deleted.")).to_be_visible()
    assert invited.token not in page.url, "the link's token stays in the address"
    looks_right(page, "welcome")
    shot(page, "welcome")
    page.get_by_role("button", name="I agree, continue").click()

    expect(heading(page, "Check your devices")).to_be_visible()
    expect(page.get_by_role("button", name="Continue")).to_be_disabled()
    looks_right(page, "devices")
    shot(page, "devices-off")
    page.get_by_role("button", name="Turn on the camera").click()
    expect(device(page, "Camera").get_by_text("Working")).to_be_visible()
    page.get_by_role("button", name="Turn on the microphone").click()
    expect(device(page, "Microphone").get_by_text("Working")).to_be_visible()
    picture = page.get_by_label("Your own picture")
    expect(picture).to_have_js_property("videoWidth", 640)
    looks_right(page, "devices on")
    shot(page, "devices-on")
    page.get_by_role("button", name="Continue").click()

    expect(heading(page, "Algebra")).to_be_visible()
    expect(page.get_by_text("How much is 1 + 1, and why?")).to_be_visible()
    expect(page.get_by_role("timer", name="Time left")).to_have_text(re.compile(r"59:\d\d left"))
    looks_right(page, "exam room")
    shot(page, "exam-room")
    assert served.detail(invited.attempt_id)["card"]["state"] == "live"


def test_who_does_not_agree_is_told_that_nothing_was_watched(
    served: Served, invited: Invited, pages: Pages, browser: Browser, shot
) -> None:
    page = pages.open(browser)
    page.goto(invited.link)
    page.get_by_role("button", name="I do not agree").click()
    expect(heading(page, "You did not agree")).to_be_visible()
    looks_right(page, "refused")
    shot(page, "refused")
    detail = served.detail(invited.attempt_id)
    assert detail["card"]["state"] == "invited"
    assert detail["incidents"] == [], "a refusal is no incident"
    page.get_by_role("button", name="Read it again").click()
    expect(heading(page, "Welcome, Alan Turing")).to_be_visible()


def test_a_refused_camera_says_how_to_mend_it(
    invited: Invited, pages: Pages, refusing_browser: Browser, shot
) -> None:
    page = pages.open(refusing_browser, permissions=())
    page.goto(invited.link)
    page.get_by_role("button", name="I agree, continue").click()
    page.get_by_role("button", name="Turn on the camera").click()
    camera = device(page, "Camera")
    expect(camera.get_by_role("status")).to_contain_text(
        "The browser may not use your camera. Click the symbol at the left of the address bar"
    )
    expect(camera.get_by_role("button", name="Try again")).to_be_enabled()
    expect(page.get_by_role("button", name="Continue")).to_be_disabled()
    looks_right(page, "camera refused")
    shot(page, "camera-refused")


def test_an_altered_link_says_what_to_do(invited: Invited, pages: Pages, browser: Browser, shot) -> None:
    page = pages.open(browser)
    with pages.allowing(page, r"status of 422"):
        page.goto(invited.link[:-4] + "AAAA")
        expect(heading(page, "This link is not right")).to_be_visible()
    expect(page.get_by_text("Copy the whole link from your invitation")).to_be_visible()
    looks_right(page, "altered link")
    shot(page, "altered-link")


def test_the_proctor_lets_in_who_waits(
    served: Served, pages: Pages, browser: Browser, proctor_page: Page, shot
) -> None:
    exam_id = served.exam(policy={"admission": "proctor"})
    invited = served.invite(exam_id, "Alan Turing")
    page = pages.open(browser)
    check_in(page, invited.link)
    expect(heading(page, "You are ready")).to_be_visible()
    expect(page.get_by_text("Your proctor will let you in.")).to_be_visible()
    looks_right(page, "waiting")
    shot(page, "waiting")

    proctor_page.goto(f"/exams/{exam_id}/wall")
    proctor_page.get_by_role("button", name="Let in").click()
    expect(heading(page, "Algebra")).to_be_visible()
