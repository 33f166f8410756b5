"""A network that lets no socket through, and one that goes away for a while: nothing is lost by either."""

import io
import wave

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from support.browser import OFFLINE, Pages, looks_right
from support.eventually import eventually
from support.film import SPOKEN_S
from support.served import Invited, Served
from support.sitting import QUIET, heading, network, page_events, sit
from support.voice import RATE_HZ

NAME = "Alan Turing"
# A whole stretch of speech waits in the browser: nearly all of it, since a cut may begin in the middle of another.
SPEECH_WAITS = """async (leastMs) => {
  const open = indexedDB.open('examhall-recordings');
  const db = await new Promise((resolve) => { open.onsuccess = () => resolve(open.result); });
  const all = db.transaction('heads').objectStore('heads').getAll();
  const found = await new Promise((resolve) => { all.onsuccess = () => resolve(all.result); });
  db.close();
  return found.some(({kind, durationMs}) => kind === 'audio' && durationMs >= leastMs);
}"""
SEEK = """(slider, at) => {
  const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set;
  set.call(slider, at);
  slider.dispatchEvent(new Event('input', {bubbles: true}));
}"""
PLAYS = """() => [...document.querySelectorAll('#recording audio')].some(
  (audio) => !audio.muted && audio.volume > 0 && audio.duration > 3 && audio.currentTime > 0.2
)"""


@pytest.fixture
def exam_id(served: Served) -> str:
    return served.exam(policy=QUIET)


@pytest.fixture
def invited(served: Served, exam_id: str) -> Invited:
    return served.invite(exam_id, NAME)


def write(page: Page, words: str) -> None:
    page.get_by_label("Message to your proctor").fill(words)
    page.get_by_role("button", name="Send").click()


def test_everything_goes_over_http_where_sockets_are_blocked(
    served: Served, invited: Invited, pages: Pages, browser: Browser, shot
) -> None:
    page = pages.open(browser)
    at = f"/attempts/{invited.attempt_id}"
    page.route_web_socket("**/ws/attempts/**", lambda socket: socket.close(code=3000))
    page.goto(invited.link)
    page.get_by_role("button", name="I agree, continue").click()
    page.get_by_role("button", name="Turn on the camera").click()
    page.get_by_role("button", name="Turn on the microphone").click()
    page.get_by_role("button", name="Continue").click()
    expect(heading(page, "Algebra")).to_be_visible()
    expect(network(page)).to_have_text("Limited")
    expect(page.get_by_text("everything reaches your proctor, chat too")).to_be_visible()
    looks_right(page, "limited")
    shot(page, "limited")

    write(page, "Is this open book?")
    messages = page.get_by_role("log", name="Messages")
    expect(messages).to_contain_text("Is this open book?")
    expect(messages).not_to_contain_text("not sent yet")
    page.get_by_role("button", name="Raise my hand").click()
    eventually(page, lambda: served.detail(invited.attempt_id)["card"]["hand_raised_at"] is not None)
    said = served.proctor.ask("POST", f"{at}/message", {"text": "It is not."})
    assert said["text"] == "It is not."
    expect(messages).to_contain_text("It is not.")
    expect(page.get_by_role("button", name="Raise my hand")).to_be_visible()

    served.proctor.ask("POST", f"{at}/warn", {"text": "Please stay in the picture."})
    warning = page.get_by_role("alert").filter(has_text="Please stay in the picture.")
    expect(warning).to_be_visible()
    warning.get_by_role("button", name="I have read this").click()
    expect(page.get_by_text("Please stay in the picture.")).to_be_hidden()
    eventually(
        page,
        lambda: all(one["acknowledged_at"] for one in served.detail(invited.attempt_id)["warnings"]),
    )

    # What is on its way when the exam is paused or ends is refused, and the browser notes that.
    with pages.allowing(page, "409"):
        served.proctor.ask("POST", f"{at}/pause", {"reason": "A moment."})
        expect(page.get_by_text("Your exam is paused")).to_be_visible()
        expect(page.get_by_text("A moment.")).to_be_visible()
        served.proctor.ask("POST", f"{at}/resume", {"reason": ""})
        expect(page.get_by_text("Your exam is paused")).to_be_hidden()
        assert served.detail(invited.attempt_id)["card"]["connected"]

        page.get_by_role("button", name="Finish…").click()
        page.get_by_role("button", name="Finish now").click()
        expect(heading(page, "You are done")).to_be_visible()
        assert served.detail(invited.attempt_id)["card"]["state"] == "submitted"
        assert served.detail(invited.attempt_id)["chain"] == "intact"


def test_what_happens_offline_survives_a_reload_of_the_page(
    served: Served, invited: Invited, pages: Pages, browser: Browser
) -> None:
    page = pages.open(browser)
    cut = False
    page.route_web_socket(
        "**/ws/attempts/**",
        lambda socket: socket.close(code=3000) if cut else socket.connect_to_server() and None,
    )
    sit(page, invited.link)
    with pages.allowing(page, *OFFLINE, "ERR_FAILED"):
        # The page itself can be loaded, but nothing reaches the exam's server.
        cut = True
        page.route("**/api/v1/attempts/*/events", lambda route: route.abort())
        page.route("**/api/v1/attempts/*/updates", lambda route: route.abort())
        page.context.set_offline(True)
        expect(network(page)).to_have_text("Offline")
        page.get_by_text("How much is 1 + 1, and why?").select_text()
        page.keyboard.press("Control+c")
        page.keyboard.press("Control+c")
        page.context.set_offline(False)
        page.reload()
        expect(network(page)).to_have_text("Offline")
        page.unroute_all()
        cut = False
        page.reload()
        expect(network(page)).to_have_text("OK")
    eventually(page, lambda: kinds(served, invited).count("clipboard_copy") == 2)
    # What a page saw before its line was open comes after what it sees now, so the row closes a moment later.
    eventually(page, lambda: all(in_a_row(seen) for seen in numbers(served, invited).values()))
    assert len(numbers(served, invited)) >= 2


def test_what_is_said_during_a_cut_reaches_the_reviewers_ears(
    served: Served, pages: Pages, speaking_browser: Browser, admin_page: Page
) -> None:
    # Nothing is recorded: sound is what the rule for speech would have been sent.
    invited = served.invite(served.exam(policy=QUIET), NAME)
    page = pages.open(speaking_browser)
    sit(page, invited.link)
    with pages.allowing(page, *OFFLINE):
        page.context.set_offline(True)
        expect(network(page)).to_have_text("Offline")
        eventually(page, lambda: page.evaluate(SPEECH_WAITS, (SPOKEN_S - 1) * 1000))
        page.context.set_offline(False)
        expect(network(page)).to_have_text("OK")

    eventually(page, lambda: spoken(served, invited) is not None)
    segment = spoken(served, invited)
    assert segment is not None
    heard = served.proctor.http.get(segment["url"])
    assert heard.headers["content-type"] == "audio/wav"
    with wave.open(io.BytesIO(heard.content)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE_HZ, 1, 2)
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(float)
    assert samples.size / RATE_HZ * 1000 == pytest.approx(segment["duration_ms"], abs=1)
    assert np.sqrt(np.mean(samples**2)) > 500, "a voice, no quiet room"

    admin_page.goto(f"/attempts/{invited.attempt_id}")
    player = admin_page.get_by_role("region", name="Recording", exact=True)
    player.get_by_role("slider").evaluate(SEEK, segment["captured_at"])
    player.get_by_role("button", name="Play", exact=True).click()
    admin_page.wait_for_function(PLAYS)
    looks_right(admin_page, "review with late sound")


def spoken(served: Served, invited: Invited):
    """The piece of sound with most of what was said; None: the server has none yet."""
    index = served.proctor.ask("GET", f"/attempts/{invited.attempt_id}/recordings")
    least = (SPOKEN_S - 1) * 1000
    return next(
        (one for one in index["segments"] if one["kind"] == "audio" and one["duration_ms"] >= least), None
    )


def numbers(served: Served, invited: Invited) -> dict[str, list[int]]:
    """The numbers of the events that are stored, for each page load."""
    found: dict[str, list[int]] = {}
    for instance, seq, _ in page_events(served.folder / "data", invited.attempt_id):
        found.setdefault(instance, []).append(seq)
    return found


def in_a_row(seen: list[int]) -> bool:
    """Each from 1 on, once."""
    return sorted(seen) == list(range(1, len(seen) + 1))


def kinds(served: Served, invited: Invited) -> list[str]:
    return [kind for _, _, kind in page_events(served.folder / "data", invited.attempt_id)]
