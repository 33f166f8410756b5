"""Browser to browser: what a proctor and a candidate see and hear of each other, and of devices that change."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from support.browser import Pages, looks_right
from support.live_view import (
    SEE_PEERS,
    frames_advance,
    hold_to_talk,
    picture,
    until_heard,
    until_silent,
    until_sound_is_sent,
)
from support.served import Invited, Served
from support.sitting import QUIET, network, open_candidate, open_wall, sit

ALAN = "Alan Turing"
REASON = "Reason (kept in the record, the candidate reads it)"
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


def test_who_is_muted_and_taken_out_reads_why_and_is_put_back(
    served: Served, exam_id: str, invited: Invited, candidate_page: Page, proctor_page: Page, shot
) -> None:
    open_wall(proctor_page, exam_id)
    panel = open_candidate(proctor_page, ALAN)
    frames_advance(proctor_page, panel)

    panel.get_by_role("button", name="Mute…").click()
    mute = proctor_page.get_by_role("alertdialog", name=f"Mute {ALAN} in the live view?")
    expect(mute.get_by_role("button", name=f"Mute {ALAN}")).to_be_disabled()  # a reason is missing
    mute.get_by_label(REASON).fill("A radio plays.")
    looks_right(proctor_page, "mute")
    shot(proctor_page, "wall-mute")
    mute.get_by_role("button", name=f"Mute {ALAN}").click()
    expect(proctor_page.get_by_text(f"The microphone of {ALAN} is off in the live view.")).to_be_visible()
    muted = candidate_page.get_by_text("Your proctor switched your microphone off in the live view.")
    expect(muted).to_be_visible()
    expect(candidate_page.get_by_text("A radio plays. Your exam goes on.")).to_be_visible()
    looks_right(candidate_page, "muted")
    shot(candidate_page, "exam-muted")
    until_silent(candidate_page)
    candidate_page.get_by_role("button", name="Turn on again").click()
    expect(muted).to_be_hidden()
    until_sound_is_sent(candidate_page)

    panel.get_by_role("button", name="Take out…").click()
    take_out = proctor_page.get_by_role("alertdialog", name=f"Take {ALAN} out of the live view?")
    take_out.get_by_label(REASON).fill("Somebody else is in the room.")
    looks_right(proctor_page, "take out")
    shot(proctor_page, "wall-take-out")
    take_out.get_by_role("button", name=f"Take {ALAN} out").click()
    expect(panel.get_by_text("Taken out", exact=True)).to_be_visible()
    expect(picture(panel)).to_be_hidden()
    expect(candidate_page.get_by_text("Your proctor took you out of the live view.")).to_be_visible()
    expect(candidate_page.get_by_text("Somebody else is in the room. Your exam goes on.")).to_be_visible()
    expect(candidate_page.get_by_text("A proctor is watching live.")).to_be_hidden()
    expect(network(candidate_page)).to_have_text("OK")
    looks_right(proctor_page, "taken out")
    shot(proctor_page, "wall-taken-out")
    shot(candidate_page, "exam-taken-out")

    # Whoever only opens the candidate again does not put them back by it.
    panel.get_by_role("button", name="Close the candidate").click()
    panel = open_candidate(proctor_page, ALAN)
    expect(panel.get_by_text("Taken out", exact=True)).to_be_visible()
    panel.get_by_role("button", name="Put back").click()
    frames_advance(proctor_page, panel)
    expect(candidate_page.get_by_text("Your proctor took you out of the live view.")).to_be_hidden()
    expect(candidate_page.get_by_text("A proctor is watching live.")).to_be_visible()
    timeline = [entry["words"] for entry in served.detail(invited.attempt_id)["timeline"]]
    assert "Microphone muted by Grace Hopper: A radio plays." in timeline
    assert "Taken out of the live view by Grace Hopper: Somebody else is in the room." in timeline
