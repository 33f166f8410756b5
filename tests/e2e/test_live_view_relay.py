"""Browser to browser through a real TURN server alone, with credentials that were made for one live view."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from support.browser import Pages
from support.live_view import SEE_PEERS, frames_advance, until_stopped
from support.served import Invited, Served
from support.sitting import QUIET, open_candidate, open_wall, sit
from support.turn_server import TurnServer, turn_server

ALAN = "Alan Turing"


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TurnServer]:
    with turn_server(tmp_path_factory.mktemp("coturn")) as running:
        yield running


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, relay: TurnServer) -> Iterator[Served]:
    server = Served(tmp_path_factory.mktemp("server"), settings=relay.settings)
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


def test_the_live_view_goes_through_the_relay_and_finds_its_way_again(
    exam_id: str, invited: Invited, pages: Pages, browser: Browser, proctor_page: Page, relay: TurnServer
) -> None:
    candidate_page = pages.open(browser, init_script=SEE_PEERS)
    sit(candidate_page, invited.link)
    open_wall(proctor_page, exam_id)
    panel = open_candidate(proctor_page, ALAN)
    frames_advance(proctor_page, panel)
    panel.get_by_text("Connection", exact=True).click()
    expect(panel.get_by_text("through a relay")).to_be_visible()
    kinds = candidate_page.evaluate(
        """async () => [...(await window.peers.at(-1).getStats()).values()]
            .filter((entry) => entry.type === 'local-candidate').map((entry) => entry.candidateType)"""
    )
    assert set(kinds) == {"relay"}, "an address of the candidate's own was given away"

    # Every way that the two had is gone at once, while both still reach the server.
    with pages.allowing(proctor_page, "TURN|ICE"), pages.allowing(candidate_page, "TURN|ICE"):
        relay.stop()
        until_stopped(proctor_page, panel)
        expect(panel.get_by_text(re.compile("Interrupted"))).to_be_visible()
        relay.start()
        frames_advance(proctor_page, panel)
    expect(panel.get_by_role("region", name="Live view").get_by_text("Live", exact=True)).to_be_visible()
    assert len(candidate_page.evaluate("window.peers.map((peer) => peer.connectionState)")) == 1, (
        "the connection was made anew instead of restarted"
    )
