"""Camera and screen are recorded: a browser sends pieces of both, and the reviewer sees both side by side."""

from collections.abc import Callable

from playwright.sync_api import Browser, Locator, Page, expect

from support.browser import Pages, looks_right
from support.eventually import eventually
from support.served import Served
from support.sitting import QUIET, device, heading, network, open_candidate, open_wall

NAME = "Annie Easley"


def test_camera_and_screen_are_recorded_and_play_side_by_side(
    served: Served, pages: Pages, browser: Browser, proctor_page: Page, shot: Callable[[Page, str], None]
) -> None:
    exam_id = served.exam("Rocket science", policy={**QUIET, "recording": "camera_and_screen"})
    invited = served.invite(exam_id, NAME)
    page = pages.open(browser)
    page.goto(invited.link)
    expect(page.get_by_text("Your camera and shared screen are recorded without sound")).to_be_visible()
    page.get_by_role("button", name="I agree, continue").click()
    page.get_by_role("button", name="Turn on the camera").click()
    page.get_by_role("button", name="Turn on the microphone").click()
    expect(device(page, "Microphone").get_by_text("Working")).to_be_visible()
    expect(page.get_by_role("button", name="Continue")).to_be_disabled()  # without the screen nothing goes on
    page.get_by_role("button", name="Share the entire screen").click()
    expect(device(page, "Screen").get_by_text("Shared")).to_be_visible()
    looks_right(page, "devices with a screen")
    shot(page, "devices-screen")
    page.get_by_role("button", name="Continue").click()
    expect(heading(page, "Rocket science")).to_be_visible()
    expect(network(page)).to_have_text("OK")

    open_wall(proctor_page, exam_id)
    part = open_candidate(proctor_page, NAME).get_by_role("region", name="Network and recording")
    expect(part).to_contain_text("Recorded")
    eventually(page, lambda: {"camera", "screen"} <= arrived(served, invited.attempt_id))
    page.get_by_role("button", name="Finish…").click()
    page.get_by_role("button", name="Finish now").click()
    expect(page.get_by_text("The whole recording has been sent.")).to_be_visible()

    proctor_page.goto(f"/attempts/{invited.attempt_id}")
    player = proctor_page.get_by_role("region", name="Recording")
    player.get_by_role("button", name="Play", exact=True).click()
    for kind in ("Camera", "Screen"):  # one of them began a little before the other
        expect(shown(player, kind)).to_have_count(1)
        video = shown(player, kind).element_handle()
        proctor_page.wait_for_function(
            "(video) => video.videoWidth > 0 && video.currentTime > 0.5", arg=video
        )
    looks_right(proctor_page, "camera and screen")
    shot(proctor_page, "review-camera-and-screen")


def arrived(served: Served, attempt_id: str) -> set[str]:
    index = served.proctor.ask("GET", f"/attempts/{attempt_id}/recordings")
    return {segment["kind"] for segment in index["segments"] if segment["url"] is not None}


def shown(player: Locator, kind: str) -> Locator:
    return player.get_by_role("img", name=f"{kind}, recorded").locator("video[data-shown]")
