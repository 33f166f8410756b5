"""What a candidate wrote and could not send outlives a reload, and is said once when the line is back."""

import re

import pytest
from playwright.sync_api import Browser, Page, WebSocketRoute, expect

from support.browser import OFFLINE, Pages
from support.eventually import eventually
from support.served import Invited, Served
from support.sitting import QUIET, network, sit


@pytest.fixture
def invited(served: Served) -> Invited:
    return served.invite(served.exam(policy=QUIET), "Alan Turing")


def write(page: Page, words: str) -> None:
    page.get_by_label("Message to your proctor").fill(words)
    page.get_by_role("button", name="Send").click()


def said(served: Served, invited: Invited) -> list[str]:
    return [message["text"] for message in served.detail(invited.attempt_id)["chat"]]


def test_words_written_offline_are_shown_as_waiting_after_a_reload_and_sent_once(
    served: Served, invited: Invited, pages: Pages, browser: Browser, shot
) -> None:
    page = pages.open(browser)
    cut = False
    page.route_web_socket(
        "**/ws/attempts/**",
        lambda socket: socket.close(code=3000) if cut else socket.connect_to_server() and None,
    )
    sit(page, invited.link)
    messages = page.get_by_role("log", name="Messages")
    with pages.allowing(page, *OFFLINE, "ERR_FAILED"):
        # The page itself can be loaded, but nothing reaches the exam's server.
        cut = True
        page.route(re.compile(r"/api/v1/attempts/[^/]+/(events|updates|chat)$"), lambda route: route.abort())
        page.context.set_offline(True)
        expect(network(page)).to_have_text("Offline")
        write(page, "My screen went dark.")
        write(page, "It is back.")
        expect(messages.get_by_text("not sent yet")).to_have_count(2)
        page.context.set_offline(False)

        page.reload()
        expect(network(page)).to_have_text("Offline")
        waiting = messages.get_by_role("listitem").filter(has_text="not sent yet")
        expect(waiting).to_have_text([re.compile("My screen went dark."), re.compile("It is back.")])
        shot(page, "unsent-words")
        assert said(served, invited) == []

        page.unroute_all()
        cut = False
        page.reload()
        expect(network(page)).to_have_text("OK")
    eventually(page, lambda: said(served, invited) == ["My screen went dark.", "It is back."])
    expect(waiting).to_have_count(0)
    expect(messages.get_by_role("listitem")).to_have_count(2)

    page.reload()
    expect(network(page)).to_have_text("OK")
    expect(messages.get_by_role("listitem")).to_have_count(2)
    expect(waiting).to_have_count(0)
    assert said(served, invited) == ["My screen went dark.", "It is back."]


def test_what_the_server_could_not_keep_is_said_again_over_the_same_line(
    served: Served, invited: Invited, pages: Pages, browser: Browser
) -> None:
    """As when its database is away for a moment: the socket stays, and nobody has to come back."""
    page = pages.open(browser)
    refused: list[str] = []
    opened = 0

    def between(socket: WebSocketRoute) -> None:
        nonlocal opened
        opened += 1
        server = socket.connect_to_server()

        def from_page(message: str | bytes) -> None:
            kind = (
                re.search(r'"type":"(chat|raise_hand|event)"', message) if isinstance(message, str) else None
            )
            if kind is not None and away and kind[1] not in refused:
                refused.append(kind[1])
                socket.send(
                    '{"type":"error","code":"storage_unavailable","message":"Try again.","about":null}'
                )
            else:
                server.send(message)

        socket.on_message(from_page)

    away = False
    page.route_web_socket("**/ws/attempts/**", between)
    sit(page, invited.link)
    away = True
    write(page, "Can you hear me?")
    page.get_by_role("button", name="Raise my hand").click()
    page.get_by_text("How much is 1 + 1, and why?").select_text()
    page.keyboard.press("Control+c")
    messages = page.get_by_role("log", name="Messages")
    expect(messages.get_by_text("not sent yet")).to_have_count(0)
    expect(messages).to_contain_text("Can you hear me?")
    eventually(page, lambda: served.detail(invited.attempt_id)["card"]["hand_raised_at"] is not None)
    expect(page.get_by_role("button", name="Lower my hand")).to_be_visible()
    assert said(served, invited) == ["Can you hear me?"]
    assert sorted(refused) == ["chat", "event", "raise_hand"]
    assert opened == 1
