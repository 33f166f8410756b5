"""Attempts over HTTP, through the real application on a real data folder: who may, and what is said."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from examhall.application.ports.attempt_store import EvidenceRecord
from examhall.application.ports.vision import DropReason, FrameAnalysis, FrameDropped, FrameJob, PoolHealth
from examhall.bootstrap.house import House, Replaced, build
from examhall.settings import Settings
from support.attempts import incident

BASE = "http://127.0.0.1:8120"
PASSWORD = "correct horse battery"
Body = dict[str, Any]


class IdleVision:
    """A pool that looks at nothing: these tests send no pictures."""

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def analyze(self, job: FrameJob) -> FrameAnalysis:
        raise FrameDropped(DropReason.STOPPING)

    def health(self) -> PoolHealth:
        return PoolHealth(workers=1, ready=1, restarts=0, busy_ratio=0.0, waiting=0, oldest_wait_ms=0.0)


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[House]:
    house = build(Settings(data_dir=folder, port=8120), replaced=Replaced(vision=IdleVision()))
    async with house.services.running():
        yield house


def browser(house: House, cookies: httpx.Cookies | None = None) -> httpx.AsyncClient:
    """A browser of its own: own cookies, our Origin."""
    transport = httpx.ASGITransport(app=house.app)
    return httpx.AsyncClient(
        transport=transport, base_url=BASE, headers={"Origin": BASE}, cookies=cookies or httpx.Cookies()
    )


def ok(response: httpx.Response) -> Any:
    assert response.is_success, response.text
    return response.json() if response.content else None


def refusal(response: httpx.Response) -> tuple[int, str]:
    assert response.headers["content-type"] == "application/problem+json"
    return response.status_code, response.json()["code"]


async def first_admin(house: House) -> httpx.AsyncClient:
    link = await house.services.accounts.first_admin_link()
    assert link is not None
    client = browser(house)
    token = urlsplit(link.url).fragment
    who = {"token": token, "password": PASSWORD, "email": "root@example.org", "name": "Root"}
    ok(await client.post("/api/v1/session/set-password", json=who))
    return client


@dataclass(slots=True)
class Hall:
    """One exam with a proctor, a reviewer, a proctor of nothing, and two candidates who were invited."""

    house: House
    exam_id: str
    ada: str
    bob: str
    admin: httpx.AsyncClient
    proctor: httpx.AsyncClient
    reviewer: httpx.AsyncClient
    stranger: httpx.AsyncClient
    candidate: httpx.AsyncClient  # Ada's page

    async def check_in(self) -> None:
        room = ok(await self.candidate.get(f"/api/v1/attempts/{self.ada}/room"))
        agreed = {"notice_hash": room["notice"]["hash"], "locale": "en", "agreed": True}
        ok(await self.candidate.post(f"/api/v1/attempts/{self.ada}/consent", json=agreed))

    async def go_live(self) -> None:
        await self.check_in()
        assert ok(await self.candidate.post(f"/api/v1/attempts/{self.ada}/ready"))["state"] == "live"

    async def act(self, command: str, body: Body | None = None) -> Any:
        return ok(await self.proctor.post(f"/api/v1/attempts/{self.ada}/{command}", json=body or {}))


async def new_staff(
    house: House, admin: httpx.AsyncClient, role: str, name: str
) -> tuple[str, httpx.AsyncClient]:
    """By a demo link, which needs no password: hashing one takes as long as it should."""
    made = ok(
        await admin.post(
            "/api/v1/staff",
            json={"name": name, "email": f"{name.split(maxsplit=1)[0].lower()}@example.org", "role": role},
        )
    )
    user_id = made["staff"]["id"]
    link = await house.services.accounts.demo_link(user_id, 3_600_000)
    client = browser(house)
    ok(await client.post("/api/v1/session/link", json={"token": urlsplit(link.url).fragment}))
    return user_id, client


async def furnished(house: House) -> Hall:
    admin = await first_admin(house)
    now = house.services.clock.now_ms()
    exam = ok(
        await admin.post(
            "/api/v1/exams",
            json={
                "title": "Algebra",
                "content_text": "1 + 1 = ?",
                "opens_at": now - 60_000,
                "closes_at": now + 3_600_000,
                "duration_s": 1800,
            },
        )
    )["id"]
    proctor_id, proctor = await new_staff(house, admin, "proctor", "Grace Hopper")
    reviewer_id, reviewer = await new_staff(house, admin, "reviewer", "Radia Perlman")
    _, stranger = await new_staff(house, admin, "proctor", "Other Person")
    for user_id, role in ((proctor_id, "proctor"), (reviewer_id, "reviewer")):
        ok(await admin.put(f"/api/v1/exams/{exam}/staff/{user_id}", json={"role": role}))
    roster = [
        ok(await admin.post(f"/api/v1/exams/{exam}/candidates", json={"name": name}))
        for name in ("Ada Lovelace", "Bob Noyce")
    ]
    candidate = browser(house)
    ok(await candidate.post("/api/v1/join", json={"token": urlsplit(roster[0]["link"]).fragment}))
    return Hall(
        house,
        exam,
        roster[0]["attempt_id"],
        roster[1]["attempt_id"],
        admin,
        proctor,
        reviewer,
        stranger,
        candidate,
    )


@pytest.fixture
async def hall(tmp_path: Path) -> AsyncIterator[Hall]:
    async with running(tmp_path) as house:
        yield await furnished(house)


async def test_a_whole_life_over_http(hall: Hall) -> None:
    room = ok(await hall.candidate.get(f"/api/v1/attempts/{hall.ada}/room"))
    assert (room["state"], room["content_text"], room["consented"]) == ("invited", None, False)
    assert {line["signal"] for line in room["notice"]["watched"]} >= {"no_face", "multiple_faces"}
    await hall.go_live()
    assert ok(await hall.candidate.get(f"/api/v1/attempts/{hall.ada}/room"))["content_text"] == "1 + 1 = ?"
    paused = await hall.act("pause", {"reason": "fire alarm"})
    assert (paused["state"], paused["paused_by"]) == ("paused", "Grace Hopper")
    resumed = await hall.act("resume")
    assert resumed["clock"]["deadline"] > paused["clock"]["deadline"]
    given = await hall.act("credit", {"seconds": 60, "reason": "noise"})
    assert given["clock"]["deadline"] == resumed["clock"]["deadline"] + 60_000
    assert ok(await hall.candidate.post(f"/api/v1/attempts/{hall.ada}/submit"))["state"] == "submitted"
    closed = ok(await hall.reviewer.post(f"/api/v1/attempts/{hall.ada}/reviewed"))
    assert closed["state"] == "reviewed"
    story = ok(await hall.proctor.get(f"/api/v1/attempts/{hall.ada}"))
    assert story["chain"] == "intact"
    words = [line["words"] for line in story["timeline"]]
    assert "Paused by Grace Hopper: fire alarm" in words
    assert "Review closed by Radia Perlman" in words


async def test_an_illegal_change_is_a_conflict_that_names_both_states(hall: Hall) -> None:
    await hall.go_live()
    response = await hall.proctor.post(f"/api/v1/attempts/{hall.ada}/resume", json={})
    assert refusal(response) == (409, "illegal_state_change")
    assert "live" in response.json()["detail"]
    await hall.act("end", {"reason": "asked for it"})
    response = await hall.proctor.post(f"/api/v1/attempts/{hall.ada}/pause", json={})
    assert refusal(response) == (409, "illegal_state_change")
    assert "ended" in response.json()["detail"]
    assert "paused" in response.json()["detail"]


async def test_a_candidate_reaches_no_attempt_but_their_own(hall: Hall) -> None:
    for method, path in (
        ("GET", f"/api/v1/attempts/{hall.bob}/room"),
        ("POST", f"/api/v1/attempts/{hall.bob}/submit"),
        ("GET", f"/api/v1/attempts/{hall.ada}"),
        ("POST", f"/api/v1/attempts/{hall.ada}/admit"),
        ("GET", f"/api/v1/exams/{hall.exam_id}/wall"),
    ):
        response = await hall.candidate.request(method, path)
        assert response.status_code == 401, path


async def test_staff_without_rights_on_the_exam_see_and_do_nothing(hall: Hall) -> None:
    await hall.go_live()
    for client, method, path in (
        (hall.stranger, "GET", f"/api/v1/exams/{hall.exam_id}/wall"),
        (hall.stranger, "GET", f"/api/v1/exams/{hall.exam_id}/review"),
        (hall.stranger, "GET", f"/api/v1/attempts/{hall.ada}"),
        (hall.stranger, "POST", f"/api/v1/attempts/{hall.ada}/end"),
        (hall.reviewer, "POST", f"/api/v1/attempts/{hall.ada}/end"),
        (hall.reviewer, "POST", f"/api/v1/exams/{hall.exam_id}/message"),
        (hall.proctor, "POST", f"/api/v1/attempts/{hall.ada}/reviewed"),
    ):
        response = await client.request(method, path, json={"text": "x"} if method == "POST" else None)
        assert refusal(response) == (403, "not_allowed"), path
    assert ok(await hall.proctor.get(f"/api/v1/attempts/{hall.ada}"))["card"]["state"] == "live"


async def test_a_later_end_of_the_window_reaches_the_candidates_clock(hall: Hall) -> None:
    await hall.go_live()
    exam = f"/api/v1/exams/{hall.exam_id}"
    async with hall.house.services.bus.subscribe(f"attempt/{hall.ada}") as page:
        ok(await hall.admin.patch(exam, json={"duration_s": 2400}))
        async with asyncio.timeout(5):
            assert (await page.next())[0] == "state"
    room = ok(await hall.candidate.get(f"/api/v1/attempts/{hall.ada}/room"))
    assert room["clock"]["deadline"] == room["clock"]["started_at"] + 2_400_000


async def test_the_wall_shows_everyone_and_what_was_said(hall: Hall) -> None:
    await hall.go_live()
    said = await hall.act("message", {"text": "Good luck", "client_id": "m1"})
    assert await hall.act("message", {"text": "Good luck", "client_id": "m1"}) == said
    sent = ok(
        await hall.proctor.post(f"/api/v1/exams/{hall.exam_id}/message", json={"text": "Ten minutes left"})
    )
    assert sent["recipients"] == 2
    wall = ok(await hall.reviewer.get(f"/api/v1/exams/{hall.exam_id}/wall"))
    assert [(card["number"], card["state"]) for card in wall["attempts"]] == [(1, "live"), (2, "invited")]
    assert [m["text"] for m in wall["chat"] if m["attempt_id"] == hall.ada] == [
        "Good luck",
        "Ten minutes left",
    ]
    assert wall["exam"]["prepared_warnings"]
    assert wall["update_id"] > 0


async def test_an_incident_its_picture_a_warning_and_a_verdict(hall: Hall) -> None:
    await hall.go_live()
    services = hall.house.services
    seen = replace(incident(hall.ada), id="incident-1")
    kept = await services.evidence.put("ab/cdef", b"\xff\xd8 a picture")
    async with services.attempt_store.begin(hall.ada) as tx:
        await tx.save_incident(seen)
        for evidence_id, kind, path in (("e1", "camera", kept.path), ("e2", "gap", None)):
            await tx.add_evidence(
                EvidenceRecord(
                    evidence_id,
                    seen.id,
                    hall.ada,
                    kind,
                    5,
                    "image/jpeg",
                    kept.size,
                    kept.sha256,
                    kept.key_id,
                    path,
                    "",
                )
            )
    await hall.act("warn", {"text": "Please sit alone.", "incident_id": seen.id})
    (shown,) = ok(await hall.proctor.get(f"/api/v1/exams/{hall.exam_id}/wall"))["incidents"]
    assert (shown["handled"], shown["verdict"]) == (True, "undecided")
    assert [e["url"] for e in shown["evidence"]] == ["/api/v1/evidence/e1", None]
    picture = await hall.reviewer.get("/api/v1/evidence/e1")
    assert picture.content == b"\xff\xd8 a picture"
    assert picture.headers["content-type"] == "image/jpeg"
    assert picture.headers["cache-control"] == "private, no-store"
    assert picture.headers["x-content-type-options"] == "nosniff"
    assert refusal(await hall.proctor.get("/api/v1/evidence/e2")) == (410, "evidence_erased")
    assert refusal(await hall.stranger.get("/api/v1/evidence/e1")) == (403, "not_allowed")
    assert refusal(await hall.proctor.get("/api/v1/evidence/none")) == (404, "evidence_not_found")
    verdict = f"/api/v1/incidents/{seen.id}/verdict"
    decided = ok(await hall.reviewer.post(verdict, json={"verdict": "confirmed", "note": "clear"}))
    assert (decided["verdict"], decided["verdict_by"]) == ("confirmed", "Radia Perlman")
    undone = ok(await hall.proctor.post(verdict, json={"verdict": "undecided"}))
    assert (undone["verdict"], undone["verdict_by"], undone["handled"]) == ("undecided", None, True)
    assert refusal(await hall.proctor.post(verdict, json={"verdict": "guilty"}))[0] == 422
    (first, _) = ok(await hall.reviewer.get(f"/api/v1/exams/{hall.exam_id}/review"))
    assert (first["attempt_id"], first["undecided"], first["highest"]) == (hall.ada, 1, "high")


async def test_an_erased_line_is_said_and_the_chain_still_verifies(hall: Hall) -> None:
    await hall.go_live()
    async with hall.house.services.attempt_store.begin(hall.ada) as tx:
        await tx.erase_log(1)
    story = ok(await hall.proctor.get(f"/api/v1/attempts/{hall.ada}"))
    assert story["chain"] == "erased"
    assert "erased" in story["timeline"][0]["words"]


async def test_a_new_server_on_the_same_folder_goes_on_where_the_old_one_stopped(tmp_path: Path) -> None:
    async with running(tmp_path) as house:
        hall = await furnished(house)
        await hall.go_live()
        await hall.act("message", {"text": "Good luck"})
        await hall.act("pause", {"reason": "talk"})
        wall = ok(await hall.proctor.get(f"/api/v1/exams/{hall.exam_id}/wall"))
    async with running(tmp_path) as house:
        proctor = browser(house, hall.proctor.cookies)
        again = ok(await proctor.get(f"/api/v1/exams/{hall.exam_id}/wall"))
        for seen in (wall, again):
            seen["server_now"] = 0
            for card in seen["attempts"]:
                card["clock"]["server_now"] = 0
        assert again == wall
        page = browser(house, hall.candidate.cookies)
        room = ok(await page.get(f"/api/v1/attempts/{hall.ada}/room"))
        assert (room["state"], room["content_text"]) == ("paused", "1 + 1 = ?")
        assert ok(await proctor.get(f"/api/v1/attempts/{hall.ada}"))["chain"] == "intact"
