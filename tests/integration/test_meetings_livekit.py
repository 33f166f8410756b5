"""Live meetings over a real LiveKit server: who sees and hears whom, and what happens when it goes away."""

import contextlib
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from livekit import api, rtc

from examhall.application.ports.meetings import Booth, MeetingEventKind
from support.live import Candidate, Json, LiveHouse, Page, live_house
from support.livekit_server import (
    KEY,
    SECRET,
    LiveKitNode,
    Sitter,
    livekit_node,
    livekit_program,
    redis_server,
    sitters,
    until,
)
from support.meeting_rigs import livekit_report

pytestmark = pytest.mark.livekit


@pytest.fixture
def node(tmp_path: Path) -> Iterator[LiveKitNode]:
    with livekit_node(tmp_path) as running:
        yield running


@pytest.fixture
async def house(tmp_path: Path, node: LiveKitNode) -> AsyncIterator[LiveHouse]:
    async with live_house(tmp_path / "data", **node.settings) as running:
        yield running


async def asked(http: httpx.AsyncClient, path: str, **body: object) -> Any:
    answer = await http.post(f"/api/v1{path}", json=body)
    assert answer.is_success, f"{path}: {answer.status_code} {answer.text}"
    return answer.json() if answer.content else None


async def refused(http: httpx.AsyncClient, path: str, **body: object) -> tuple[int, str]:
    answer = await http.post(f"/api/v1{path}", json=body)
    return answer.status_code, answer.json()["code"]


async def candidates_ticket(house: LiveHouse, candidate: Candidate) -> Json:
    async with house.http(candidate.token) as http:
        return await asked(http, f"/attempts/{candidate.attempt_id}/meeting/join")


async def open_watch(wall: Page, candidate: Candidate) -> str:
    before = len(wall.messages)
    await wall.say(type="watch_open", request_id="r", attempt_id=candidate.attempt_id, profile="focus")
    started = await wall.next("watch_started", after=before)
    assert started["provider"] == "livekit"
    return str(started["watch_id"])


@dataclass(slots=True)
class Meeting:
    """A candidate who shows the camera, and a proctor who looks."""

    candidate: Candidate
    page: Page
    wall: Page
    staff: httpx.AsyncClient
    watch_id: str
    shown: Sitter
    looking: Sitter


@contextlib.asynccontextmanager
async def meeting(house: LiveHouse) -> AsyncIterator[Meeting]:
    candidate = await house.live_candidate()
    async with (
        house.page(candidate) as page,
        house.wall() as wall,
        house.http(house.staff_token) as staff,
        sitters(2) as (shown, looking),
    ):
        await page.next("welcome")
        await shown.join(await candidates_ticket(house, candidate))
        await shown.show()
        watch_id = await open_watch(wall, candidate)
        told = await page.next("watch_open")
        assert (told["watch_id"], told["provider"]) == (watch_id, "livekit")
        await looking.join(await asked(staff, f"/exams/{house.exam_id}/meeting/join", watch_id=watch_id))
        yield Meeting(candidate, page, wall, staff, watch_id, shown, looking)


def counted(house: LiveHouse, kind: str) -> float:
    text = house.services.metrics.exposition().decode()
    found = re.search(rf'^examhall_meeting_events_total{{kind="{kind}"}} (\S+)$', text, re.MULTILINE)
    return float(found[1]) if found else 0.0


async def test_a_proctor_sees_the_candidate_unseen_and_is_heard_only_while_talking(house: LiveHouse) -> None:
    async with meeting(house) as now:
        await now.looking.frames_of(now.candidate.attempt_id, 5)
        assert dict(now.shown.room.remote_participants) == {}
        with pytest.raises((rtc.participant.PublishTrackError, TimeoutError)):
            await now.looking.speak()

        talk = f"/exams/{house.exam_id}/meeting/talk"
        await asked(now.staff, talk, watch_id=now.watch_id, talking=True)
        await now.looking.speak()
        heard = await now.shown.published_by(now.watch_id)
        assert heard.kind == rtc.TrackKind.KIND_AUDIO
        await asked(now.staff, talk, watch_id=now.watch_id, talking=False)
        await until(lambda: not now.shown.room.remote_participants[now.watch_id].track_publications)

        present = (await now.staff.get(f"/api/v1/attempts/{now.candidate.attempt_id}/meeting")).json()
        people = {p["participant_id"]: (p["candidate"], p["publishes"]) for p in present["participants"]}
        assert people == {now.candidate.attempt_id: (True, ["camera"]), now.watch_id: (False, [])}
        story = (await now.staff.get(f"/api/v1/attempts/{now.candidate.attempt_id}")).json()["timeline"]
        assert [line["words"] for line in story if line["type"] == "talk_began"] == [
            "Ada spoke to the candidate"
        ]


async def test_candidates_never_meet(house: LiveHouse) -> None:
    one, other = await house.live_candidate("Alan"), await house.live_candidate("Kurt")
    async with sitters(2) as (first, second):
        for sitter, candidate in ((first, one), (second, other)):
            await sitter.join(await candidates_ticket(house, candidate))
            await sitter.show()
        assert dict(first.room.remote_participants) == dict(second.room.remote_participants) == {}
        async with house.http(house.staff_token) as staff:
            for candidate in (one, other):
                present = (await staff.get(f"/api/v1/attempts/{candidate.attempt_id}/meeting")).json()
                assert [p["participant_id"] for p in present["participants"]] == [candidate.attempt_id]
    async with house.http(one.token) as http:
        assert await refused(http, f"/attempts/{other.attempt_id}/meeting/join") == (403, "not_allowed")


async def test_tokens_carry_the_least_rights_and_no_name(house: LiveHouse) -> None:
    async with meeting(house) as now:
        tickets = {
            "candidate": await candidates_ticket(house, now.candidate),
            "proctor": await asked(
                now.staff, f"/exams/{house.exam_id}/meeting/join", watch_id=now.watch_id, refresh=True
            ),
        }
        claims = {role: api.TokenVerifier(KEY, SECRET).verify(t["token"]) for role, t in tickets.items()}
        room = Booth(house.exam_id, now.candidate.attempt_id).key
        for role, claim in claims.items():
            assert claim.video is not None
            assert (claim.video.room, claim.video.room_join, claim.name) == (room, True, "")
            assert claim.attributes == {"role": role}
            more = (claim.video.room_admin, claim.video.room_create, claim.video.room_list)
            assert more == (None, None, None)
            assert not claim.video.can_publish_data
        assert claims["candidate"].video.can_publish_sources == ["camera", "microphone", "screen_share"]
        assert (claims["proctor"].video.can_publish, claims["proctor"].video.hidden) == (False, True)


async def test_staff_mute_and_take_out_on_the_server(house: LiveHouse) -> None:
    async with meeting(house) as now:
        at = f"/attempts/{now.candidate.attempt_id}/meeting"
        publication = await now.looking.published_by(now.candidate.attempt_id)
        assert await refused(now.staff, f"{at}/mute", media="microphone") == (409, "not_in_meeting")
        await asked(now.staff, f"{at}/mute", media="camera")
        await until(lambda: publication.muted)
        await asked(now.staff, f"{at}/remove")
        await until(now.shown.gone.is_set)
        await until(lambda: now.candidate.attempt_id not in now.looking.room.remote_participants)
        async with house.http(now.candidate.token) as http, sitters(1) as (back,):
            assert await refused(http, f"{at}/join") == (409, "taken_out")
            await now.page.say(type="event", seq=1, kind="clipboard_copy", page_ms=1.0, occurred_at=1)
            await now.page.next("ack")  # the exam goes on
            await open_watch(now.wall, now.candidate)  # somebody wants to look again
            await back.join(await asked(http, f"{at}/join"))


async def test_a_closed_live_view_ends_the_way_in(house: LiveHouse) -> None:
    async with meeting(house) as now:
        join = f"/exams/{house.exam_id}/meeting/join"
        await now.wall.say(type="watch_close", watch_id=now.watch_id)
        await until(now.looking.gone.is_set)
        assert await refused(now.staff, join, watch_id=now.watch_id) == (404, "watch_not_found")
        assert await refused(now.staff, join, watch_id="made up") == (404, "watch_not_found")


async def test_everybody_is_out_when_the_attempt_is_over(house: LiveHouse) -> None:
    async with meeting(house) as now:
        ticket = await candidates_ticket(house, now.candidate)
        await asked(now.staff, f"/attempts/{now.candidate.attempt_id}/end", reason="Time to go.")
        await until(lambda: now.looking.gone.is_set() and now.shown.gone.is_set())
        async with sitters(1) as (late,):
            with pytest.raises(rtc.ConnectError):  # the old token opens nothing
                await late.join(ticket)
        async with house.http(now.candidate.token) as http:
            join = f"/attempts/{now.candidate.attempt_id}/meeting/join"
            assert await refused(http, join) == (409, "attempt_over")


async def test_what_was_left_open_is_closed_later(house: LiveHouse, node: LiveKitNode) -> None:
    candidate = await house.live_candidate()  # whose page has no socket, so nobody tells when it is over
    await candidates_ticket(house, candidate)
    await house.services.attempts.end(candidate.attempt_id, staff_id="staff", reason="")
    async with api.LiveKitAPI(node.url, KEY, SECRET) as livekit:
        await livekit.room.create_room(api.CreateRoomRequest(name="examhall.other.installation"))
        await house.services.meetings.sweep()
        names = [room.name for room in (await livekit.room.list_rooms(api.ListRoomsRequest())).rooms]
    assert names == ["examhall.other.installation"]


async def test_before_consent_nobody_joins(house: LiveHouse) -> None:
    candidate = await house.candidate()
    async with house.http(candidate.token) as http:
        join = f"/attempts/{candidate.attempt_id}/meeting/join"
        assert await refused(http, join) == (409, "consent_missing")


async def test_the_exam_goes_on_without_the_provider_and_live_view_returns(tmp_path: Path) -> None:
    node = LiveKitNode(tmp_path)
    async with live_house(tmp_path / "data", **node.settings) as house:
        candidate = await house.live_candidate()
        join = f"/attempts/{candidate.attempt_id}/meeting/join"
        async with house.wall() as wall, house.page(candidate) as page, house.http(candidate.token) as http:

            async def it_is_down(seq: int) -> None:
                answer = await http.post(f"/api/v1{join}", json={})
                assert (answer.status_code, answer.json()["code"]) == (503, "meeting_unavailable")
                assert "Retry-After" in answer.headers
                assert SECRET not in answer.text
                checks = (await http.get("/readyz")).json()["checks"]
                assert "EXAMHALL_LIVEKIT_URL" in checks["live view"]
                await page.say(type="event", seq=seq, kind="clipboard_copy", page_ms=1.0, occurred_at=1)
                await page.next("ack", where=lambda m: m["seq"] == seq)

            told = await wall.next("meeting")
            assert (told["available"], told["provider"]) == (False, "livekit")
            await it_is_down(1)
            try:
                node.start()
                await wall.next("meeting", where=lambda m: m["available"])
                before = len(wall.messages)
                async with sitters(1) as (shown,):
                    await shown.join(await asked(http, join))
                    node.stop()
                    await it_is_down(2)
                    await wall.next("meeting", after=before, where=lambda m: not m["available"])
                    before = len(wall.messages)
                    node.start()
                    await wall.next("meeting", after=before, where=lambda m: m["available"])
                async with sitters(1) as (back,):
                    await back.join(await asked(http, join))
            finally:
                node.stop()


async def test_reports_are_verified_taken_once_and_a_vanished_booth_is_told(tmp_path: Path) -> None:
    node = LiveKitNode(tmp_path)
    async with live_house(tmp_path / "data", **node.settings) as house:
        url = f"{house.base_url}/api/v1/meetings/webhooks/livekit"
        node.webhook_urls = [url]
        node.start()
        try:
            await house.services.meetings.look()
            candidate = await house.live_candidate()
            async with house.page(candidate) as page, sitters(1) as (shown,), house.http() as http:
                await page.next("welcome")
                await shown.join(await candidates_ticket(house, candidate))
                await until(lambda: counted(house, "joined") == 1)
                await shown.show()
                await until(lambda: counted(house, "track_published") == 1)

                booth = Booth(house.exam_id, candidate.attempt_id)
                report = livekit_report(MeetingEventKind.LEFT, booth.key, candidate.attempt_id, None)
                for _ in range(2):
                    answer = await http.post(url, content=report.body, headers=dict(report.headers))
                    assert answer.status_code == 204, answer.text
                assert (counted(house, "left"), counted(house, "repeated")) == (1, 1)
                wrong = await http.post(url, content=report.body + b" ", headers=dict(report.headers))
                assert (wrong.status_code, wrong.json()["code"]) == (401, "webhook_refused")
                ticket = await candidates_ticket(house, candidate)  # our key too, but no report
                headers = {"authorization": str(ticket["token"])}
                wrong = await http.post(url, content=report.body, headers=headers)
                assert (wrong.status_code, wrong.json()["code"]) == (401, "webhook_refused")
                assert (await http.post(url.replace("livekit", "dyte"), content=b"{}")).status_code == 404
                assert (await http.post(url, content=b"x" * 70_000)).status_code == 413

                async with api.LiveKitAPI(node.url, KEY, SECRET) as livekit:
                    await livekit.room.delete_room(api.DeleteRoomRequest(room=booth.key))
                assert (await page.next("meeting"))["action"] == "join"
                await until(shown.gone.is_set)
                async with sitters(1) as (back,):
                    await back.join(await candidates_ticket(house, candidate))
        finally:
            node.stop()


async def test_two_servers_with_redis_carry_one_exam(tmp_path: Path) -> None:
    livekit_program()
    with (
        redis_server(tmp_path) as redis,
        livekit_node(tmp_path, redis=redis) as one,
        livekit_node(tmp_path, redis=redis) as two,
    ):
        async with live_house(tmp_path / "data", **one.settings) as house, house.wall() as wall:
            people = [await house.live_candidate("Alan"), await house.live_candidate("Kurt")]
            async with (
                house.http(house.staff_token) as staff,
                house.page(people[0]) as a,
                house.page(people[1]) as b,
                sitters(4) as (alan, kurt, sees_alan, sees_kurt),
            ):
                await a.next("welcome")
                await b.next("welcome")
                # Each pair comes in by different servers.
                ways = ((people[0], alan, one, sees_alan, two), (people[1], kurt, two, sees_kurt, one))
                for candidate, shown, by, looking, other in ways:
                    await shown.join(await candidates_ticket(house, candidate), by.url)
                    await shown.show()
                    watch_id = await open_watch(wall, candidate)
                    join = f"/exams/{house.exam_id}/meeting/join"
                    await looking.join(await asked(staff, join, watch_id=watch_id), other.url)
                    await looking.frames_of(candidate.attempt_id, 3)
                for candidate, *_ in ways:
                    view = await staff.get(f"/api/v1/attempts/{candidate.attempt_id}/meeting")
                    assert len(view.json()["participants"]) == 2
