"""The tutorial's page: the kit is loaded there alone, may reach its service there alone, and wants a token."""

from playwright.sync_api import Browser, expect

from support.browser import Pages
from support.served import Served

SERVICE = "realtime.cloudflare.com"


def test_without_a_token_it_alerts(pages: Pages, browser: Browser) -> None:
    page = pages.open(browser)
    said: list[str] = []
    page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.accept()))
    with page.expect_event("dialog"):
        page.goto("/meeting?roomName=room")
    expect(page.get_by_role("heading", name="No meeting")).to_be_visible()
    assert len(said) == 1
    assert "authToken" in said[0]


def test_with_a_wrong_token_it_says_so_and_only_this_page_may_reach_the_service(
    served: Served, pages: Pages, browser: Browser
) -> None:
    page = pages.open(browser)
    page.route(f"https://*.{SERVICE}/**", lambda route: route.fulfill(status=401, json={"success": False}))
    with pages.allowing(page, r"401|\[RTK|realtime\.cloudflare\.com|ERR\d+|ClientError|fonts\.googleapis"):
        page.goto("/meeting?authToken=wrong&roomName=room")
        expect(page.get_by_role("alert")).to_contain_text("could not be joined")
    http = served.proctor.http
    policies = {path: http.get(path).headers["content-security-policy"] for path in ("/meeting", "/exams")}
    assert f"https://*.{SERVICE}" in policies["/meeting"]
    assert SERVICE not in policies["/exams"]
    assert "unsafe" not in policies["/exams"]
    assert "script-src 'self';" in policies["/meeting"], "scripts come from here alone"
