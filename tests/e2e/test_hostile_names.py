"""Names, texts and reasons that are HTML: on every screen they are text. Nothing of them runs."""

import time

from playwright.sync_api import Browser, Page, expect

from support.browser import Pages
from support.served import HOUR_MS, Invited, Served
from support.sitting import QUIET, open_candidate, open_wall, tile

# Whatever runs sets `window.hacked`; what is parsed as HTML leaves an element that a test can find.
IMG = '<img src=x onerror="window.hacked=1">'
SCRIPT = "</script><script>window.hacked=1</script>"
LINK = '<a href="javascript:window.hacked=1" data-hacked>x</a><svg data-hacked onload=window.hacked=1>'
MARKDOWN = '[click](javascript:window.hacked=1) ![x](x" onerror="window.hacked=1) ' + IMG + LINK


def nothing_ran(page: Page) -> None:
    assert page.evaluate("window.hacked") is None
    assert page.locator("[data-hacked], img[src='x'], a[href^='javascript:']").count() == 0


def test_html_in_names_and_texts_is_text_on_every_screen(
    served: Served, pages: Pages, browser: Browser, admin_page: Page
) -> None:
    exam_id = served.exam(f"Algebra {IMG}", policy=QUIET, instructions=MARKDOWN, content_text=MARKDOWN)
    invited = served.invite(exam_id, IMG)
    served.invite(exam_id, SCRIPT)
    served.admin.ask(
        "POST",
        "/staff",
        {"name": LINK, "email": f"<svg/onload={time.time_ns()}>@example.org", "role": "proctor"},
    )
    lasts_until = round(time.time() * 1000) + HOUR_MS
    key = {"name": IMG, "scopes": ["roster:read"], "expires_at": lasts_until}
    made = served.admin.ask("POST", "/api-keys", key)["key"]
    served.admin.ask("DELETE", f"/api-keys/{made['id']}", {"reason": MARKDOWN})
    candidate = served.enter(invited)
    _talk(served, invited, exam_id)

    open_wall(admin_page, exam_id)
    expect(tile(admin_page, IMG)).to_be_visible()
    panel = open_candidate(admin_page, IMG)
    expect(panel.get_by_text(LINK).first).to_be_visible()
    nothing_ran(admin_page)

    candidate.ask("POST", f"/attempts/{invited.attempt_id}/submit")
    for path, shown in (
        ("/exams", IMG),
        (f"/exams/{exam_id}", SCRIPT),
        (f"/exams/{exam_id}/review", IMG),
        (f"/attempts/{invited.attempt_id}", LINK),
        ("/staff", LINK),
        ("/api-keys", IMG),
        ("/audit", MARKDOWN),
    ):
        admin_page.goto(path)
        expect(admin_page.get_by_text(shown).first).to_be_visible()
        nothing_ran(admin_page)


def test_html_of_staff_is_text_for_the_candidate(served: Served, pages: Pages, browser: Browser) -> None:
    exam_id = served.exam(f"Algebra {IMG}", policy=QUIET, instructions=MARKDOWN, content_text=MARKDOWN)
    invited = served.invite(exam_id, IMG)
    page = pages.open(browser)
    page.goto(invited.link)
    expect(page.get_by_role("banner").get_by_text(IMG)).to_be_visible()
    nothing_ran(page)


def _talk(served: Served, invited: Invited, exam_id: str) -> None:
    at = f"/attempts/{invited.attempt_id}"
    served.admin.ask("POST", f"{at}/warn", {"text": LINK})
    served.admin.ask("POST", f"{at}/message", {"text": LINK})
    served.admin.ask("POST", f"/exams/{exam_id}/message", {"text": MARKDOWN})
    served.admin.ask("POST", f"{at}/credit", {"seconds": 60, "reason": LINK})
    served.admin.ask("POST", f"{at}/pause", {"reason": LINK})
    served.admin.ask("POST", f"{at}/resume", {"reason": IMG})
