"""API keys, and what the audit log keeps of everything that staff and keys do."""

import csv
import io
from typing import Any

import httpx
import pytest

from support.server import HOUR_MS, PASSWORD, Server


async def make_key(
    server: Server, admin: httpx.AsyncClient, *scopes: str, name: str = "Register"
) -> dict[str, Any]:
    body = {"name": name, "scopes": scopes, "expires_at": server.house.services.clock.now_ms() + HOUR_MS}
    answer = await admin.post("/api/v1/api-keys", json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def test_a_key_is_shown_once_works_within_its_scopes_and_ends_when_revoked(server: Server) -> None:
    async with server.admin() as admin:
        exam_id = (await server.exam(admin))["id"]
        made = await make_key(server, admin, "roster:write")
        assert made["token"].startswith("exk_")
        assert made["token"] not in (await admin.get("/api/v1/api-keys")).text
        async with server.client(headers={"Authorization": f"Bearer {made['token']}"}) as program:
            path = f"/api/v1/exams/{exam_id}/candidates"
            assert (await program.post(path, json={"name": "Ada"})).status_code == 201
            refused = await program.get(path)
            assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")
            listed = (await admin.get("/api/v1/api-keys")).json()
            assert listed[0]["last_used_at"] is not None
            key_path = f"/api/v1/api-keys/{made['key']['id']}"
            assert (await admin.request("DELETE", key_path, json={"reason": "unused"})).status_code == 204
            refused = await program.post(path, json={"name": "Alan"})
            assert (refused.status_code, refused.json()["code"]) == (401, "key_invalid")
        gone = await admin.request("DELETE", "/api/v1/api-keys/none", json={"reason": "unused"})
        assert (gone.status_code, gone.json()["code"]) == (404, "key_not_found")


@pytest.mark.parametrize("days", [-1, 0, 400])
async def test_every_key_ends_within_a_year(server: Server, days: int) -> None:
    async with server.admin() as admin:
        ends = server.house.services.clock.now_ms() + days * 24 * HOUR_MS
        body = {"name": "Register", "scopes": ["exams:read"], "expires_at": max(0, ends)}
        answer = await admin.post("/api/v1/api-keys", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "key_expiry_invalid")


async def test_a_key_that_asks_too_much_is_slowed_down(server: Server) -> None:
    async with server.admin() as admin:
        made = await make_key(server, admin, "exams:read")
    async with server.client(headers={"Authorization": f"Bearer {made['token']}"}) as program:
        for _ in range(2000):
            answer = await program.get("/api/v1/policies")
            if answer.status_code == 429:
                break
        assert answer.json()["code"] == "too_many_requests"
        assert int(answer.headers["retry-after"]) >= 1


async def test_what_a_key_does_is_noted_as_its_makers_through_the_key(server: Server) -> None:
    async with server.admin() as admin:
        made = await make_key(server, admin, "exams:write", name="Planner")
        async with server.client(headers={"Authorization": f"Bearer {made['token']}"}) as program:
            exam = (await program.post("/api/v1/exams", json=server.exam_body())).json()
        page = (await admin.get("/api/v1/audit", params={"exam": exam["id"]})).json()
        (entry,) = page["entries"]
        assert (entry["action"], entry["actor_name"], entry["key_name"]) == (
            "exam.create",
            "Admin",
            "Planner",
        )
        assert entry["exam_title"] == exam["title"]


async def test_harm_is_noted_with_its_reason_and_never_with_a_name(server: Server) -> None:
    async with server.admin() as admin:
        exam_id = (await server.exam(admin))["id"]
        candidate = await server.candidate(admin, exam_id, name="Very Private Name")
        path = f"/api/v1/exams/{exam_id}/candidates/{candidate['attempt_id']}/link"
        assert (await admin.delete(path, params={"reason": "sent to the wrong person"})).status_code == 204
        erased = await admin.request(
            "DELETE", f"/api/v1/attempts/{candidate['attempt_id']}/data", json={"reason": "asked for it"}
        )
        assert erased.status_code == 200, erased.text
        page = (await admin.get("/api/v1/audit", params={"exam": exam_id})).json()
        told = {entry["action"]: entry for entry in page["entries"]}
        assert set(told) == {"exam.create", "roster.add", "invite.revoke", "attempt.erase"}
        assert told["invite.revoke"]["reason"] == "sent to the wrong person"
        assert told["attempt.erase"]["reason"] == "asked for it"
        assert told["attempt.erase"]["on_id"] == candidate["attempt_id"]
        assert "Very Private Name" not in str(page)


async def test_what_was_refused_is_not_noted_as_done(server: Server) -> None:
    async with server.staff("Grace", "proctor") as grace, server.admin() as admin:
        exam_id = (await server.exam(admin))["id"]
        before = (await admin.get("/api/v1/audit")).json()["entries"]
        assert (await grace.patch(f"/api/v1/exams/{exam_id}", json={"title": "Mine"})).status_code == 403
        assert (await admin.patch(f"/api/v1/exams/{exam_id}", json={"duration_s": 1})).status_code == 422
        assert (await admin.get("/api/v1/audit")).json()["entries"] == before


async def test_the_log_is_read_page_by_page_and_filtered(server: Server) -> None:
    async with server.admin() as admin:
        me = (await admin.get("/api/v1/session")).json()["id"]
        for number in range(5):
            await server.exam(admin, title=f"Exam {number}")
        seen, after = [], None
        while True:
            params: dict[str, str | int] = {"action": "exam.create", "limit": 2, "actor": me}
            page = (
                await admin.get("/api/v1/audit", params=params | ({"after": after} if after else {}))
            ).json()
            seen += [entry["exam_title"] for entry in page["entries"]]
            after = page["next"]
            if after is None:
                break
        assert seen == [f"Exam {number}" for number in (4, 3, 2, 1, 0)]
        newest = (await admin.get("/api/v1/audit", params={"limit": 1})).json()["entries"][0]
        later = {"from_ms": newest["at"] + 1}
        assert (await admin.get("/api/v1/audit", params=later)).json()["entries"] == []
        nobody = {"actor": "nobody"}
        assert (await admin.get("/api/v1/audit", params=nobody)).json() == {"entries": [], "next": None}
        wrong = await admin.get("/api/v1/audit", params={"after": "no place"})
        assert (wrong.status_code, wrong.json()["code"]) == (422, "place_invalid")


async def test_the_spreadsheet_runs_no_formula_and_its_download_is_noted(server: Server) -> None:
    formula = '=HYPERLINK("https://evil.example","x")'
    async with server.admin() as admin:
        exam_id = (await server.exam(admin, title=formula))["id"]
        candidate = await server.candidate(admin, exam_id)
        path = f"/api/v1/exams/{exam_id}/candidates/{candidate['attempt_id']}/link"
        await admin.delete(path, params={"reason": "+1+1\n-2"})
        answer = await admin.get("/api/v1/audit/csv", params={"exam": exam_id})
        assert answer.headers["content-type"].startswith("text/csv")
        rows = list(csv.reader(io.StringIO(answer.text)))
        assert len(rows) == 4
        assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)
        assert f"'{formula}" in answer.text.replace('""', '"')
        page = (await admin.get("/api/v1/audit", params={"action": "audit.export"})).json()
        assert len(page["entries"]) == 1


async def test_the_password_is_in_no_line(server: Server) -> None:
    async with server.admin() as admin:
        body = {"present": PASSWORD, "new": "another password"}
        await admin.put("/api/v1/account/password", json=body)
        page = await admin.get("/api/v1/audit")
    assert [entry["action"] for entry in page.json()["entries"]] == ["password.change", "password.set"]
    assert PASSWORD not in page.text
    assert "another password" not in page.text
