"""A line that becomes slower and slower: one thing after the other is left out, events never; all comes in the end."""

import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from support.browser import LAPTOP, PHONE, Pages, looks_right
from support.eventually import eventually
from support.impair import Line, impaired_meanwhile
from support.served import Invited, Served
from support.sitting import QUIET, network, open_candidate, open_wall, page_events, sit, tile

NAME = "Alan Turing"
# Whether somebody speaks would decide how much the line has to carry.
RECORDED = {"signals": {**QUIET["signals"], "speech": {"enabled": False}}, "recording": "camera"}
# A picture has some 30 kB, and one is taken each second. This carries hardly them, and no recording beside them.
NARROW = 30_000
# This carries every second one, in more time than a good line needs and less than a bad one.
VERY_NARROW = 24_000
LADDER = ["smaller recording", "recording comes later", "small live view", "fewer pictures"]
# Every word that the tile says of the line, in its order: a rung may pass between two looks of the test.
FOLLOW = """() => {
  window.said = [];
  const look = () => {
    const now = document.querySelector('[data-tiles] > li [class*=slow] span')?.textContent ?? 'well';
    if (now !== window.said.at(-1)) window.said.push(now);
  };
  look();
  new MutationObserver(look).observe(document.body, {subtree: true, childList: true, characterData: true});
}"""


@pytest.fixture
def exam_id(served: Served) -> str:
    return served.exam(policy=RECORDED)


@pytest.fixture
def invited(served: Served, exam_id: str) -> Invited:
    return served.invite(exam_id, NAME)


@pytest.fixture
def line(served: Served) -> Iterator[Line]:
    with impaired_meanwhile(served.base_url) as line:
        yield line


def copy_something(page: Page) -> None:
    page.get_by_text("How much is 1 + 1, and why?").select_text()
    page.keyboard.press("Control+c")


def copies(served: Served, invited: Invited) -> int:
    kinds = [kind for _, _, kind in page_events(served.folder / "data", invited.attempt_id)]
    return kinds.count("clipboard_copy")


def recorded_until(served: Served, invited: Invited) -> int:
    """Until when the server has the recording, ms since the epoch; 0: it has nothing."""
    index = served.proctor.ask("GET", f"/attempts/{invited.attempt_id}/recordings")
    return max((one["captured_at"] for one in index["segments"]), default=0)


def said(wall: Page) -> list[str]:
    return wall.evaluate("window.said")


def in_this_order(heard: list[str], wanted: list[str]) -> bool:
    rest = iter(heard)
    return all(any(one in words for words in rest) for one in wanted)


def on_a_phone(page: Page, shot: Callable[[Page, str], None], name: str) -> None:
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    looks_right(page, f"{name} on a phone")
    shot(page, name)
    page.set_viewport_size({"width": LAPTOP[0], "height": LAPTOP[1]})


# The ladder waits 10 s before each step back, and the server of this file starts and stops within the test's time.
@pytest.mark.timeout(300)
def test_one_thing_after_the_other_is_left_out_and_comes_back(
    served: Served,
    exam_id: str,
    invited: Invited,
    line: Line,
    pages: Pages,
    browser: Browser,
    proctor_page: Page,
    shot: Callable[[Page, str], None],
) -> None:
    page, wall = pages.open(browser), proctor_page
    sockets: list[str] = []
    page.on("websocket", lambda socket: sockets.append(socket.url))
    sit(page, invited.link.replace(served.base_url, line.url))
    open_wall(wall, exam_id)
    wall.evaluate(FOLLOW)
    panel = open_candidate(wall, NAME)
    banner = page.get_by_role("status").filter(has_text="Your connection is slow.")

    line.up_bytes_per_s = NARROW
    eventually(wall, lambda: in_this_order(said(wall), LADDER[:2]))
    expect(banner).to_contain_text("The recording is sent later; your exam goes on.")
    expect(page.get_by_text("On, sent later")).to_be_visible()
    line.up_bytes_per_s = VERY_NARROW
    eventually(wall, lambda: in_this_order(said(wall), LADDER))
    slow_at = time.time() * 1000
    assert recorded_until(served, invited) < slow_at

    # What the page notices arrives all the while.
    for count in (1, 2):
        copy_something(page)
        eventually(page, lambda count=count: copies(served, invited) == count)
    expect(network(page)).to_have_text("Slow")
    expect(tile(wall, NAME)).to_contain_text("Slow network")
    expect(panel.get_by_text("A slow network never counts against the candidate.")).to_be_visible()
    expect(panel.get_by_text("The network is too slow for a live view.")).to_be_visible()
    looks_right(page, "slow")
    looks_right(wall, "wall, slow")
    shot(page, "slow-room")
    shot(wall, "slow-wall")
    on_a_phone(page, shot, "slow-room")
    on_a_phone(wall, shot, "slow-wall")

    line.up_bytes_per_s = None
    heard = len(said(wall))
    eventually(
        wall, lambda: in_this_order(said(wall)[heard:], ["recording comes later", "smaller recording"])
    )
    eventually(wall, lambda: recorded_until(served, invited) > slow_at)
    expect(banner).to_be_hidden()
    expect(network(page)).to_have_text("OK")
    assert len(sockets) == 1, "the line was never lost"
    signals = [one["signal"] for one in served.detail(invited.attempt_id)["incidents"]]
    assert signals == ["clipboard"], "only what the candidate did is there"
