"""The camera check: for real with a portrait before the camera, and every word of it with a scripted server."""

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, WebSocketRoute, expect

from examhall.domain.check_in import Advice, CheckInStep, Target
from support.browser import LAPTOP, OFFLINE, PHONE, Pages, looks_right
from support.served import Invited, Json, Served
from support.sitting import check_in, heading, open_candidate, open_wall, tile

NAME = "Alan Turing"
STEPS = [CheckInStep.FACE, CheckInStep.CALIBRATE, CheckInStep.CHALLENGE, CheckInStep.VOICE]
CORNERS = {
    Target.CENTRE: (0.5, 0.5),
    Target.TOP_LEFT: (0, 0),
    Target.TOP_RIGHT: (1, 0),
    Target.BOTTOM_RIGHT: (1, 1),
    Target.BOTTOM_LEFT: (0, 1),
}
Shot = Callable[[Page, str], None]


@pytest.fixture
def exam_id(served: Served) -> str:
    return served.exam(policy={"camera_check": True})


@pytest.fixture
def invited(served: Served, exam_id: str) -> Invited:
    return served.invite(exam_id, NAME)


def start(page: Page) -> None:
    expect(heading(page, "Camera check")).to_be_visible()
    page.get_by_role("button", name="Start the check").click()


def skip(page: Page, title: str) -> None:
    expect(heading(page, title)).to_be_visible()
    page.get_by_role("button", name="Skip this step").click()


# ---- for real ------------------------------------------------------------------------------------


def test_the_face_is_enrolled_the_rest_is_skipped_and_the_proctor_sees_what_is_off(
    served: Served,
    exam_id: str,
    invited: Invited,
    pages: Pages,
    browser: Browser,
    proctor_page: Page,
    shot: Shot,
) -> None:
    page = pages.open(browser)
    check_in(page, invited.link)
    looks_right(page, "before the check")
    start(page)
    expect(heading(page, "Look straight ahead")).to_be_visible()
    skip(page, "Look at five points")  # it comes by itself when the face was seen well
    skip(page, "Turn your head")
    skip(page, "Read a sentence aloud")
    expect(heading(page, "The check is done")).to_be_visible()
    off = page.get_by_role("region", name="Not used in your exam")
    expect(off.get_by_text("Gaze will not be used in your exam.")).to_be_visible()
    expect(off.get_by_text("Voices are not listened for in your exam.")).to_be_visible()
    expect(page.get_by_text("This is not held against you")).to_be_visible()
    works = page.get_by_role("region", name="Works here")
    expect(works.get_by_text("That it is you")).to_be_visible()
    looks_right(page, "done")
    shot(page, "check-done-real")
    page.get_by_role("button", name="Continue").click()
    expect(heading(page, "Algebra")).to_be_visible()

    open_wall(proctor_page, exam_id)
    mark = tile(proctor_page, NAME).get_by_role("button", name=re.compile("^Not used here: .*gaze"))
    expect(mark).to_have_attribute("title", re.compile("was skipped"))
    panel = open_candidate(proctor_page, NAME)
    record = panel.get_by_role("region", name="Camera check")
    expect(record.get_by_text("Looked straight ahead: passed")).to_be_visible()
    expect(record.get_by_text("Turned the head as asked: skipped")).to_be_visible()
    record.scroll_into_view_if_needed()
    looks_right(proctor_page, "panel with the check")
    shot(proctor_page, "wall-camera-check")
    proctor_page.goto(f"/attempts/{invited.attempt_id}")
    record = proctor_page.get_by_role("region", name="Camera check")
    expect(record.get_by_text("Read a sentence aloud: skipped")).to_be_visible()
    looks_right(proctor_page, "record with the check")
    shot(proctor_page, "attempt-camera-check")
    card = served.detail(invited.attempt_id)["card"]
    assert {one["step"]: one["state"] for one in card["check_in"]["steps"]} == {
        "face": "passed",
        "calibrate": "skipped",
        "challenge": "skipped",
        "voice": "skipped",
    }


def test_a_reload_in_the_middle_goes_on_where_it_was(
    invited: Invited, pages: Pages, browser: Browser
) -> None:
    page = pages.open(browser)
    check_in(page, invited.link)
    start(page)
    expect(heading(page, "Look at five points")).to_be_visible()
    page.reload()
    page.get_by_role("button", name="Turn on the camera").click()
    page.get_by_role("button", name="Turn on the microphone").click()
    page.get_by_role("button", name="Continue").click()
    start(page)
    expect(heading(page, "Look at five points")).to_be_visible()
    expect(page.get_by_text("Step 2 of 4")).to_be_visible()


def test_a_lost_line_is_said_and_the_check_goes_on_by_itself(
    invited: Invited, pages: Pages, browser: Browser, shot: Shot
) -> None:
    page = pages.open(browser)
    check_in(page, invited.link)
    start(page)
    expect(heading(page, "Look at five points")).to_be_visible()
    with pages.allowing(page, *OFFLINE):
        page.context.set_offline(True)
        expect(page.get_by_text("The check waits and goes on by itself")).to_be_visible()
        expect(page.get_by_role("button", name="Skip this step")).to_be_disabled()
        looks_right(page, "check offline")
        shot(page, "check-offline")
        page.context.set_offline(False)
        expect(page.get_by_text("The check waits and goes on by itself")).to_be_hidden()
    skip(page, "Look at five points")
    expect(heading(page, "Turn your head")).to_be_visible()


def test_where_sockets_are_blocked_the_check_goes_another_way(
    invited: Invited, pages: Pages, browser: Browser
) -> None:
    page = pages.open(browser)
    page.route_web_socket("**/ws/attempts/**", lambda socket: socket.close(code=1011))
    check_in(page, invited.link)
    start(page)
    expect(page.get_by_text("Your network blocks a part of the connection.")).to_be_visible()
    skip(page, "Look at five points")
    skip(page, "Turn your head")
    skip(page, "Read a sentence aloud")
    expect(heading(page, "The check is done")).to_be_visible()


# ---- every word of it ----------------------------------------------------------------------------


class ScriptedCheck:
    """The real server, but for the camera check: the test says what it says and sees what the page asks."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.asked: list[Json] = []
        self._socket: WebSocketRoute | None = None
        page.route_web_socket("**/ws/attempts/**", self._route)

    def _route(self, socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        self._socket = socket

        def from_page(message: str | bytes) -> None:
            if isinstance(message, str) and json.loads(message)["type"] == "check_in":
                self.asked.append(json.loads(message))
            else:
                server.send(message)

        socket.on_message(from_page)

    def say(self, step: CheckInStep, *, state: str = "running", **given: object) -> None:
        assert self._socket is not None
        at = STEPS.index(step) if step in STEPS else len(STEPS)
        states = [
            {"step": one, "state": "passed" if i < at else state if i == at else "pending"}
            for i, one in enumerate(STEPS)
        ]
        self._socket.send(
            json.dumps(
                {
                    "type": "check_in",
                    "step": step,
                    "target": None,
                    "progress": 0.4,
                    "advice": None,
                    "steps": states,
                    "detectors": [],
                    **given,
                }
            )
        )

    def was_asked(self, step: CheckInStep, *, skip: bool) -> None:
        expected = {"type": "check_in", "step": step, "skip": skip}
        for _ in range(50):
            if self.asked and self.asked[-1] == expected:
                return
            self.page.wait_for_timeout(20)
        raise AssertionError(f"the page asked {self.asked[-1:]}, not {expected}")


@pytest.fixture(params=[LAPTOP, PHONE], ids=["laptop", "phone"])
def check(request: pytest.FixtureRequest, invited: Invited, pages: Pages, browser: Browser) -> ScriptedCheck:
    page = pages.open(browser, size=request.param)
    scripted = ScriptedCheck(page)
    check_in(page, invited.link)
    start(page)
    return scripted


def test_each_advice_says_in_words_what_to_do(check: ScriptedCheck, shot: Shot) -> None:
    page = check.page
    check.say(CheckInStep.FACE)
    expect(heading(page, "Look straight ahead")).to_be_visible()
    said: set[str] = set()
    for advice in Advice:
        check.say(CheckInStep.FACE, advice=advice)
        words = page.get_by_role("status").filter(has_text=re.compile(r"\w+ .*\."))
        expect(words).to_have_count(1)
        expect(words).not_to_contain_text("_")
        for old in said:
            expect(words).not_to_have_text(old)
        said.add(words.inner_text())
        looks_right(page, advice)
    shot(page, "check-advice")
    check.say(CheckInStep.FACE)
    expect(page.get_by_role("status").filter(has_text=re.compile(r"\w+ .*\."))).to_have_count(0)


def test_the_dot_moves_to_the_real_corners_and_says_which(check: ScriptedCheck, shot: Shot) -> None:
    page = check.page
    check.say(CheckInStep.CALIBRATE, state="pending")
    expect(heading(page, "Look at five points")).to_be_visible()
    looks_right(page, "before the points")
    page.get_by_role("button", name="I am ready").press("Enter")
    check.was_asked(CheckInStep.CALIBRATE, skip=False)
    size = page.viewport_size
    assert size is not None
    for target, (across, down) in CORNERS.items():
        check.say(CheckInStep.CALIBRATE, target=target)
        where = "middle" if target is Target.CENTRE else target.replace("_", " ") + " corner"
        expect(page.get_by_role("status").get_by_text(f"Look at the {where}")).to_be_visible()
        box = page.locator(f"[data-at={target}]").bounding_box()
        assert box is not None
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        assert abs(x - across * size["width"]) <= 48, f"{target}: {box}"
        assert abs(y - down * size["height"]) <= 48, f"{target}: {box}"
        looks_right(page, target)
    shot(page, "check-points")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Begin again")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    check.was_asked(CheckInStep.CALIBRATE, skip=True)


def test_turning_is_shown_on_the_candidates_own_side(check: ScriptedCheck, shot: Shot) -> None:
    page = check.page
    check.say(CheckInStep.CHALLENGE, target=Target.TURN_LEFT)
    expect(page.get_by_role("status").get_by_text("Turn your head to your left")).to_be_visible()
    picture = page.get_by_label("Your own picture")
    mirrored = picture.evaluate("video => getComputedStyle(video).transform")
    assert mirrored.startswith("matrix(-1"), "the picture is no mirror, so left would be right"
    middle = picture.bounding_box()
    arrow = page.locator("[data-to=left]").bounding_box()
    assert middle is not None
    assert arrow is not None
    assert arrow["x"] < middle["x"] + middle["width"] / 2
    looks_right(page, "turn left")
    shot(page, "check-turn")
    check.say(CheckInStep.CHALLENGE, target=Target.TURN_RIGHT)
    expect(page.get_by_role("status").get_by_text("Turn your head to your right")).to_be_visible()
    check.say(CheckInStep.CHALLENGE, target=Target.CENTRE)
    expect(page.get_by_role("status").get_by_text("Look straight ahead")).to_be_visible()


def test_a_step_that_failed_is_tried_again_or_skipped(check: ScriptedCheck, shot: Shot) -> None:
    page = check.page
    check.say(CheckInStep.FACE, state="failed", advice=Advice.GLARE)
    expect(heading(page, "That did not work yet")).to_be_visible()
    expect(page.get_by_text("Your glasses reflect the light")).to_be_visible()
    looks_right(page, "failed")
    shot(page, "check-failed")
    page.get_by_role("button", name="Try again").click()
    check.was_asked(CheckInStep.FACE, skip=False)
    check.say(CheckInStep.FACE)
    page.get_by_role("button", name="Begin this step again").click()
    check.was_asked(CheckInStep.FACE, skip=False)
    page.get_by_role("button", name="Skip this step").click()
    check.was_asked(CheckInStep.FACE, skip=True)


def test_the_result_says_what_works_and_that_the_rest_is_not_held_against_anybody(
    check: ScriptedCheck, shot: Shot
) -> None:
    page = check.page
    check.say(CheckInStep.VOICE)
    expect(page.get_by_text("I am ready to begin.")).to_be_visible()
    looks_right(page, "read aloud")
    shot(page, "check-voice")
    trust = [
        {"detector": "faces", "trusted": True, "reason": ""},
        {"detector": "gaze", "trusted": False, "reason": "The glasses reflect."},
        {"detector": "persons", "trusted": False, "reason": "Something like a second person was seen."},
    ]
    check.say(CheckInStep.DONE, advice=Advice.PHOTO_DIFFERS, detectors=trust)
    expect(heading(page, "The check is done")).to_be_visible()
    off = page.get_by_role("region", name="Not used in your exam")
    expect(off.get_by_text("Gaze will not be used in your exam.")).to_be_visible()
    expect(off.get_by_text("The glasses reflect.")).to_be_visible()
    expect(off.get_by_text("Something like a second person was seen.")).to_have_count(0)
    expect(page.get_by_text("You look different from the photo we were given")).to_be_visible()
    expect(page.get_by_text("This is not held against you")).to_be_visible()
    looks_right(page, "result")
    shot(page, "check-done")
    page.get_by_role("button", name="Try it again: Look at five points").click()
    check.was_asked(CheckInStep.CALIBRATE, skip=False)
