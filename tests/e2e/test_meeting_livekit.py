"""Candidates and a proctor in real browsers, live through a real LiveKit server."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from support.browser import Pages
from support.live_view import (
    SEE_PEERS,
    counted,
    frames_advance,
    hold_to_talk,
    picture,
    until_heard,
    until_nothing_is_sent,
)
from support.livekit_server import LiveKitNode, livekit_node
from support.served import Invited, Served
from support.sitting import QUIET, network, open_candidate, open_wall, sit

pytestmark = pytest.mark.livekit

ALAN, JOAN = "Alan Turing", "Joan Clarke"
SPEAKING = "Your proctor is speaking to you."
# While the LiveKit server is away a page's attempts to reach it fail, as they must.
AWAY = (r"127\.0\.0\.1:\d+/rtc", r"WebSocket", r"net::ERR_CONNECTION", r"Failed to load resource.*503")


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveKitNode]:
    with livekit_node(tmp_path_factory.mktemp("livekit")) as running:
        yield running


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, node: LiveKitNode) -> Iterator[Served]:
    server = Served(tmp_path_factory.mktemp("server"), settings=node.settings)
    try:
        server.start()
        server.set_up()
        yield server
    finally:
        server.close()


@pytest.fixture
def exam_id(served: Served) -> str:
    return served.exam(policy=QUIET)


@pytest.fixture
def invited(served: Served, exam_id: str) -> Invited:
    return served.invite(exam_id, ALAN)


@pytest.fixture
def candidate_page(invited: Invited, pages: Pages, browser: Browser) -> Page:
    page = pages.open(browser, init_script=SEE_PEERS)
    sit(page, invited.link)
    return page


def in_meeting(served: Served, attempt_id: str) -> list[str]:
    return [
        one["participant_id"]
        for one in served.proctor.ask("GET", f"/attempts/{attempt_id}/meeting")["participants"]
    ]


def test_only_who_is_watched_is_carried_and_hears_the_proctor(
    served: Served,
    exam_id: str,
    invited: Invited,
    candidate_page: Page,
    proctor_page: Page,
    pages: Pages,
    browser: Browser,
) -> None:
    other = served.invite(exam_id, JOAN)
    other_page = pages.open(browser, init_script=SEE_PEERS)
    sit(other_page, other.link)
    open_wall(proctor_page, exam_id)
    assert candidate_page.evaluate("window.peers.length") == 0, "nobody looks, so nothing is connected"

    panel = open_candidate(proctor_page, ALAN)
    frames_advance(proctor_page, panel)
    assert invited.attempt_id in in_meeting(served, invited.attempt_id)
    assert in_meeting(served, other.attempt_id) == []
    assert other_page.evaluate("window.peers.length") == 0
    panel.get_by_text("Connection", exact=True).click()
    expect(panel.get_by_text(re.compile("640 . 480|480 . 360|320 . 240"))).to_be_visible()
    expect(panel.get_by_text("direct")).to_be_visible()

    hold_to_talk(proctor_page, panel)
    expect(candidate_page.get_by_text(SPEAKING)).to_be_visible()
    until_heard(candidate_page)
    proctor_page.mouse.up()
    expect(candidate_page.get_by_text(SPEAKING)).to_be_hidden()

    panel.get_by_role("button", name="Close the candidate").click()
    expect(candidate_page.get_by_text("A proctor is watching live.")).to_be_hidden()
    until_nothing_is_sent(candidate_page)
    assert counted(candidate_page, "outbound-rtp", "video", "bytesSent") > 0


def test_who_is_taken_out_stays_out_until_somebody_puts_them_back(
    served: Served, exam_id: str, invited: Invited, candidate_page: Page, proctor_page: Page
) -> None:
    open_wall(proctor_page, exam_id)
    panel = open_candidate(proctor_page, ALAN)
    frames_advance(proctor_page, panel)
    served.proctor.ask("POST", f"/attempts/{invited.attempt_id}/meeting/remove")
    expect(panel.get_by_text("Taken out", exact=True)).to_be_visible()
    expect(candidate_page.get_by_text("Your proctor took you out of the live view.")).to_be_visible()
    expect(network(candidate_page)).to_have_text("OK")

    panel.get_by_role("button", name="Put back").click()
    frames_advance(proctor_page, panel)


def test_a_muted_camera_is_said_and_the_exam_goes_on(
    served: Served, exam_id: str, invited: Invited, candidate_page: Page, proctor_page: Page
) -> None:
    open_wall(proctor_page, exam_id)
    panel = open_candidate(proctor_page, ALAN)
    frames_advance(proctor_page, panel)
    served.proctor.ask("POST", f"/attempts/{invited.attempt_id}/meeting/mute", {"media": "camera"})
    expect(panel.get_by_text("The candidate's camera is off or was refused.")).to_be_visible()
    sharing = served.detail(invited.attempt_id)["card"]["sharing"]
    assert sharing["camera"], "what is looked at by the computer is not what the provider shows"
    expect(network(candidate_page)).to_have_text("OK")


def test_when_livekit_is_away_the_proctor_is_told_and_it_comes_back_by_itself(
    exam_id: str, candidate_page: Page, proctor_page: Page, pages: Pages, node: LiveKitNode
) -> None:
    open_wall(proctor_page, exam_id)
    panel = open_candidate(proctor_page, ALAN)
    frames_advance(proctor_page, panel)
    with pages.allowing(proctor_page, *AWAY), pages.allowing(candidate_page, *AWAY):
        node.stop()
        try:
            expect(panel.get_by_text("Live view not available")).to_be_visible()
            expect(picture(panel)).to_be_hidden()
            candidate_page.get_by_label("Message to your proctor").fill("Still here.")
            candidate_page.get_by_role("button", name="Send").click()
            expect(panel.get_by_role("list", name="Messages")).to_contain_text("Still here.")
        finally:
            node.start()
        frames_advance(proctor_page, panel)
