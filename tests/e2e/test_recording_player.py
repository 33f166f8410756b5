"""A reviewer plays what a browser recorded: pieces in a row, the gap and its reason, and an incident to go to."""

import base64
import hashlib
import re
import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from support.browser import PHONE, Pages, looks_right
from support.recordings import sound
from support.served import Caller, Served

PIECE_MS = 3_000

# As the candidate's page records: a film that begins anew for each piece, so that each plays by itself.
RECORD = """async ({pieces, lengthMs}) => {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [160, 120];
  const pen = canvas.getContext('2d');
  const draw = setInterval(() => {
    pen.fillStyle = `hsl(${(performance.now() / 10) % 360} 60% 50%)`;
    pen.fillRect(0, 0, 160, 120);
  }, 50);
  const films = [];
  for (let piece = 0; piece < pieces; piece += 1) {
    const at = Date.now();
    const recorder = new MediaRecorder(canvas.captureStream(20), {mimeType: 'video/webm;codecs=vp8'});
    const data = new Promise((done) => { recorder.ondataavailable = (event) => done(event.data); });
    recorder.start();
    await new Promise((done) => setTimeout(done, lengthMs));
    recorder.stop();
    const bytes = new Uint8Array(await (await data).arrayBuffer());
    const content = btoa(bytes.reduce((text, byte) => text + String.fromCharCode(byte), ''));
    films.push({at, lasts: Date.now() - at, content});
  }
  clearInterval(draw);
  return films;
}"""


@dataclass(frozen=True)
class Film:
    at: int
    lasts_ms: int
    content: bytes


@dataclass(frozen=True)
class Recorded:
    """Two pieces, a pause, two pieces; the incident is at the end of the pause."""

    attempt_id: str
    first: Film
    after_pause: Film
    incident_at: int


def record(page: Page, pieces: int) -> list[Film]:
    films = page.evaluate(RECORD, {"pieces": pieces, "lengthMs": PIECE_MS})
    return [Film(film["at"], film["lasts"], base64.b64decode(film["content"])) for film in films]


def send(caller: Caller, attempt_id: str, kind: str, seq: int, film: Film) -> None:
    answer = caller.http.put(
        f"/api/v1/attempts/{attempt_id}/recordings/page-1/{kind}/{seq}",
        content=film.content,
        headers={
            "Content-Type": "audio/wav" if kind == "audio" else "video/webm;codecs=vp8",
            "X-Captured-At": str(film.at),
            "X-Duration-Ms": str(film.lasts_ms),
            "X-Sha256": hashlib.sha256(film.content).hexdigest(),
        },
    )
    assert answer.is_success, answer.text


@pytest.fixture(scope="module")
def recorded(served: Served, browser: Browser) -> Recorded:
    policy = {"recording": "camera_and_screen", "signals": {"connection_lost": {"enabled": False}}}
    invited = served.invite(served.exam("Film studies", policy=policy), "Katherine Johnson")
    caller, attempt_id = served.enter(invited), invited.attempt_id
    page = browser.new_page()
    try:
        films = record(page, 2)
        served.proctor.ask("POST", f"/attempts/{attempt_id}/pause", {"reason": "fire alarm"})
        record(page, 1)  # what happens in a pause is not kept
        served.proctor.ask("POST", f"/attempts/{attempt_id}/resume", {"reason": ""})
        incident_at = copies(served, caller, attempt_id)
        films += record(page, 2)
    finally:
        page.close()
    for kind in ("camera", "screen"):
        for seq, film in enumerate(films):
            send(caller, attempt_id, kind, seq, film)
    send(caller, attempt_id, "audio", 0, Film(films[0].at + 1000, 1000, sound(1.0)))
    caller.ask("POST", f"/attempts/{attempt_id}/submit")
    return Recorded(attempt_id, films[0], films[2], incident_at)


def copies(served: Served, caller: Caller, attempt_id: str) -> int:
    """The candidate copies something; when the incident began."""
    event = {"seq": 1, "kind": "clipboard_copy", "page_ms": 1.0, "occurred_at": round(time.time() * 1000)}
    caller.ask("POST", f"/attempts/{attempt_id}/events", {"instance_id": "page-1", "events": [event]})
    ends = time.monotonic() + 20
    while not (found := served.detail(attempt_id)["incidents"]):
        assert time.monotonic() < ends, "no incident came"
        time.sleep(0.1)
    return int(found[0]["began_at"])


@pytest.fixture
def review(recorded: Recorded, admin_page: Page) -> Page:
    admin_page.goto(f"/attempts/{recorded.attempt_id}")
    expect(player(admin_page)).to_be_visible()
    return admin_page


def player(page: Page) -> Locator:
    return page.get_by_role("region", name="Recording")


def position(page: Page) -> int:
    return int(player(page).get_by_role("slider").input_value())


def until_at(page: Page, at: int) -> None:
    page.wait_for_function("(at) => Number(document.querySelector('#recording input').value) >= at", arg=at)


def shown(page: Page, kind: str) -> Locator:
    return player(page).get_by_role("img", name=f"{kind}, recorded").locator("video[data-shown]")


def test_pieces_play_one_after_another_and_a_gap_says_why(recorded: Recorded, review: Page) -> None:
    page = review
    expect(shown(page, "Camera")).to_have_count(1)
    assert abs(position(page) - recorded.first.at) < 1500
    player(page).get_by_role("button", name="Play", exact=True).click()
    until_at(page, recorded.first.at + PIECE_MS + 500)  # in the second piece
    expect(shown(page, "Screen")).to_have_count(1)
    times = page.evaluate("[...document.querySelectorAll('video[data-shown]')].map((one) => one.currentTime)")
    assert len(times) == 2
    assert abs(times[0] - times[1]) < 0.6
    expect(player(page).get_by_text("The exam was paused", exact=True).first).to_be_visible()
    until_at(page, recorded.after_pause.at + 500)
    expect(shown(page, "Camera")).to_have_count(1)
    player(page).get_by_role("button", name="Pause", exact=True).click()
    stands = position(page)
    expect(player(page).get_by_role("button", name="Play", exact=True)).to_be_visible()
    assert abs(position(page) - stands) < 200


def test_a_press_on_an_incident_plays_from_some_seconds_before_it(
    recorded: Recorded, review: Page, shot: Callable[[Page, str], None]
) -> None:
    page = review
    player(page).get_by_role("button", name=re.compile("Play from before Clipboard")).click()
    expect(player(page).get_by_role("button", name="Pause", exact=True)).to_be_visible()
    assert recorded.incident_at - 5_000 <= position(page) + 100
    until_at(page, recorded.after_pause.at)
    expect(shown(page, "Camera")).to_have_count(1)
    player(page).get_by_role("button", name="Pause", exact=True).click()
    page.get_by_role("button", name="Watch the recording").click()
    expect(player(page).get_by_role("button", name="Pause", exact=True)).to_be_visible()
    player(page).get_by_role("button", name="Pause", exact=True).click()
    looks_right(page, "review with a recording")
    shot(page, "review-recording")
    player(page).get_by_text(re.compile(r"gaps?, and none of them")).click()
    expect(player(page).get_by_text(re.compile("Camera, .*: the exam was paused"))).to_be_visible()


def test_the_player_has_keys_and_leaves_the_reviewers_theirs(recorded: Recorded, review: Page) -> None:
    page = review
    slider = player(page).get_by_role("slider")
    slider.focus()
    at = position(page)
    page.keyboard.press("ArrowRight")
    assert abs(position(page) - at - 5_000) < 200
    page.keyboard.press("j")
    assert position(page) <= at + 200
    page.keyboard.press("Space")
    expect(player(page).get_by_role("button", name="Pause", exact=True)).to_be_visible()
    page.keyboard.press("k")
    expect(player(page).get_by_role("button", name="Play", exact=True)).to_be_visible()
    page.keyboard.press("l")
    expect(page.get_by_text("1 undecided")).to_be_visible()  # L here is ten seconds on, no second look
    player(page).get_by_label("Speed").select_option("2")
    page.keyboard.press("Escape")
    player(page).get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function("document.querySelector('video[data-shown]')?.playbackRate === 2")


@pytest.fixture
def phone(recorded: Recorded, served: Served, pages: Pages, browser: Browser) -> Page:
    page = pages.open(browser, size=PHONE, cookies=served.admin.cookies_for_browser())
    page.goto(f"/attempts/{recorded.attempt_id}")
    expect(player(page)).to_be_visible()
    return page


def test_it_fits_a_phone_and_what_is_printed_says_of_what_and_when(
    phone: Page, review: Page, shot: Callable[[Page, str], None]
) -> None:
    expect(shown(phone, "Camera")).to_have_count(1)
    looks_right(phone, "recording on a phone")
    shot(phone, "review-recording")
    printed = review.get_by_text(re.compile(r"^Film studies\. Review of one attempt, printed \w{3} \d"))
    expect(printed).to_be_hidden()
    review.emulate_media(media="print")
    expect(printed).to_be_visible()
    expect(player(review)).to_be_hidden()
    shot(review, "review-printed")
