"""Staff's own screens: the first administrator, logging in, setting an exam up, accounts."""

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from examhall.adapters.simulation.behaviours import Scene
from support.browser import Pages, looks_right
from support.film import film
from support.served import HOUR_MS, PASSWORD, Served
from support.sitting import heading, open_wall

CSV = """name,email,ref,extra_minutes
Barbara Liskov,barbara@example.org,S-7,15
,nobody@example.org,S-8,0
Claude Shannon,claude@example.org,S-9,many
"""


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Served]:
    """A server that nobody has set up."""
    server = Served(tmp_path)
    try:
        server.start()
        yield server
    finally:
        server.close()


def test_the_first_administrator_sets_a_password_and_starts(
    fresh: Served, browser: Browser, shot: Callable[[Page, str], None]
) -> None:
    link = fresh.first_link()
    pages = Pages(fresh.base_url)
    try:
        page = pages.open(browser)
        page.goto(link)
        expect(heading(page, "Welcome to Examhall")).to_be_visible()
        looks_right(page, "first administrator")
        shot(page, "first-admin")
        page.get_by_label("Your name").fill("Ada Lovelace")
        page.get_by_label("Email").fill("ada@example.org")
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_label("The same again").fill(PASSWORD)
        page.get_by_role("button", name="Save and go on").click()
        expect(heading(page, "Exams")).to_be_visible()
        expect(page.get_by_text("No exams yet")).to_be_visible()
        looks_right(page, "no exams")
        shot(page, "exams-empty")
        with pages.allowing(page, r"status of 4\d\d"):
            page.goto(link)
            page.reload()
            expect(heading(page, "This link does not work")).to_be_visible()
        looks_right(page, "a used link")
    finally:
        pages.close()
    pages.check()


def test_who_is_logged_out_logs_in_and_comes_back(
    served: Served, pages: Pages, browser: Browser, shot: Callable[[Page, str], None]
) -> None:
    exam_id = served.exam()
    page = pages.open(browser)
    with pages.allowing(page, r"status of 401"):
        page.goto(f"/exams/{exam_id}/wall")
        expect(heading(page, "Log in")).to_be_visible()
        looks_right(page, "login")
        shot(page, "login")
        page.get_by_label("Email").fill("grace@example.org")
        page.get_by_label("Password").fill("not this one")
        page.get_by_role("button", name="Log in").click()
        expect(page.get_by_role("alert")).not_to_be_empty()
    looks_right(page, "login refused")
    shot(page, "login-refused")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page).to_have_url(re.compile(rf"/exams/{exam_id}/wall$"))
    expect(page.get_by_text("Connected", exact=True)).to_be_visible()
    expect(page.get_by_text("Nobody is invited yet")).to_be_visible()
    looks_right(page, "empty wall")
    shot(page, "wall-empty")
    with pages.allowing(page, r"status of 401"):
        page.get_by_role("button", name="Log out Grace Hopper").click()
        expect(heading(page, "Log in")).to_be_visible()


def test_an_admin_creates_an_exam_and_invites_by_csv(
    served: Served, pages: Pages, browser: Browser, admin_page: Page, shot: Callable[[Page, str], None]
) -> None:
    page = admin_page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/exams")
    page.get_by_role("link", name="New exam").click()
    expect(heading(page, "New exam")).to_be_visible()
    page.get_by_label("Title").fill("Geometry")
    looks_right(page, "new exam")
    shot(page, "exam-new")
    page.get_by_role("button", name=re.compile("Create")).click()
    expect(heading(page, "Geometry")).to_be_visible()
    expect(page.get_by_text("No candidates yet")).to_be_visible()
    looks_right(page, "exam editor")
    shot(page, "exam-editor")

    page.get_by_role("textbox", name="Text of the exam").fill("# Part one\n\nDraw a circle.")
    page.get_by_role("form", name="What", exact=True).get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.").first).to_be_visible()

    page.get_by_role("button", name="Paste CSV…").click()
    dialog = page.get_by_role("dialog", name="Paste candidates")
    text = dialog.get_by_label("CSV with a first line of names")
    text.fill(CSV)
    dialog.get_by_role("button", name="Check").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Nothing was added")
    expect(dialog.get_by_role("row", name=re.compile("^3 "))).to_contain_text("name")
    expect(dialog.get_by_role("row", name=re.compile("^4 "))).to_contain_text("extra_minutes")
    looks_right(page, "wrong rows")
    shot(page, "csv-wrong")
    text.fill("\n".join(line for line in CSV.splitlines() if "nobody" not in line and "many" not in line))
    dialog.get_by_role("button", name="Check").click()
    expect(dialog.get_by_role("status")).to_contain_text("1 candidate would be added.")
    dialog.get_by_role("button", name="Add 1 candidate").click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("row", name=re.compile("Barbara Liskov"))).to_contain_text("15 min")

    form = page.get_by_role("form", name="Add a candidate")
    form.get_by_label("Name").fill("Alan Turing")
    form.get_by_role("button", name="Add").click()
    expect(page.get_by_role("row", name=re.compile("Alan Turing"))).to_be_visible()
    looks_right(page, "roster")
    shot(page, "exam-roster")

    page.get_by_role("button", name="Copy the link of Alan Turing").click()
    expect(page.get_by_text("The link of Alan Turing is copied.")).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")
    candidate = pages.open(browser)
    candidate.goto(link)
    expect(heading(candidate, "Welcome, Alan Turing")).to_be_visible()
    expect(candidate.get_by_text("This is Geometry")).to_be_visible()

    page.get_by_role("button", name="Revoke the link of Alan Turing").click()
    asked = page.get_by_role("alertdialog", name=re.compile("Revoke"))
    revoke = asked.get_by_role("button", name="Revoke the link")
    revoke.click()
    reason = asked.get_by_label("Reason")
    expect(reason).to_be_focused()  # nothing is revoked without one
    reason.fill("Sent to somebody else")
    looks_right(page, "revoke")
    shot(page, "link-revoke")
    revoke.click()
    expect(asked).to_be_hidden()
    (line,) = served.admin.ask("GET", "/audit?action=invite.revoke")["entries"]
    assert line["reason"] == "Sent to somebody else"
    other = pages.open(browser)
    with pages.allowing(other, r"status of 4\d\d"):
        other.goto(link)
        expect(heading(other, "This link no longer works")).to_be_visible()


def test_invite_links_let_in_for_as_long_as_the_exam_says(
    served: Served, admin_page: Page, shot: Callable[[Page, str], None]
) -> None:
    page = admin_page
    exam_id = served.exam("Astronomy", closes_at=round(time.time() * 1000) + 14 * 24 * HOUR_MS)
    page.goto(f"/exams/{exam_id}")
    when = page.get_by_role("form", name="When", exact=True)
    hours = when.get_by_label("Invite links work for (hours)")
    expect(hours).to_have_value("")
    hours.fill("48")
    when.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.").first).to_be_visible()
    looks_right(page, "link hours")
    shot(page, "exam-link-hours")
    add = page.get_by_role("form", name="Add a candidate")
    add.get_by_label("Name").fill("Maria Mitchell")
    add.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("row", name=re.compile("Maria Mitchell"))).to_be_visible()
    (maria,) = served.admin.ask("GET", f"/exams/{exam_id}/candidates")
    assert 47 < (maria["link_expires_at"] / 1000 - time.time()) / 3600 < 48
    page.reload()
    expect(hours).to_have_value("48")
    hours.fill("")
    when.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.").first).to_be_visible()
    assert served.admin.ask("GET", f"/exams/{exam_id}")["link_hours"] is None


def test_what_is_watched_is_adjusted_as_a_new_revision(
    served: Served, admin_page: Page, shot: Callable[[Page, str], None]
) -> None:
    page = admin_page
    exam_id = served.exam("Chemistry")
    page.goto(f"/exams/{exam_id}")
    expect(page.get_by_text("Revision 2.")).to_be_visible()
    page.locator("summary").filter(has_text="Page and devices").click()
    clipboard = page.get_by_role("group", name="Clipboard used")
    clipboard.get_by_role("button", name="Off").click()
    page.locator("summary").filter(has_text="Another laptop").press("Enter")
    phone = page.get_by_role("group", name="Phone")
    phone.get_by_role("button", name="Shadow").press("Space")
    expect(page.get_by_text("counted and measured after 1 s, shown to nobody")).to_be_visible()
    page.locator("summary").filter(has_text="How often the computer looks").click()
    page.get_by_label("Objects and people every (s)").fill("8")
    page.get_by_text("A camera check before the exam").click()
    looks_right(page, "policy editor")
    shot(page, "policy-editor")
    page.get_by_role("button", name="Save as a new revision").click()
    expect(page.get_by_text("Revision 3. Who has checked in")).to_be_visible()
    expect(page.get_by_text("off: Clipboard used")).to_be_visible()
    expect(page.get_by_text("in shadow: Phone")).to_be_visible()
    policy = served.admin.ask("GET", f"/exams/{exam_id}/policy")["policy"]
    assert policy["signals"]["clipboard"]["enabled"] is False
    assert policy["signals"]["phone"]["enabled"] is True
    assert policy["signals"]["phone"]["shadow"] is True
    assert policy["scan"]["objects_period_s"] == 8
    assert policy["camera_check"] is True


def test_a_reference_photo_is_given_replaced_and_removed(
    served: Served, pages: Pages, admin_page: Page, shot: Callable[[Page, str], None]
) -> None:
    page = admin_page
    exam_id = served.exam("Botany")
    served.invite(exam_id, "Barbara McClintock")
    page.goto(f"/exams/{exam_id}")
    row = page.get_by_role("row", name=re.compile("Barbara McClintock"))
    expect(row.get_by_text("Has photo")).to_have_count(0)
    row.get_by_role("button", name="Add a photo of Barbara McClintock").click()
    dialog = page.get_by_role("dialog", name="Photo of Barbara McClintock")
    looks_right(page, "photo dialog")
    shot(page, "photo-dialog")
    chooser = dialog.locator("input[type=file]")
    chooser.set_input_files({"name": "words.txt", "mimeType": "text/plain", "buffer": b"no picture"})
    expect(dialog.get_by_role("alert")).to_contain_text("not a JPEG, PNG or WebP picture")
    with pages.allowing(page, r"status of 4\d\d"):
        empty = film(Scene.EMPTY_SEAT)[0]
        chooser.set_input_files({"name": "seat.jpg", "mimeType": "image/jpeg", "buffer": empty})
        expect(dialog.get_by_role("alert")).to_contain_text("No face was found in the photo")
    portrait = {"name": "face.jpg", "mimeType": "image/jpeg", "buffer": film(Scene.NORMAL)[0]}
    chooser.set_input_files(portrait)
    expect(dialog).to_be_hidden()
    expect(row.get_by_text("Has photo")).to_be_visible()
    looks_right(page, "roster with a photo")
    shot(page, "roster-photo")

    row.get_by_role("button", name="Change the photo of Barbara McClintock").click()
    page.get_by_role("dialog").locator("input[type=file]").set_input_files(portrait)
    expect(page.get_by_role("dialog")).to_be_hidden()
    row.get_by_role("button", name="Change the photo of Barbara McClintock").click()
    page.get_by_role("button", name="Remove…").click()
    sure = page.get_by_role("alertdialog", name="Remove the photo of Barbara McClintock?")
    looks_right(page, "remove the photo")
    sure.get_by_role("button", name="Remove the photo").click()
    expect(row.get_by_text("Has photo")).to_have_count(0)
    listed = served.admin.ask("GET", f"/exams/{exam_id}/candidates")
    assert [one["has_photo"] for one in listed] == [False]


def test_an_invited_proctor_sees_only_their_exams(
    served: Served, pages: Pages, browser: Browser, admin_page: Page, shot: Callable[[Page, str], None]
) -> None:
    exam_id = served.exam("Physics")
    page = admin_page
    page.goto("/staff")
    expect(heading(page, "Staff")).to_be_visible()
    page.get_by_label("Name").fill("Katherine Johnson")
    page.get_by_label("Email").fill("katherine@example.org")
    page.get_by_role("button", name="Make the link").click()
    banner = page.get_by_role("status").filter(has_text="Send this link to Katherine Johnson")
    expect(banner).to_be_visible()
    looks_right(page, "staff")
    shot(page, "staff")
    link = banner.locator("code").inner_text()

    hers = pages.open(browser)
    hers.goto(link)
    expect(hers.get_by_text("For katherine@example.org.")).to_be_visible()
    hers.get_by_label("Password", exact=True).fill(PASSWORD)
    hers.get_by_label("The same again").fill("something else")
    expect(hers.get_by_text("The two are not the same.")).to_be_visible()
    hers.get_by_label("The same again").fill(PASSWORD)
    hers.get_by_role("button", name="Save and go on").click()
    expect(heading(hers, "Exams")).to_be_visible()
    expect(hers.get_by_text("No exams yet")).to_be_visible()
    with pages.allowing(hers, r"status of 403", r"WebSocket"):
        hers.goto(f"/exams/{exam_id}/wall")
        expect(hers.get_by_role("alert")).to_contain_text("You do not proctor this exam")
    looks_right(hers, "not your exam")
    shot(hers, "wall-refused")


def test_the_exams_are_listed_with_their_counts(
    served: Served, pages: Pages, browser: Browser, proctor_page: Page, shot: Callable[[Page, str], None]
) -> None:
    exam_id = served.exam("Biology")
    served.enter(served.invite(exam_id, "Alan Turing"))
    proctor_page.goto("/exams")
    entry = proctor_page.get_by_role("listitem").filter(has_text="Biology")
    expect(entry).to_contain_text("live")
    looks_right(proctor_page, "exams")
    shot(proctor_page, "exams")
    entry.get_by_role("link", name="Wall").click()
    expect(proctor_page).to_have_url(re.compile(rf"/exams/{exam_id}/wall$"))
    open_wall(proctor_page, exam_id)
    proctor_page.goto(f"/exams/{exam_id}/review")
    expect(proctor_page.get_by_text("Nothing was observed in this attempt.")).to_be_visible()
    looks_right(proctor_page, "review without incidents")


def test_an_address_that_is_none_leads_back(
    pages: Pages, browser: Browser, shot: Callable[[Page, str], None]
) -> None:
    page = pages.open(browser)
    with pages.allowing(page, r"status of 404"):
        page.goto("/nowhere")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
    looks_right(page, "an address that is none")
    shot(page, "not-found")
