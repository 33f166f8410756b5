"""A second face, from the camera to the wall, the warning, the evidence and the verdict."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from examhall.adapters.simulation.behaviours import Scene
from support.browser import Pages, looks_right
from support.film import CAMERA_THE_TEST_FEEDS, as_text, film
from support.served import Invited, Served
from support.sitting import QUIET, heading, open_candidate, open_wall, sit, tile

NAME = "Alan Turing"
SHOW = "(pictures) => window.showToCamera(pictures)"


@pytest.fixture
def exam_id(served: Served) -> str:
    return served.exam(policy=QUIET)


@pytest.fixture
def invited(served: Served, exam_id: str) -> Invited:
    return served.invite(exam_id, NAME)


@pytest.fixture
def candidate_page(invited: Invited, pages: Pages, browser: Browser) -> Page:
    """Alan, in the exam room, before a camera that the test feeds."""
    page = pages.open(browser, init_script=CAMERA_THE_TEST_FEEDS)
    page.goto(invited.link)
    page.evaluate(SHOW, as_text(film(Scene.NORMAL)))
    sit(page, None)
    return page


def test_a_second_face_is_an_incident_a_warning_and_a_decision(
    served: Served, exam_id: str, invited: Invited, candidate_page: Page, proctor_page: Page, shot
) -> None:
    open_wall(proctor_page, exam_id)
    alerts = proctor_page.get_by_role("list", name="Open alerts")
    expect(tile(proctor_page, NAME).locator("canvas")).to_have_attribute("data-drawn", re.compile(r"\d+"))
    expect(alerts).to_be_hidden()

    candidate_page.evaluate(SHOW, as_text(film(Scene.SECOND_PERSON)))

    warning = candidate_page.get_by_role("alert").filter(has_text="We see more than one face.")
    expect(warning).to_contain_text("Please make sure that you are alone in the picture")
    expect(alerts).to_contain_text(re.compile(rf"{NAME}.*2 faces for \d", re.DOTALL))
    expect(tile(proctor_page, NAME)).to_contain_text("More than one face")
    said = proctor_page.get_by_role("status").filter(has_text=f"{NAME}, high: More than one face.")
    expect(said).to_have_count(1)
    looks_right(candidate_page, "warned")
    looks_right(proctor_page, "wall with an alert")
    shot(candidate_page, "exam-room-warned")
    shot(proctor_page, "wall-alert")

    candidate_page.evaluate(SHOW, as_text(film(Scene.NORMAL)))
    warning.get_by_role("button", name="I have read this").click()
    expect(warning).to_be_hidden()

    panel = open_candidate(proctor_page, NAME)
    incident = panel.get_by_role("article").filter(has_text="More than one face")
    expect(incident).to_contain_text("Lasted")
    pictures = incident.get_by_role("list", name=re.compile("Pictures")).get_by_role("img")
    expect(pictures).not_to_have_count(0)
    expect(pictures.first).not_to_have_js_property("naturalWidth", 0)
    looks_right(proctor_page, "incident in the panel")
    shot(proctor_page, "wall-incident")
    incident.get_by_role("button", name="Confirm").click()
    expect(incident).to_contain_text("Confirmed by Grace Hopper")
    expect(alerts).to_be_hidden()
    proctor_page.get_by_role("region", name="Notices").get_by_role("button", name="Undo").click()
    expect(incident.get_by_role("button", name="Confirm")).to_be_visible()
    assert verdict(served, invited) == "undecided"

    pictures.first.click()
    large = proctor_page.get_by_role("dialog")
    expect(large.get_by_role("status")).to_contain_text(re.compile(r"1 of \d+"))
    proctor_page.keyboard.press("ArrowRight")
    expect(large.get_by_role("status")).to_contain_text(re.compile(r"2 of \d+"))
    looks_right(proctor_page, "evidence picture")
    shot(proctor_page, "evidence")
    proctor_page.keyboard.press("Escape")
    expect(large).to_be_hidden()

    proctor_page.goto(f"/exams/{exam_id}/review")
    expect(heading(proctor_page, "Review")).to_be_visible()
    review = proctor_page.get_by_role("article").filter(has_text="More than one face")
    expect(review).to_contain_text("2 faces")
    expect(proctor_page.get_by_text("The record is whole")).to_be_visible()
    looks_right(proctor_page, "review")
    shot(proctor_page, "review")
    proctor_page.keyboard.press("d")
    expect(review).to_contain_text("Dismissed by Grace Hopper")
    expect(proctor_page.get_by_text("Everything is decided")).to_be_visible()
    assert verdict(served, invited) == "dismissed"


def test_an_empty_seat_and_a_covered_lens_are_told_apart(
    served: Served, exam_id: str, candidate_page: Page, proctor_page: Page
) -> None:
    open_wall(proctor_page, exam_id)
    candidate_page.evaluate(SHOW, as_text(film(Scene.EMPTY_SEAT)))
    expect(candidate_page.get_by_role("alert")).to_contain_text("We cannot see your face.")
    expect(tile(proctor_page, NAME)).to_contain_text("Nobody in view")
    candidate_page.evaluate(SHOW, as_text(film(Scene.COVERED)))
    expect(candidate_page.get_by_role("alert")).to_contain_text("Your camera picture is dark")
    expect(tile(proctor_page, NAME)).to_contain_text("Camera blocked")


def verdict(served: Served, invited: Invited) -> str:
    incidents = served.detail(invited.attempt_id)["incidents"]
    return next(one["verdict"] for one in incidents if one["signal"] == "multiple_faces")
