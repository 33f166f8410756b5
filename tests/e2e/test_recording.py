"""The exam is recorded: it arrives whole through cuts, reloads and the end, and plays."""

import json
import sqlite3
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from support.browser import OFFLINE, PHONE, Pages, looks_right
from support.eventually import eventually
from support.served import Invited, Served
from support.sitting import QUIET, heading, network, sit

NAME = "Alan Turing"
RECORDED = {**QUIET, "recording": "camera"}


@pytest.fixture
def exam_id(served: Served) -> str:
    return served.exam(policy=RECORDED)


@pytest.fixture
def invited(served: Served, exam_id: str) -> Invited:
    return served.invite(exam_id, NAME)


def recording(page: Page):
    """What the exam room says of the recording."""
    return page.get_by_role("definition").nth(-2)


def segments(data: Path, attempt_id: str) -> list[tuple[str, str, int, int, int]]:
    """(page load, kind, number, captured_at, duration_ms) of what the server has, by time."""
    connection = sqlite3.connect(f"file:{data / 'examhall.db'}?mode=ro", uri=True)
    try:
        rows = connection.execute(
            "select instance_id, kind, seq, captured_at, duration_ms from recording_segment"
            " where attempt_id = ? order by captured_at",
            (attempt_id,),
        )
        return list(rows)
    finally:
        connection.close()


def holes(found: list[tuple[str, str, int, int, int]]) -> list[int]:
    """The stretches between one segment and the next that neither covers, ms."""
    return [max(0, later[3] - (one[3] + one[4])) for one, later in pairwise(found)]


def finish(page: Page) -> None:
    page.get_by_role("button", name="Finish…").click()
    page.get_by_role("button", name="Finish now").click()
    expect(heading(page, "You are done")).to_be_visible()


def test_the_recording_is_whole_after_a_cut_a_reload_and_the_end_and_it_plays(
    served: Served, invited: Invited, pages: Pages, browser: Browser, shot
) -> None:
    page = pages.open(browser)
    page.goto(invited.link)
    expect(page.get_by_text("Your camera is recorded without sound")).to_be_visible()
    sit(page, None)
    expect(recording(page)).to_have_text("On")
    looks_right(page, "recorded")
    shot(page, "recorded")
    data = served.folder / "data"
    here = lambda: segments(data, invited.attempt_id)  # noqa: E731
    eventually(page, lambda: len(here()) >= 1)

    with pages.allowing(page, *OFFLINE):
        page.context.set_offline(True)
        expect(page.get_by_text("You are offline.")).to_be_visible()
        expect(recording(page)).to_have_text("On")
        known = len(here())
        # Two segments are begun and ended meanwhile, and stay here.
        eventually(page, lambda: page.evaluate(LEFT) >= 2)
        assert len(here()) == known
        page.context.set_offline(False)
        expect(network(page)).to_have_text("OK")
    eventually(page, lambda: len(here()) >= known + 2)

    first_load = here()[0][0]
    page.reload()
    expect(recording(page)).to_have_text("On")
    eventually(page, lambda: any(load != first_load for load, *_ in here()))
    finish(page)
    expect(page.get_by_text("The whole recording has been sent.")).to_be_visible()
    shot(page, "recording-sent")

    found = here()
    for load in {one[0] for one in found}:
        own = [one for one in found if one[0] == load and one[1] == "camera"]
        assert [one[2] for one in own] == list(range(len(own))), "numbers go 0, 1, 2 ... in time"
        assert max(holes(own), default=0) == 0, "one begins before the last ends"
    plays(served, invited, page)


def plays(served: Served, invited: Invited, page: Page) -> None:
    """Each piece for itself, in a browser."""
    index = served.proctor.ask("GET", f"/attempts/{invited.attempt_id}/recordings")
    for segment in index["segments"]:
        if segment["kind"] == "audio":
            continue  # what was heard while the network was away
        answer = served.proctor.http.get(segment["url"])
        assert answer.is_success
        width, height, shown = page.evaluate(PLAY, list(answer.content))
        assert (width, height) == (640, 480)
        assert shown > 0


def test_what_is_left_at_the_end_is_sent_later_from_the_same_link(
    served: Served, invited: Invited, pages: Pages, browser: Browser, shot
) -> None:
    page = pages.open(browser)
    sit(page, invited.link)
    uploads = "**/recordings/**"
    with pages.allowing(page, "503", *OFFLINE):
        page.route(uploads, lambda route: route.fulfill(status=503, body="{}"))
        eventually(page, lambda: page.evaluate(LEFT) >= 1)
        finish(page)
        expect(page.get_by_text("Sending the rest of the recording")).to_be_visible()
        expect(page.get_by_text("open the same link in this browser")).to_be_visible()
        looks_right(page, "sending the rest")
        shot(page, "sending-the-rest")
        page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        shot(page, "sending-the-rest")
        assert segments(served.folder / "data", invited.attempt_id) == []
        left = page.evaluate(LEFT)
        page.goto("about:blank")
        page.unroute(uploads)
    with pages.allowing(page, "410"):
        page.goto(invited.link)  # the link is used up, and this browser is still known
        expect(heading(page, "You are done")).to_be_visible()
    expect(page.get_by_text("The whole recording has been sent.")).to_be_visible()
    assert len(segments(served.folder / "data", invited.attempt_id)) >= left >= 1


def test_a_full_disk_stops_the_recording_and_not_the_exam(
    served: Served, invited: Invited, pages: Pages, browser: Browser, shot
) -> None:
    page = pages.open(browser, init_script=LITTLE_ROOM)
    with pages.allowing(page, "503"):
        page.route("**/recordings/**", lambda route: route.fulfill(status=503, body="{}"))
        sit(page, invited.link)
        expect(page.get_by_text("There is no room for more of the recording.")).to_be_visible(timeout=60_000)
        expect(recording(page)).to_have_text("Not possible")
        looks_right(page, "full")
        shot(page, "recording-full")
        kinds = lambda: json.dumps(served.detail(invited.attempt_id)["timeline"])  # noqa: E731
        eventually(page, lambda: "storage_full" in kinds() or "storage full" in kinds())
        page.unroute("**/recordings/**")
        expect(page.get_by_text("There is no room for more of the recording.")).to_be_hidden(timeout=60_000)
        expect(recording(page)).to_have_text("On")


LEFT = """async () => {
  const open = indexedDB.open('examhall-recordings');
  const db = await new Promise((resolve) => { open.onsuccess = () => resolve(open.result); });
  const count = db.transaction('heads').objectStore('heads').count();
  const found = await new Promise((resolve) => { count.onsuccess = () => resolve(count.result); });
  db.close();
  return found;
}"""
PLAY = """async (bytes) => {
  const video = document.createElement('video');
  video.muted = true;
  video.src = URL.createObjectURL(new Blob([new Uint8Array(bytes)], {type: 'video/webm'}));
  const shown = new Promise((resolve, reject) => {
    video.requestVideoFrameCallback((_, frame) => resolve(frame.presentedFrames));
    video.onerror = () => reject(new Error(video.error.message));
  });
  document.body.append(video);
  await video.play();
  const frames = await shown;
  video.remove();
  return [video.videoWidth, video.videoHeight, frames];
}"""
LITTLE_ROOM = """
Object.defineProperty(navigator, 'deviceMemory', {value: 0.02});
navigator.storage.estimate = async () => ({quota: 100_000, usage: 0});
const put = IDBObjectStore.prototype.put;
IDBObjectStore.prototype.put = function (value, ...key) {
  if (this.name === 'bytes' && value.length > 0) throw new DOMException('full', 'QuotaExceededError');
  return put.call(this, value, ...key);
};
"""
