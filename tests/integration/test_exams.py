"""Exams, policies, the roster and invite links, over HTTP."""

import base64
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from httpx import AsyncClient

from examhall.application.ports.attempt_store import OutboxLine, UpdateKind
from support.server import HOUR_MS, Server, running_server, token_of


@pytest.fixture
async def server(tmp_path: Path, database_url: str) -> AsyncIterator[Server]:
    """On both databases."""
    async with running_server(tmp_path / "data", database_url=database_url) as running:
        yield running


async def test_an_exam_is_created_read_and_changed(server: Server) -> None:
    async with server.admin() as admin:
        exam = await server.exam(admin, title=" Algebra ", preset="strict")
        assert exam["title"] == "Algebra"
        assert exam["policy"]["revision"] == 1
        assert exam["policy"]["policy"]["require_screen"] is True
        path = f"/api/v1/exams/{exam['id']}"
        changed = (await admin.patch(path, json={"duration_s": 1800})).json()
        assert changed == exam | {"duration_s": 1800}
        assert (await admin.get(path)).json() == changed
        archived = (await admin.patch(path, json={"archived": True})).json()
        assert archived["archived"] is True
        assert [one["id"] for one in (await admin.get("/api/v1/exams")).json()] == [exam["id"]]
        lines = await server.house.services.attempt_store.outbox_after(exam["id"], 0)
    assert lines == [OutboxLine(number, UpdateKind.EXAM, exam["id"]) for number in (1, 2, 3)]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"title": "  "}, "title_needed"),
        ({"closes_at": 1, "opens_at": 2}, "window_backwards"),
        ({"closes_at": HOUR_MS * 2, "opens_at": 0}, "window_in_the_past"),
        ({"opens_at": 0}, "window_too_long"),
        ({"duration_s": 3 * 3600}, "duration_longer_than_window"),
        ({"content_mode": "frame"}, "content_url_needed"),
        ({"content_url": "http://example.org/exam"}, "content_url_not_https"),
        ({"content_url": "javascript:alert(1)"}, "content_url_not_https"),
        ({"content_url": "https://user@example.org/"}, "content_url_not_https"),
        ({"content_url": "https://[broken"}, "content_url_not_https"),
        ({"duration_s": 5}, "invalid_request"),
        ({"surprise": 5}, "invalid_request"),
    ],
)
async def test_an_exam_that_makes_no_sense_is_refused(
    server: Server, changes: dict[str, object], code: str
) -> None:
    async with server.admin() as admin:
        answer = await admin.post("/api/v1/exams", json=server.exam_body(**changes))
        assert (answer.status_code, answer.json()["code"]) == (422, code)
        assert answer.headers["content-type"] == "application/problem+json"
        assert (await admin.get("/api/v1/exams")).json() == []


async def test_content_on_this_machine_may_be_http(server: Server) -> None:
    async with server.admin() as admin:
        url = "http://localhost:9000/exam"
        exam = await server.exam(admin, content_mode="beside", content_url=url)
    assert exam["content_url"] == url
    assert set(exam["policy"]["switched_off"]) == {"tab_hidden", "window_blur", "fullscreen_exit"}


async def test_a_policy_change_is_a_new_revision_and_must_make_sense(server: Server) -> None:
    async with server.admin() as admin:
        exam = await server.exam(admin)
        path = f"/api/v1/exams/{exam['id']}/policy"
        policy = exam["policy"]["policy"]
        policy["signals"]["no_face"]["hold_s"] = 9.0
        answer = await admin.put(path, json={"policy": policy})
        assert answer.json()["revision"] == 2
        assert (await admin.get(path)).json()["policy"]["signals"]["no_face"]["hold_s"] == 9.0
        for broken in (-1, 1e9):
            policy["signals"]["no_face"]["hold_s"] = broken
            refused = await admin.put(path, json={"policy": policy})
            assert (refused.status_code, refused.json()["code"]) == (422, "policy_invalid")
        del policy["signals"]["no_face"]
        assert (await admin.put(path, json={"policy": policy})).json()["code"] == "policy_invalid"
        assert (await admin.get(path)).json()["revision"] == 2


async def test_staff_see_the_exams_they_belong_to(server: Server) -> None:
    async with server.staff("Grace", "reviewer") as grace, server.admin() as admin:
        exam, user_id = await server.exam(admin), grace.headers["x-user"]
        assert (await grace.get("/api/v1/exams")).json() == []
        path = f"/api/v1/exams/{exam['id']}"
        assert (await grace.get(path)).status_code == 403
        put = await admin.put(f"{path}/staff/{user_id}", json={"role": "proctor"})
        assert put.json()["role"] == "proctor"
        assert [member["user_id"] for member in (await admin.get(f"{path}/staff")).json()] == [user_id]
        (listed,) = (await grace.get("/api/v1/exams")).json()
        assert listed["my_role"] == "proctor"  # what the exam says, not the account
        assert (await grace.get(f"{path}/candidates")).status_code == 200
        assert (await admin.delete(f"{path}/staff/{user_id}")).status_code == 204
        assert (await grace.get(path)).status_code == 403
        assert (await admin.delete(f"{path}/staff/{user_id}")).json()["code"] == "member_not_found"


async def test_pasted_candidates_come_in_all_or_not_at_all(server: Server) -> None:
    async with server.admin() as admin:
        exam = await server.exam(admin)
        path = f"/api/v1/exams/{exam['id']}/candidates"
        text = "name,email,ref,extra_minutes\nAda,ada@x.org,1,\n=2+2,ada@X.org,2,\n,,3,soon\n"
        answer = (await admin.post(f"{path}/csv", json={"text": text})).json()
        assert [(error["row"], error["column"]) for error in answer["errors"]] == [
            (3, "email"),
            (4, "extra_minutes"),
        ]
        assert (await admin.get(path)).json() == []
        text = "Ada;ada@x.org;1;10\n=2+2;<b>@x.org;2\n"
        dry = (await admin.post(f"{path}/csv", json={"text": text, "dry_run": True})).json()
        assert (dry["would_add"], dry["added"]) == (2, [])
        done = (await admin.post(f"{path}/csv", json={"text": text})).json()
        assert done["added"] == (await admin.get(path)).json()
        assert [(one["number"], one["name"], one["extra_time_s"]) for one in done["added"]] == [
            (1, "Ada", 600),
            (2, "=2+2", 0),
        ]
        twice = (await admin.post(f"{path}/csv", json={"text": text})).json()
        assert len(twice["errors"]) == 4
        one = await admin.post(path, json={"name": "Ada", "email": "ADA@x.org"})
        assert (one.status_code, one.json()["code"]) == (409, "candidate_exists")


async def test_a_candidate_is_corrected_and_the_clock_follows(server: Server) -> None:
    async with server.admin() as admin:
        exam = await server.exam(admin)
        ada = await server.candidate(admin, exam["id"], ref="1")
        await server.candidate(admin, exam["id"], ref="2")
        path = f"/api/v1/exams/{exam['id']}/candidates/{ada['attempt_id']}"
        head = await server.house.services.attempt_store.outbox_head(exam["id"])
        changed = await admin.patch(path, json={"name": " Ada K. ", "email": "k@x.org", "extra_time_s": 900})
        assert changed.json() == ada | {"name": "Ada K.", "email": "k@x.org", "extra_time_s": 900}
        lines = await server.house.services.attempt_store.outbox_after(exam["id"], head)
        assert lines == [OutboxLine(head + 1, UpdateKind.ATTEMPT, ada["attempt_id"])]
        async with server.joined(ada["link"]) as candidate:
            room = (await candidate.get(f"/api/v1/attempts/{ada['attempt_id']}/room")).json()
        assert room["clock"]["duration_s"] == exam["duration_s"] + 900
        assert (await admin.patch(path, json={"email": "", "ref": "1"})).json()["email"] is None


async def test_a_change_that_does_not_fit_leaves_the_candidate_as_they_were(server: Server) -> None:
    async with server.admin() as admin:
        exam, other = await server.exam(admin), await server.exam(admin)
        ada = await server.candidate(admin, exam["id"], ref="1")
        await server.candidate(admin, exam["id"], ref="2")
        path = f"/api/v1/exams/{exam['id']}/candidates/{ada['attempt_id']}"
        for change, status, code in (
            ({"ref": "2"}, 409, "candidate_exists"),
            ({"name": "  "}, 422, "candidate_invalid"),
            ({"extra_time_s": -1}, 422, "invalid_request"),
            ({"email": "no address"}, 422, "invalid_request"),
        ):
            answer = await admin.patch(path, json=change)
            assert (answer.status_code, answer.json()["code"]) == (status, code), change
        elsewhere = f"/api/v1/exams/{other['id']}/candidates/{ada['attempt_id']}"
        assert (await admin.patch(elsewhere, json={"name": "X"})).status_code == 404
        for unsaid in ({}, {"reason": ""}, {"reason": " \n"}):
            refused = await admin.post(f"/api/v1/attempts/{ada['attempt_id']}/end", json=unsaid)
            assert (refused.status_code, refused.json()["code"]) == (422, "invalid_request")
        ended = await admin.post(f"/api/v1/attempts/{ada['attempt_id']}/end", json={"reason": "ill"})
        assert ended.status_code == 200, ended.text
        late = await admin.patch(path, json={"extra_time_s": 60})
        assert (late.status_code, late.json()["code"]) == (409, "attempt_started")
        kept = (await admin.get(f"/api/v1/exams/{exam['id']}/candidates")).json()[0]
        assert kept == ada | {"state": "ended"}


async def test_only_who_never_came_can_be_removed(server: Server) -> None:
    async with server.admin() as admin:
        exam = await server.exam(admin)
        path = f"/api/v1/exams/{exam['id']}/candidates"
        stays, goes = [await server.candidate(admin, exam["id"], ref=ref) for ref in ("1", "2")]
        async with server.joined(stays["link"]) as candidate:
            await _consent(candidate, stays["attempt_id"])
        assert (await admin.delete(f"{path}/{goes['attempt_id']}")).status_code == 204
        refused = await admin.delete(f"{path}/{stays['attempt_id']}")
        assert (refused.status_code, refused.json()["code"]) == (409, "candidate_has_come")
        assert [one["ref"] for one in (await admin.get(path)).json()] == ["1"]
        assert (await _join(server, goes["link"])) == (410, "link_revoked")


async def _consent(candidate: AsyncClient, attempt_id: str) -> None:
    room = (await candidate.get(f"/api/v1/attempts/{attempt_id}/room")).json()
    body = {"notice_hash": room["notice"]["hash"], "locale": "en", "agreed": True}
    answer = await candidate.post(f"/api/v1/attempts/{attempt_id}/consent", json=body)
    assert answer.status_code == 200, answer.text


async def _join(server: Server, link: str) -> tuple[int, str]:
    async with server.client() as client:
        answer = await client.post("/api/v1/join", json={"token": token_of(link)})
    return answer.status_code, answer.json().get("code", "")


async def test_a_link_opens_its_own_attempt_only(server: Server) -> None:
    async with server.admin() as admin:
        exam = await server.exam(admin)
        ada, alan = [await server.candidate(admin, exam["id"], ref=ref) for ref in ("1", "2")]
    async with server.joined(ada["link"]) as client:
        assert (await client.get(f"/api/v1/attempts/{ada['attempt_id']}/room")).status_code == 200
        assert (await client.get(f"/api/v1/attempts/{alan['attempt_id']}/room")).status_code == 401
    async with server.client(headers={"Examhall-Client": "program"}) as program:
        body = {"token": token_of(ada["link"])}
        bearer = (await program.post("/api/v1/join", json=body)).json()["bearer"]
        assert "examhall" not in str(program.cookies)
        program.headers["Authorization"] = f"Bearer {bearer}"
        assert (await program.get(f"/api/v1/attempts/{ada['attempt_id']}/room")).status_code == 200
        assert (await program.get(f"/api/v1/attempts/{alan['attempt_id']}/room")).status_code == 403


async def test_an_altered_link_is_refused_wherever_it_is_altered(server: Server) -> None:
    async with server.admin() as admin:
        exam = await server.exam(admin)
        ada, alan = [await server.candidate(admin, exam["id"], ref=ref) for ref in ("1", "2")]
    key_id, body, mac = token_of(ada["link"]).split(".")
    message = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)).decode()
    forged = base64.urlsafe_b64encode(
        message.replace(ada["attempt_id"], alan["attempt_id"]).encode()
    ).decode()
    for token in (
        "",
        "a.b",
        f"{key_id}.{body}.{mac[:-1]}",
        f"{key_id}.{body}.{mac}=",
        f"{key_id}.{forged.rstrip('=')}.{mac}",
        f"{key_id}.{body}.{token_of(alan['link']).split('.')[2]}",
        f"{key_id}.ünïcode.{mac}",
    ):
        assert await _join(server, f"x#{token}") == (422, "link_altered"), token


async def test_a_link_of_another_server_is_foreign(server: Server, tmp_path: Path) -> None:
    async with running_server(tmp_path / "other") as other, other.admin() as admin:
        candidate = await other.candidate(admin, (await other.exam(admin))["id"])
    assert await _join(server, candidate["link"]) == (403, "link_foreign")


async def test_a_revoked_link_ends_the_session_too_and_a_new_one_replaces_it(server: Server) -> None:
    async with server.admin() as admin:
        exam = await server.exam(admin)
        ada = await server.candidate(admin, exam["id"])
        path = f"/api/v1/exams/{exam['id']}/candidates/{ada['attempt_id']}/link"
        async with server.joined(ada["link"]) as client:
            assert (await admin.delete(path)).status_code == 204
            room = await client.get(f"/api/v1/attempts/{ada['attempt_id']}/room")
            assert (room.status_code, room.json()["code"]) == (401, "not_joined")
        assert (await admin.get(f"/api/v1/exams/{exam['id']}/candidates")).json()[0]["link"] == ""
        fresh = (await admin.post(path)).json()["link"]
    assert await _join(server, ada["link"]) == (410, "link_revoked")
    assert await _join(server, fresh) == (200, "")


async def test_a_link_runs_out_with_the_window_and_follows_it(server: Server) -> None:
    # Within a second of a window's end the clock ends the attempt as well; a try that it wins shows nothing of links.
    for _ in range(10):
        said = await _join_shut_and_opened(server)
        if (410, "attempt_over") not in said:
            break
    assert said == [(410, "link_expired"), (200, "")]  # the very link that was sent


async def _join_shut_and_opened(server: Server) -> list[tuple[int, str]]:
    """What one link says after the window was moved into the past, and after it was moved back."""
    async with server.admin() as admin:
        exam = await server.exam(admin)
        ada = await server.candidate(admin, exam["id"])
        path = f"/api/v1/exams/{exam['id']}"
        now = server.house.services.clock.now_ms()
        earlier = {"opens_at": now - 3 * HOUR_MS, "closes_at": now - HOUR_MS}
        assert (await admin.patch(path, json=earlier)).status_code == 200
        shut = await _join(server, ada["link"])
        again = await admin.patch(path, json={"closes_at": now + HOUR_MS})
        assert again.status_code == 200, again.text
        return [shut, await _join(server, ada["link"])]


async def test_a_link_used_after_the_end_says_so(server: Server) -> None:
    async with server.admin() as admin:
        exam = await server.exam(admin)
        ada = await server.candidate(admin, exam["id"])
        ended = await admin.post(f"/api/v1/attempts/{ada['attempt_id']}/end", json={"reason": "ill"})
        assert ended.status_code == 200, ended.text
    assert await _join(server, ada["link"]) == (410, "attempt_over")


async def test_what_a_monitor_shows_of_the_exam_is_told(server: Server) -> None:
    """The wall's clocks come from the exam: a new duration touches every attempt's card."""
    async with server.admin() as admin:
        exam = await server.exam(admin)
        ada = await server.candidate(admin, exam["id"])
        head = await server.house.services.attempt_store.outbox_head(exam["id"])
        await admin.patch(f"/api/v1/exams/{exam['id']}", json={"duration_s": 600})
        lines = await server.house.services.attempt_store.outbox_after(exam["id"], head)
    assert lines is not None
    assert [(line.kind, line.id) for line in lines] == [
        (UpdateKind.EXAM, exam["id"]),
        (UpdateKind.ATTEMPT, ada["attempt_id"]),
    ]
