"""Pages that come, go, come back, come twice; events that are neither lost nor doubled; restarts."""

import asyncio
import time
from dataclasses import replace
from pathlib import Path

import pytest

from examhall.domain.policy import Signal
from support.live import ALONE, TOGETHER, Candidate, Json, LiveHouse, Page, live_house, quick_policy, sending


async def stored_events(house: LiveHouse, candidate: Candidate) -> list[tuple[str, int]]:
    lines = await house.services.attempt_store.observations_of_attempt(candidate.attempt_id)
    return [line for batch in lines for line in batch.splitlines() if '"page' in line or "tab_" in line]


async def send_event(page: Page, seq: int, kind: str = "clipboard_copy", **more: object) -> None:
    at = round(time.time() * 1000)
    await page.say(type="event", seq=seq, kind=kind, page_ms=seq * 10.0, occurred_at=at, **more)


async def test_events_are_acknowledged_as_far_as_they_are_contiguous_and_taken_once(tmp_path: Path) -> None:
    async with live_house(tmp_path) as house:
        candidate = await house.live_candidate()
        async with house.page(candidate) as page:
            assert (await page.next("welcome"))["acknowledged_seq"] == 0
            await send_event(page, 1)
            await page.next("ack", where=lambda m: m["seq"] == 1)
            await send_event(page, 3)
            await page.until(lambda p: len(p.of("ack")) == 2)
            assert page.of("ack")[1]["seq"] == 1  # 2 is missing
            await send_event(page, 3)  # again
            await send_event(page, 2)
            await page.next("ack", where=lambda m: m["seq"] == 3)
        assert house.metric("examhall_page_events_total") == 4
        assert len(await stored_events(house, candidate)) == 3


async def test_a_reconnect_sends_events_again_and_none_is_lost_or_doubled(tmp_path: Path) -> None:
    async with live_house(tmp_path) as house:
        candidate = await house.live_candidate()
        async with house.page(candidate) as page:
            await page.next("welcome")
            for seq in (1, 2, 3):
                await send_event(page, seq)
            page.socket.transport.abort()  # the line is cut, acknowledged or not
            await page.closed()
        async with house.page(candidate) as page:
            known = (await page.next("welcome"))["acknowledged_seq"]
            assert 0 <= known <= 3
            for seq in range(1, 6):
                await send_event(page, seq, late=seq <= 3)
            await page.next("ack", where=lambda m: m["seq"] == 5)
        async with house.page(candidate, "page-2") as page:  # reloaded: sends what the older one saw
            await page.next("welcome")
            await send_event(page, 5, instance_id="page-1")
            await send_event(page, 6, instance_id="page-1")
            await page.next("ack", where=lambda m: m == {**m, "instance_id": "page-1", "seq": 6})
        assert len(await stored_events(house, candidate)) == 6


async def test_events_over_http_count_with_those_of_the_socket(tmp_path: Path) -> None:
    async with live_house(tmp_path) as house:
        candidate = await house.live_candidate()
        async with house.page(candidate) as page, house.http(candidate.token) as http:
            await page.next("welcome")
            await send_event(page, 1)
            await page.next("ack")
            event = {"type": "event", "kind": "tab_visible", "page_ms": 5, "occurred_at": 1}
            answer = await http.post(
                f"/api/v1/attempts/{candidate.attempt_id}/events",
                json={"instance_id": "page-1", "events": [{**event, "seq": 1}, {**event, "seq": 2}]},
            )
            assert answer.json() == {"acknowledged_seq": 2}
            bad = await http.post(
                f"/api/v1/attempts/{candidate.attempt_id}/events",
                json={"instance_id": "page-1", "events": [{"seq": 0}]},
            )
            assert (bad.status_code, bad.json()["code"]) == (422, "event_invalid")


async def test_the_same_page_replaces_its_older_socket(tmp_path: Path) -> None:
    async with live_house(tmp_path) as house:
        candidate = await house.live_candidate()
        async with house.page(candidate, "one") as old:
            await old.next("welcome")
            async with house.page(candidate, "one") as new:
                await new.next("welcome")
                assert await old.closed() == 4001
                await send_event(new, 1)
                await new.next("ack")
                assert (await house.services.attempt_store.attempt(candidate.attempt_id)).connected


async def test_a_second_device_is_refused_while_the_first_answers_and_is_an_incident(tmp_path: Path) -> None:
    async with live_house(tmp_path) as house:
        candidate = await house.live_candidate()
        async with house.wall() as wall, house.page(candidate, "first") as first:
            await first.next("welcome")
            async with house.page(candidate, "second") as second:
                assert (await second.next("error"))["code"] == "second_device"
                assert await second.closed() == 4409
            await wall.next(
                "update",
                where=lambda m: (
                    m["body"]["type"] == "incident" and m["body"]["incident"]["signal"] == "second_device"
                ),
            )
            async with house.http(candidate.token) as http:
                answer = await http.post(
                    f"/api/v1/attempts/{candidate.attempt_id}/events",
                    json={"instance_id": "third", "events": []},
                )
            assert (answer.status_code, answer.json()["code"]) == (409, "second_device")
            assert first.close_code is None


async def test_another_device_takes_over_from_one_that_does_not_answer(tmp_path: Path) -> None:
    async with live_house(tmp_path) as house:
        candidate = await house.live_candidate()
        async with house.page(candidate, "dead", deaf=True) as dead:
            await dead.next("welcome")
            async with house.page(candidate, "alive") as alive:
                await alive.next("welcome")
                assert await dead.closed() == 4001


async def test_the_page_is_told_what_staff_do(tmp_path: Path) -> None:
    async with live_house(tmp_path) as house:
        candidate = await house.live_candidate()
        attempt = f"/api/v1/attempts/{candidate.attempt_id}"
        async with house.page(candidate) as page, house.http(house.staff_token) as staff:
            await page.next("welcome")
            assert (await staff.post(f"{attempt}/warn", json={"text": "Please look up."})).is_success
            warning = (await page.next("warning"))["warning"]
            assert warning["text"] == "Please look up."
            await page.say(type="raise_hand", raised=True)
            await page.next("hand", where=lambda m: m["raised"])
            assert (await staff.post(f"{attempt}/message", json={"text": "Yes?"})).is_success
            assert (await page.next("chat"))["message"]["text"] == "Yes?"
            await page.next("hand", where=lambda m: not m["raised"])
            await page.say(type="chat", client_id="c-1", text="May I open the window?")
            mine = await page.next("chat", where=lambda m: m["client_id"] == "c-1")
            assert mine["message"]["sender"] == "candidate"
            after = len(page.messages)
            await page.say(type="chat", client_id="c-1", text="May I open the window?")  # not sure it arrived
            again = await page.next("chat", after=after)
            assert again == mine
            assert (await staff.post(f"{attempt}/pause", json={"reason": "fire alarm"})).is_success
            paused = await page.next("state", where=lambda m: m["state"] == "paused")
            assert paused["clock"]["paused_at"] is not None
            assert (paused["paused_by"], paused["reason"]) == ("your proctor", "fire alarm")
            assert (await staff.post(f"{attempt}/resume", json={})).is_success
            resumed = await page.next("state", where=lambda m: m["state"] == "live")
            assert resumed["given_back_s"] is None or resumed["given_back_s"] > 0
            assert (resumed["paused_by"], resumed["reason"]) == (None, None)
            await page.say(type="acknowledge_warning", warning_id=warning["id"])
            after = len(page.messages)
            await page.say(type="acknowledge_warning", warning_id="another")
            refused = await page.next("error", after=after)
            assert (refused["code"], refused["about"]) == ("warning_not_found", "another")
        async with house.page(candidate) as page, house.http(house.staff_token) as staff:
            welcome = await page.next("welcome")
            assert welcome["warnings"] == []
            assert [m["text"] for m in welcome["chat"]] == ["Yes?", "May I open the window?"]
            assert (await staff.post(f"{attempt}/end", json={"reason": "The hall closes."})).is_success
            ended = await page.next("state", where=lambda m: m["state"] == "ended")
            assert ended["reason"] == "The hall closes."
        async with house.http(candidate.token) as browser:  # a reload of the page
            room = (await browser.get(f"{attempt}/room")).json()
            assert (room["state"], room["reason"]) == ("ended", "The hall closes.")


async def test_a_policy_may_pause_and_says_who_did(tmp_path: Path) -> None:
    policy = quick_policy()
    hidden = replace(policy.signals[Signal.TAB_HIDDEN], pause=True)
    policy = replace(policy, signals={**policy.signals, Signal.TAB_HIDDEN: hidden})
    async with live_house(tmp_path, policy=policy) as house:
        candidate = await house.live_candidate()
        async with house.page(candidate) as page:
            await page.next("welcome")
            await send_event(page, 1, "tab_hidden")
            paused = await page.next("state", where=lambda m: m["state"] == "paused")
            assert (paused["paused_by"], paused["reason"]) == ("the policy", None)
            assert "not visible" in (await page.next("warning"))["warning"]["text"]
        async with house.page(candidate) as page:
            assert (await page.next("welcome"))["paused_by"] == "the policy"


@pytest.mark.parametrize(
    ("first", "reason"),
    [
        ({"type": "hello", "protocol": 99, "instance_id": "x"}, "protocol_unsupported"),
        ({"type": "raise_hand", "raised": True}, "hello_expected"),
        ({"type": "from the future"}, "hello_expected"),
    ],
)
async def test_a_page_that_does_not_say_hello_is_closed(
    tmp_path: Path, first: dict[str, object], reason: str
) -> None:
    async with live_house(tmp_path) as house:
        candidate = await house.live_candidate()
        async with house.page(candidate, hello=False) as page:
            await page.say(**first)
            assert await page.closed() == 4400
            assert page.socket.close_reason == reason


async def test_strange_messages_are_refused_or_ignored_and_counted(tmp_path: Path) -> None:
    async with live_house(tmp_path) as house:
        candidate = await house.live_candidate()
        async with house.page(candidate) as page:
            await page.next("welcome")
            await page.say(type="from the future", more=1)
            await page.socket.send("not json")
            await page.next("error", where=lambda m: m["code"] == "message_invalid")
            await page.say(type="event", seq=-1)
            await page.until(lambda p: len(p.of("error")) == 2)
            await page.say(type="chat", client_id="x", text="y" * 40_000)
            await page.next("error", where=lambda m: m["code"] == "message_too_large")
            assert house.metric("examhall_messages_ignored_total") == 1


async def test_strangers_do_not_get_in(tmp_path: Path) -> None:
    async with live_house(tmp_path) as house:
        candidate, other = await house.live_candidate("Ada"), await house.live_candidate("Alan")
        path = f"/ws/attempts/{candidate.attempt_id}"
        async with house.socket(path, "nonsense") as page:
            assert await page.closed() == 4401
        async with house.socket(path, other.token) as page:
            assert await page.closed() in {4401, 4403}
        cookie = {"Cookie": f"examhall_attempt_{candidate.attempt_id}={candidate.token}"}
        async with house.socket(path, None, headers=cookie) as page:
            assert await page.closed() == 4403  # no Origin
        foreign = {**cookie, "Origin": "https://elsewhere.example"}
        async with house.socket(path, None, headers=foreign) as page:
            assert await page.closed() == 4403
        async with house.socket(path, None, headers={**cookie, "Origin": house.base_url}) as page:
            await page.say(type="hello", protocol=1, instance_id="x")
            await page.next("welcome")


async def test_a_withdrawn_link_ends_the_visit_that_it_opened(tmp_path: Path) -> None:
    async with live_house(tmp_path) as house:
        candidate = await house.live_candidate()
        link = f"/api/v1/exams/{house.exam_id}/candidates/{candidate.attempt_id}/link"
        async with house.page(candidate) as page, house.http(house.staff_token) as staff:
            await page.next("welcome")
            assert (await staff.delete(link)).status_code == 204
            assert (await page.next("error"))["code"] == "not_joined"
            assert await page.closed() == 4401


def two_faces(update: Json) -> bool:
    body = update["body"]
    return body["type"] == "incident" and body["incident"]["signal"] == "multiple_faces"


def closed_incidents(wall: Page) -> set[object]:
    """What the wall has been told is closed, in its snapshot or since."""
    told = [i for m in wall.of("snapshot") for i in m["incidents"]]
    told += [m["body"]["incident"] for m in wall.of("update") if m["body"]["type"] == "incident"]
    return {i["id"] for i in told if i["closed_at"] is not None}


async def test_a_restart_in_the_middle_keeps_attempt_rules_incidents_and_evidence(tmp_path: Path) -> None:
    async with live_house(tmp_path) as house:
        candidate = await house.live_candidate()
        async with house.wall() as wall, house.page(candidate) as page:
            await page.next("welcome")
            await send_event(page, 1)
            async with sending(page, TOGETHER):
                opened = await wall.next("update", where=two_faces)
                incident_id = opened["body"]["incident"]["id"]
            snapshot = await house.services.monitor.snapshot(house.exam_id)
            clock_s = (await house.services.attempt_store.attempt(candidate.attempt_id)).clock_base_s
            await house.services.drain()  # what a server does first when it stops
            await page.next("come_back")
            await wall.next("come_back")
    async with live_house(tmp_path, again=house) as later:
        record = await later.services.attempt_store.attempt(candidate.attempt_id)
        assert record.state == "live"
        assert not record.connected
        assert record.clock_base_s >= clock_s
        after = await later.services.monitor.snapshot(later.exam_id)
        ids = {incident.id for incident in snapshot.incidents}
        assert ids
        assert ids <= {incident.id for incident in after.incidents}
        types = [
            line.type for line in await later.services.attempt_store.log_of_attempt(candidate.attempt_id)
        ]
        assert "observation_gap" in types
        async with later.wall() as wall, later.page(candidate) as page:
            assert (await page.next("welcome"))["acknowledged_seq"] == 1
            async with sending(page, ALONE):
                # Open when the server went away, so it closes now; or it had closed by itself just before.
                await wall.until(lambda w: incident_id in closed_incidents(w))


async def test_a_wall_clock_that_runs_backwards_breaks_nothing(tmp_path: Path) -> None:
    async with live_house(tmp_path) as house:
        candidate = await house.live_candidate()
        async with house.wall() as wall, house.page(candidate) as page:
            await page.next("welcome")
            now = round(time.time() * 1000)
            done = asyncio.Event()

            async def backwards() -> None:
                step = 0
                while not done.is_set():
                    await page.frame(TOGETHER[step % 30], captured_at=now - step * 60_000)
                    step += 1
                    await asyncio.sleep(0.25)

            task = asyncio.create_task(backwards())
            update = await wall.next(
                "update",
                where=lambda m: (
                    m["body"]["type"] == "incident" and m["body"]["incident"]["signal"] == "multiple_faces"
                ),
            )
            done.set()
            await task
            incident = update["body"]["incident"]
            assert incident["began_at"] <= incident["opened_at"] <= incident["last_seen_at"]
