"""Browser to browser: what a proctor and a candidate see and hear of each other, and of devices that change."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from support.browser import Pages
from support.live_view import SEE_PEERS, frames_advance, hold_to_talk, until_heard
from support.served import Invited, Served
from support.sitting import QUIET, open_candidate, open_wall, sit

ALAN = "Alan Turing"
SPEAKING = "Your proctor is speaking to you."
# A browser that is short of time takes the next size down.
LARGE = re.compile("640 . 480|480 . 360")
SMALL = re.compile("320 . 240|240 . 180|160 . 120")
# Keeps what the page was given, to end it as a pulled plug does.
SEE_STREAMS = """
window.streams = [];
const give = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (wanted) => {
    const stream = await give(wanted);
    window.streams.push(stream);
    return stream;
};
"""
UNPLUG_CAMERA = """
for (const track of window.streams.flatMap((stream) => stream.getVideoTracks())) {
    track.stop();
    track.dispatchEvent(new Event('ended'));
}
"""


@pytest.fixture
def exam_id(served: Served) -> str:
    return served.exam(policy=QUIET)


@pytest.fixture
def invited(served: Served, exam_id: str) -> Invited:
    return served.invite(exam_id, ALAN)


@pytest.fixture
def candidate_page(invited: Invited, pages: Pages, browser: Browser) -> Page:
    page = pages.open(browser, init_script=SEE_PEERS + SEE_STREAMS)
    sit(page, invited.link)
    return page


def test_the_proctor_talks_to_one_candidate_as_often_as_wanted(
    exam_id: str, candidate_page: Page, proctor_page: Page
) -> None:
    open_wall(proctor_page, exam_id)
    panel = open_candidate(proctor_page, ALAN)
    frames_advance(proctor_page, panel)
    for _ in range(2):
        hold_to_talk(proctor_page, panel)
        expect(candidate_page.get_by_text(SPEAKING)).to_be_visible()
        expect(panel.get_by_text("You are heard")).to_be_visible()
        until_heard(candidate_page)
        proctor_page.mouse.up()
        expect(candidate_page.get_by_text(SPEAKING)).to_be_hidden()
    frames_advance(proctor_page, panel)


def test_a_camera_that_goes_is_said_and_another_is_shown_in_the_same_view(
    exam_id: str, candidate_page: Page, proctor_page: Page
) -> None:
    open_wall(proctor_page, exam_id)
    panel = open_candidate(proctor_page, ALAN)
    frames_advance(proctor_page, panel)
    candidate_page.evaluate(UNPLUG_CAMERA)
    expect(panel.get_by_text("The candidate's camera is off or was refused.")).to_be_visible()
    candidate_page.get_by_role("button", name="Turn on again").first.click()
    frames_advance(proctor_page, panel)
    assert candidate_page.evaluate("window.peers.length") == 1


def test_a_wall_that_nobody_sees_takes_the_small_picture(
    exam_id: str, candidate_page: Page, proctor_page: Page
) -> None:
    open_wall(proctor_page, exam_id)
    panel = open_candidate(proctor_page, ALAN)
    frames_advance(proctor_page, panel)
    panel.get_by_text("Connection", exact=True).click()
    expect(panel.get_by_text(LARGE)).to_be_visible()
    proctor_page.evaluate(
        """Object.defineProperty(document, 'hidden', {value: true, configurable: true});
        document.dispatchEvent(new Event('visibilitychange'));"""
    )
    expect(panel.get_by_text(SMALL)).to_be_visible()


def test_who_refuses_the_camera_is_still_heard(
    exam_id: str, invited: Invited, pages: Pages, browser: Browser, proctor_page: Page
) -> None:
    page = pages.open(browser, init_script=SEE_STREAMS)
    sit(page, invited.link)
    page.evaluate(UNPLUG_CAMERA)
    open_wall(proctor_page, exam_id)
    panel = open_candidate(proctor_page, ALAN)
    expect(panel.get_by_text("The candidate's camera is off or was refused.")).to_be_visible()
    expect(panel.get_by_text("Live, no camera")).to_be_visible()
