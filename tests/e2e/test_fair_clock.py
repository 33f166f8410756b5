"""Time on the screens: a proctor adds it and takes it back, everybody sees why; a slow network is said on the tile."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from support.browser import PHONE, Pages, looks_right
from support.eventually import eventually
from support.served import Invited, Served
from support.sitting import QUIET, clock, open_candidate, open_wall, seconds_left, sit, tile

CALM = {"signals": {**QUIET["signals"], "connection_lost": {"enabled": False}, "no_face": {"enabled": False}}}


@pytest.fixture
def invited(served: Served) -> tuple[str, list[Invited]]:
    exam_id = served.exam(policy={"recording": "camera", **CALM})
    return exam_id, [served.invite(exam_id, name) for name in ("Mary Jackson", "Dorothy Vaughan")]


def ledger(panel: Locator) -> Locator:
    return panel.get_by_role("region", name="Time given back")


def test_a_proctor_adds_time_and_takes_it_back_and_the_candidate_sees_why(
    served: Served,
    invited: tuple[str, list[Invited]],
    pages: Pages,
    browser: Browser,
    proctor_page: Page,
    shot: Callable[[Page, str], None],
) -> None:
    exam_id, (mary, dorothy) = invited
    served.enter(dorothy)
    candidate = pages.open(browser)
    sit(candidate, mary.link)
    before = seconds_left(candidate)
    wall = proctor_page
    open_wall(wall, exam_id)
    panel = open_candidate(wall, mary.name)
    expect(ledger(panel)).to_contain_text("None so far")

    panel.get_by_role("button", name="Add time").click()
    dialog = wall.get_by_role("dialog", name=f"Time of {mary.name}")
    dialog.get_by_label("Minutes").fill("10")
    expect(dialog.get_by_role("button", name="Give time")).to_be_disabled()  # a reason is missing
    dialog.get_by_label("Reason").fill("Loud building site")
    looks_right(wall, "add time")
    shot(wall, "wall-add-time")
    dialog.get_by_role("button", name="Give 10 min").click()
    expect(ledger(panel)).to_contain_text("Loud building site")
    expect(ledger(panel)).to_contain_text("+ 10:00")
    given = candidate.get_by_text("10 minutes given back")
    expect(given).to_be_visible()
    assert seconds_left(candidate) > before + 500
    given.click()
    expect(candidate.get_by_role("table", name="Time given back")).to_contain_text("Loud building site")
    looks_right(candidate, "the candidate's ledger")
    shot(candidate, "exam-ledger")

    panel.get_by_role("button", name="Add time").click()
    dialog.get_by_role("button", name="Take back").first.click()
    dialog.get_by_label("Minutes").fill("11")
    dialog.get_by_label("Reason").fill("It was next door")
    expect(dialog.get_by_text("no more can be taken back")).to_be_visible()
    dialog.get_by_label("Minutes").fill("5")
    shot(wall, "wall-take-back")
    dialog.get_by_role("button", name="Take back 5 min").click()
    expect(ledger(panel)).to_contain_text("\N{MINUS SIGN} 5:00")
    expect(candidate.get_by_text("5 minutes given back")).to_be_visible()
    looks_right(wall, "panel with a ledger")
    shot(wall, "wall-ledger")

    wall.get_by_role("button", name="Time for all…").click()
    everyone = wall.get_by_role("alertdialog", name="Time for everyone in the exam")
    everyone.get_by_label("Minutes").fill("15")
    everyone.get_by_label("Reason").fill("Fire alarm")
    shot(wall, "wall-time-for-all")
    everyone.get_by_role("button", name="Give 15 min to 2").click()
    expect(ledger(panel)).to_contain_text("Fire alarm")
    assert [one["note"] for one in served.detail(dorothy.attempt_id)["credits"]] == ["Fire alarm"]
    expect(clock(candidate)).to_contain_text(re.compile(r"1:1\d:\d\d"))

    notice = wall.get_by_role("alertdialog").filter(has_text="Everyone in the exam has 15 min more.")
    notice.get_by_role("button", name="Undo").click()
    expect(ledger(panel)).to_contain_text("Undone: Fire alarm")
    expect(clock(candidate)).to_contain_text(re.compile(r"^\D*1:0\d:\d\d"))
    eventually(wall, lambda: sum(one["seconds"] for one in served.detail(dorothy.attempt_id)["credits"]) == 0)
    shot(wall, "wall-time-for-all-undone")


def test_a_slow_network_is_said_on_the_tile_and_in_the_panel(
    served: Served,
    invited: tuple[str, list[Invited]],
    pages: Pages,
    browser: Browser,
    proctor_page: Page,
    shot: Callable[[Page, str], None],
) -> None:
    exam_id, (mary, _) = invited
    sit(pages.open(browser), mary.link)
    joined = served.caller({"Examhall-Client": "program"}).ask("POST", "/join", {"token": mary.token})
    caller = served.caller({"Authorization": f"Bearer {joined['bearer']}"})
    said = {"rung": 2, "waiting": {"recordings": 3, "events": 0}}
    caller.ask("POST", f"/attempts/{mary.attempt_id}/bandwidth", said)
    for page in (proctor_page, pages.open(browser, size=PHONE, cookies=served.proctor.cookies_for_browser())):
        open_wall(page, exam_id)
        expect(tile(page, mary.name)).to_contain_text("Slow network: recording comes later")
        looks_right(page, "a slow network")
        shot(page, "wall-slow")
        panel = open_candidate(page, mary.name)
        part = panel.get_by_role("region", name="Network and recording")
        expect(part).to_contain_text("never counts against the candidate")
        expect(part).to_contain_text("Recorded, comes later")
        looks_right(page, "a slow network in the panel")
        shot(page, "wall-slow-panel")


def test_the_policy_editor_says_what_is_given_back_what_is_recorded_and_what_it_costs(
    invited: tuple[str, list[Invited]],
    served: Served,
    pages: Pages,
    browser: Browser,
    admin_page: Page,
    shot: Callable[[Page, str], None],
) -> None:
    exam_id, _ = invited
    page = admin_page
    page.goto(f"/exams/{exam_id}")
    watched = page.get_by_role("region", name="What is watched")
    expect(watched.get_by_text(re.compile(r"of one processor core per second and candidate"))).to_be_visible()
    watched.get_by_label("Record the whole exam").select_option("camera_and_screen")
    expect(watched.get_by_text(re.compile(r"About \d+ MB for each candidate and hour"))).to_be_visible()
    watched.get_by_text("When the clock stands still").click()
    watched.get_by_text("Give back time in which the connection was lost").click()
    expect(watched.get_by_label("At most (s)")).to_have_count(1)
    looks_right(page, "policy editor with clock and recording")
    watched.get_by_label("Record the whole exam").scroll_into_view_if_needed()
    shot(page, "policy-clock")
    watched.get_by_role("button", name="Save as a new revision").click()
    expect(page.get_by_text(re.compile("Saved as revision"))).to_be_visible()
    saved = served.admin.ask("GET", f"/exams/{exam_id}/policy")["policy"]
    assert (saved["network_credit_limit_s"], saved["recording"]) == (0, "camera_and_screen")
    phone = pages.open(browser, size=PHONE, cookies=served.admin.cookies_for_browser())
    phone.goto(f"/exams/{exam_id}")
    phone.get_by_text("When the clock stands still").click()
    looks_right(phone, "policy editor on a phone")
    phone.get_by_label("Record the whole exam").scroll_into_view_if_needed()
    shot(phone, "policy-clock")
