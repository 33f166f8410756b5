"""A voice, from a microphone that is a file to the proctor's ears; what is silent never leaves the page."""

import re
import struct

import pytest
from playwright.sync_api import Browser, Page, WebSocket, expect

from support.browser import Pages, looks_right
from support.film import SPOKEN_S
from support.served import Invited, Served
from support.sitting import QUIET, open_candidate, open_wall, sit
from support.voice import RATE_HZ

NAME = "Alan Turing"
HEARD = """(audio) => new Promise((heard) => {
  audio.ontimeupdate = () => { if (audio.currentTime > 0.2) heard(); };
})"""
POLICY = {**QUIET, "camera_check": False}


class Sent:
    """The sound that a page sends: (when it began, how long it is), ms."""

    def __init__(self, page: Page) -> None:
        self.pieces: list[tuple[int, float]] = []
        self.socket: WebSocket | None = None
        page.on("websocket", self._follow)

    def until_runs(self, count: int) -> None:
        assert self.socket is not None
        self.socket.wait_for_event("framesent", lambda _: len(self.runs()) >= count, timeout=75_000)

    def _follow(self, socket: WebSocket) -> None:
        self.socket = socket
        socket.on("framesent", self._look)

    def _look(self, payload: str | bytes) -> None:
        if isinstance(payload, bytes):
            _, kind, _, captured_at, codec = struct.unpack_from("<BBIqB", payload)
            if kind == 3:
                assert codec == 2
                self.pieces.append((captured_at, (len(payload) - 15) / 2 / RATE_HZ * 1000))

    def runs(self) -> list[tuple[int, int]]:
        """From when to when sound was sent without a pause."""
        runs: list[tuple[int, int]] = []
        for began, length in self.pieces:
            if runs and began - runs[-1][1] < 500:
                runs[-1] = (runs[-1][0], round(began + length))
            else:
                runs.append((began, round(began + length)))
        return runs


@pytest.fixture
def exam_id(served: Served) -> str:
    return served.exam(policy=POLICY)


@pytest.fixture
def invited(served: Served, exam_id: str) -> Invited:
    return served.invite(exam_id, NAME)


def test_a_voice_is_sent_heard_and_played_and_silence_is_not(
    exam_id: str, invited: Invited, pages: Pages, speaking_browser: Browser, proctor_page: Page
) -> None:
    candidate_page = pages.open(speaking_browser)
    sent = Sent(candidate_page)
    sit(candidate_page, invited.link)
    open_wall(proctor_page, exam_id)

    # Two whole stretches of speech, with the silence between them.
    sent.until_runs(3)
    first, second = sent.runs()[:2]
    # The beginning of the first may have been missed; after the voice the gate stays open for a second.
    assert SPOKEN_S * 1000 - 500 <= second[1] - second[0] <= (SPOKEN_S + 2.5) * 1000
    assert second[0] - first[1] >= 5_500

    panel = open_candidate(proctor_page, NAME)
    incident = panel.get_by_role("article").filter(has_text=re.compile("Voice, lips"))
    expect(incident).to_be_visible()
    sound = incident.locator("audio").first
    expect(sound).to_have_attribute("aria-label", re.compile(r"^Sound from \d\d:\d\d:\d\d: Voice"))
    looks_right(proctor_page, "incident with sound")

    sound.focus()
    proctor_page.keyboard.press("Space")
    sound.evaluate(HEARD)
    assert sound.evaluate("(audio) => audio.duration") >= 4
