"""The screens around access: the second factor from enrolment to login, logins, API keys, the audit log."""

import base64
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from examhall.domain.one_time_code import STEP_S, code_at
from support.browser import PHONE, Pages, looks_right
from support.served import PASSWORD, Served
from support.sitting import heading


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Served]:
    """A server of its own: what it does to the administrator's login would end the others' tests."""
    server = Served(tmp_path)
    try:
        server.start()
        server.set_up()
        yield server
    finally:
        server.close()


def test_a_second_factor_from_the_first_code_to_the_login(
    alone: Served, browser: Browser, shot: Callable[[Page, str], None]
) -> None:
    pages = Pages(alone.base_url)
    try:
        _enrol_and_log_in(pages, browser, alone, shot)
    finally:
        pages.close()
    pages.check()


def _enrol_and_log_in(
    pages: Pages, browser: Browser, served: Served, shot: Callable[[Page, str], None]
) -> None:
    page = pages.open(browser, cookies=served.admin.cookies_for_browser())
    page.goto("/account")
    expect(heading(page, "My account")).to_be_visible()
    expect(page.get_by_text("You are signed in nowhere else")).to_be_visible()
    looks_right(page, "account")
    shot(page, "account")
    page.get_by_label("Your password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("img", name="QR code of the secret")).to_be_visible()
    looks_right(page, "second factor, being set up")
    shot(page, "second-factor-begun")
    secret = base64.b32decode(page.locator("code").first.inner_text().replace(" ", ""))
    page.get_by_label("The code that it shows now").fill(code_at(secret, _step() - 1))
    page.keyboard.press("Enter")
    expect(page.get_by_text("Keep these recovery codes")).to_be_visible()
    recovery = page.get_by_role("listitem").first.inner_text()
    looks_right(page, "recovery codes")
    shot(page, "recovery-codes")
    page.get_by_role("button", name="I have kept them").click()
    expect(page.get_by_text("10 recovery codes are left")).to_be_visible()

    phone = pages.open(browser, size=PHONE)
    phone.goto("/login")
    phone.get_by_label("Email").fill("ada@example.org")
    phone.get_by_label("Password").fill(PASSWORD)
    with pages.allowing(phone, r"status of 401"):
        phone.get_by_role("button", name="Log in").click()
        expect(phone.get_by_label("Code")).to_be_focused()
    looks_right(phone, "login, second factor")
    shot(phone, "login-second-factor")
    phone.get_by_label("Code").fill(recovery)
    phone.keyboard.press("Enter")
    expect(heading(phone, "Exams")).to_be_visible()
    phone.goto("/account")
    expect(phone.get_by_text("9 recovery codes are left")).to_be_visible()
    looks_right(phone, "account, phone")
    shot(phone, "account-phone")
    phone.get_by_role("button", name="Sign out everywhere else").click()
    expect(phone.get_by_text("You are signed in nowhere else")).to_be_visible()
    phone.get_by_role("button", name="Switch it off").click()
    dialog = phone.get_by_role("alertdialog")
    dialog.get_by_label("Your password").fill(PASSWORD)
    dialog.get_by_label("A code of the app").fill(code_at(secret, _step()))
    looks_right(phone, "switching the second factor off")
    dialog.get_by_role("button", name="Switch it off").click()
    expect(phone.get_by_text("an app on your phone shows a code")).to_be_visible()


def test_an_api_key_is_made_shown_once_and_revoked_with_a_reason(
    pages: Pages, browser: Browser, served: Served, shot: Callable[[Page, str], None]
) -> None:
    page = pages.open(browser, cookies=served.admin.cookies_for_browser())
    page.goto("/api-keys")
    expect(page.get_by_text("No API keys yet")).to_be_visible()
    looks_right(page, "no API keys")
    shot(page, "api-keys-empty")
    page.get_by_label("What it is for").fill("Student register")
    page.get_by_role("checkbox", name=re.compile("roster:write")).check(force=True)
    page.get_by_role("button", name="Make the key").click()
    expect(page.get_by_text("Copy the key now")).to_be_visible()
    expect(page.get_by_text(re.compile(r"^exk_"))).to_be_visible()
    looks_right(page, "a new API key")
    shot(page, "api-key-made")
    page.reload()
    expect(page.get_by_role("rowheader", name="Student register")).to_be_visible()
    expect(page.get_by_text(re.compile(r"^exk_"))).to_have_count(0)
    page.get_by_role("button", name="Revoke Student register").click()
    page.get_by_label("Reason").fill("No longer in use")
    page.keyboard.press("Enter")
    expect(page.get_by_role("cell", name=re.compile("^Revoked"))).to_be_visible()

    page.goto("/audit")
    expect(page.get_by_role("cell", name="Revoked an API key")).to_be_visible()
    expect(page.get_by_role("cell", name="No longer in use")).to_be_visible()
    looks_right(page, "audit log")
    shot(page, "audit")
    page.get_by_label("What", exact=True).select_option(label="Logins")
    expect(page.get_by_role("cell", name="Revoked an API key")).to_have_count(0)
    page.get_by_label("What", exact=True).select_option(label="Incidents")
    expect(page.get_by_text("Nothing fits")).to_be_visible()
    looks_right(page, "audit log, empty")
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    page.get_by_label("What", exact=True).select_option(label="Everything")
    expect(page.get_by_role("cell", name="Made an API key")).to_be_visible()
    looks_right(page, "audit log, phone")
    shot(page, "audit-phone")


def test_an_admin_signs_somebody_out_with_a_reason(
    pages: Pages, browser: Browser, served: Served, proctor_page: Page, shot: Callable[[Page, str], None]
) -> None:
    page = pages.open(browser, cookies=served.admin.cookies_for_browser())
    page.goto("/staff")
    page.get_by_role("button", name=re.compile("^Logins of Grace")).click()
    expect(page.get_by_role("dialog")).to_be_visible()
    looks_right(page, "logins of somebody")
    shot(page, "staff-logins")
    page.get_by_role("button", name="Sign out everywhere").click()
    page.get_by_label("Reason").fill("Lost a laptop")
    page.get_by_role("button", name="Sign out everywhere").click()
    expect(page.get_by_text("Signed in nowhere")).to_be_visible()
    with pages.allowing(proctor_page, r"status of 401"):
        proctor_page.goto("/exams")
        expect(heading(proctor_page, "Log in")).to_be_visible()


def _step() -> int:
    return int(time.time()) // STEP_S
