"""Signing in with a second factor, throttling across restarts, and the logins that somebody has."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from examhall.bootstrap.accounts import accounts_alone
from examhall.domain.one_time_code import STEP_S, code_at
from support.server import PASSWORD, Server, running_server, token_of
from support.sockets import monitor_socket


@pytest.fixture
async def server(tmp_path: Path, database_url: str) -> AsyncIterator[Server]:
    """On both databases."""
    async with running_server(tmp_path / "data", database_url=database_url) as running:
        yield running


LOGIN = {"email": "admin@example.org", "password": PASSWORD}


class App:
    """An authenticator app. Each code is one step newer, as if time had passed: the server allows one step."""

    def __init__(self, server: Server, secret: str) -> None:
        self._clock = server.house.services.clock
        self.secret = base64.b32decode(secret)

    def code(self, off: int = 0) -> str:
        return code_at(self.secret, self._clock.wall_ms() // 1000 // STEP_S + off)


async def enrol(server: Server, client: httpx.AsyncClient) -> tuple[App, list[str]]:
    begun = await client.post("/api/v1/account/second-factor", json={"password": PASSWORD})
    assert begun.status_code == 201, begun.text
    made = begun.json()
    assert made["uri"].startswith(f"otpauth://totp/Examhall%3Aadmin%40example.org?secret={made['secret']}&")
    app = App(server, made["secret"])
    on = await client.post("/api/v1/account/second-factor/confirm", json={"code": app.code(-1)})
    assert on.status_code == 200, on.text
    return app, on.json()["codes"]


async def log_in(server: Server, **more: Any) -> tuple[int, str]:
    async with server.client() as client:
        answer = await client.post("/api/v1/session", json=LOGIN | more)
        return answer.status_code, answer.json().get("code", "")


async def test_the_second_factor_is_asked_for_and_a_code_counts_once(server: Server) -> None:
    async with server.admin() as admin:
        app, codes = await enrol(server, admin)
        assert (await admin.get("/api/v1/account")).json()["recovery_codes_left"] == len(codes) == 10
        assert (await admin.get("/api/v1/staff")).json()[0]["second_factor"] is True
        assert await log_in(server) == (401, "second_factor_needed")
        assert await log_in(server, code="000000") == (401, "wrong_code")
        code = app.code()
        assert await log_in(server, code=f"{code[:3]} {code[3:]}") == (200, "")
        assert await log_in(server, code=code) == (401, "wrong_code")
        assert await log_in(server, code=codes[0].upper()) == (200, "")
        assert await log_in(server, code=codes[0]) == (401, "wrong_code")
        assert await log_in(server, password="wrong", code=codes[1]) == (401, "wrong_login")
        assert await log_in(server, code=codes[1]) == (200, "")  # a wrong password spends no code


async def test_a_code_is_taken_by_one_of_two_at_once(server: Server) -> None:
    async with server.admin() as admin:
        app, _ = await enrol(server, admin)
    outcomes = await asyncio.gather(*(log_in(server, code=app.code()) for _ in range(2)))
    assert sorted(outcomes) == [(200, ""), (401, "wrong_code")]


async def test_the_second_factor_survives_a_restart_and_its_secret_is_sealed(tmp_path: Path) -> None:
    async with running_server(tmp_path) as before, before.admin() as admin:
        app, _ = await enrol(before, admin)
    stored = b"".join(file.read_bytes() for file in tmp_path.glob("examhall.db*"))
    assert app.secret not in stored
    async with running_server(tmp_path) as after:
        assert await log_in(after) == (401, "second_factor_needed")
        assert await log_in(after, code=app.code()) == (200, "")


async def test_switching_it_off_needs_password_and_code(server: Server) -> None:
    async with server.admin() as admin:
        _, codes = await enrol(server, admin)
        again = await admin.post("/api/v1/account/second-factor", json={"password": PASSWORD})
        assert (again.status_code, again.json()["code"]) == (409, "second_factor_is_on")
        wrong = [{"password": "x", "code": codes[0]}, {"password": PASSWORD, "code": "x"}]
        for body, code in zip(wrong, ("wrong_password", "wrong_code"), strict=True):
            answer = await admin.request("DELETE", "/api/v1/account/second-factor", json=body)
            assert (answer.status_code, answer.json()["code"]) == (403, code)
        new = await admin.post(
            "/api/v1/account/second-factor/recovery-codes", json={"password": PASSWORD, "code": codes[0]}
        )
        assert not set(new.json()["codes"]) & set(codes)
        body = {"password": PASSWORD, "code": codes[1]}
        void = await admin.request("DELETE", "/api/v1/account/second-factor", json=body)
        assert void.json()["code"] == "wrong_code"
        body["code"] = new.json()["codes"][0]
        off = await admin.request("DELETE", "/api/v1/account/second-factor", json=body)
        assert off.status_code == 204
    assert await log_in(server) == (200, "")


async def test_an_admin_resets_it_with_a_reason_and_the_logins_end(server: Server) -> None:
    async with server.staff("Grace", "proctor") as grace, server.admin() as admin:
        begun = await grace.post("/api/v1/account/second-factor", json={"password": PASSWORD})
        app = App(server, begun.json()["secret"])
        await grace.post("/api/v1/account/second-factor/confirm", json={"code": app.code()})
        path = f"/api/v1/staff/{grace.headers['x-user']}/second-factor"
        assert (await admin.request("DELETE", path, json={"reason": ""})).status_code == 422
        done = await admin.request("DELETE", path, json={"reason": "lost the phone"})
        assert done.status_code == 204
        assert (await grace.get("/api/v1/session")).status_code == 401
        entry = (await admin.get("/api/v1/audit", params={"action": "second_factor.reset"})).json()[
            "entries"
        ][0]
        assert (entry["reason"], entry["on_id"]) == ("lost the phone", grace.headers["x-user"])
        assert (await admin.request("DELETE", path, json={"reason": "again"})).json()[
            "code"
        ] == "second_factor_is_off"
    assert await log_in(server, email="grace@example.org") == (200, "")


async def test_a_link_in_the_mail_is_not_enough_where_there_is_a_second_factor(server: Server) -> None:
    async with server.admin() as admin:
        app, _ = await enrol(server, admin)
        me = (await admin.get("/api/v1/session")).json()["id"]
        link = (await admin.post(f"/api/v1/staff/{me}/link")).json()["link"]
        body = {"token": token_of(link), "password": "another password"}
        async with server.client() as client:
            for code, told in ((None, "second_factor_needed"), ("000000", "wrong_code")):
                answer = await client.post("/api/v1/session/set-password", json=body | {"code": code})
                assert answer.json()["code"] == told
            answer = await client.post("/api/v1/session/set-password", json=body | {"code": app.code()})
            assert answer.status_code == 200
        assert (await admin.get("/api/v1/session")).status_code == 401  # every login from before


async def test_whoever_has_the_data_folder_gets_in_without_the_second_factor(tmp_path: Path) -> None:
    async with running_server(tmp_path) as server:
        async with server.admin() as admin:
            await enrol(server, admin)
        async with accounts_alone(server.house.settings) as accounts:
            link = await accounts.admin_link("admin@example.org", without_second_factor=True)
        async with server.client() as client:
            body = {"token": token_of(link.url), "password": "another password"}
            assert (await client.post("/api/v1/session/set-password", json=body)).status_code == 200


async def test_required_it_comes_before_everything_else(tmp_path: Path) -> None:
    async with running_server(tmp_path, require_totp="admins") as server:
        async with server.admin() as admin:
            assert (await admin.get("/api/v1/session")).json()["must_enrol"] is True
            refused = await admin.get("/api/v1/exams")
            assert (refused.status_code, refused.json()["code"]) == (403, "second_factor_required")
            await enrol(server, admin)
            assert (await admin.get("/api/v1/session")).json()["must_enrol"] is False
            assert (await admin.get("/api/v1/exams")).status_code == 200
            made = await admin.post(
                "/api/v1/staff", json={"name": "Grace", "email": "grace@example.org", "role": "proctor"}
            )
        async with server.client() as grace:
            body = {"token": token_of(made.json()["link"]), "password": PASSWORD}
            assert (await grace.post("/api/v1/session/set-password", json=body)).json()["must_enrol"] is False
            assert (await grace.get("/api/v1/exams")).status_code == 200


# ---- throttling --------------------------------------------------------------------------------------


async def test_a_closed_door_stays_closed_over_a_restart(tmp_path: Path) -> None:
    async with running_server(tmp_path) as before:
        async with before.admin():
            pass
        for _ in range(10):
            assert (await log_in(before, password="guess"))[0] == 401
    async with running_server(tmp_path) as after:
        assert await log_in(after) == (429, "too_many_tries")


async def test_a_strangers_guesses_do_not_lock_out_a_browser_that_was_let_in_before(server: Server) -> None:
    async with server.admin(), server.client() as mine:
        assert (await mine.post("/api/v1/session", json=LOGIN)).status_code == 200
        for _ in range(10):
            await log_in(server, password="guess")
        assert await log_in(server) == (429, "too_many_tries")
        assert (await mine.post("/api/v1/session", json=LOGIN)).status_code == 200
        # The mark of one account is worth nothing for another, nor does it open anything by itself.
        other = await mine.post("/api/v1/session", json=LOGIN | {"email": "who@example.org"})
        assert other.status_code == 401
        mine.cookies.delete("examhall_staff")
        assert (await mine.get("/api/v1/session")).status_code == 401


async def test_the_audit_log_has_every_login_and_no_address_that_was_typed(server: Server) -> None:
    async with server.admin() as admin:
        await log_in(server)
        await log_in(server, password="guess")
        await log_in(server, email="my-secret-password")
        page = (await admin.get("/api/v1/audit", params={"action": "login"})).json()
        assert [entry["action"] for entry in page["entries"]] == [
            "login.refused",
            "login.refused",
            "login.ok",
        ]
        me = (await admin.get("/api/v1/session")).json()["id"]
        assert [entry["on_id"] for entry in page["entries"]][:2] == [None, me]
        assert {entry["address"] for entry in page["entries"]} == {"127.0.0.1"}
        assert "my-secret-password" not in str(page)
        for _ in range(12):
            await log_in(server, password="guess")
        page = (await admin.get("/api/v1/audit", params={"action": "login.throttled"})).json()
        assert len(page["entries"]) == 1  # not one for every knock


# ---- logins ------------------------------------------------------------------------------------------


async def test_my_logins_are_listed_and_one_or_all_others_end(server: Server) -> None:
    async with server.admin() as admin, _another(server, "Firefox") as second, _another(server) as third:
        rows = (await admin.get("/api/v1/account/sessions")).json()
        assert len(rows) == 3
        assert [row["current"] for row in rows].count(True) == 1
        assert {row["address"] for row in rows} == {"127.0.0.1"}
        theirs = (await second.get("/api/v1/account/sessions")).json()
        (current,) = (row for row in theirs if row["current"])
        ended = await admin.delete(f"/api/v1/account/sessions/{current['id']}")
        assert ended.status_code == 204
        assert (await second.get("/api/v1/session")).status_code == 401
        assert (await third.post("/api/v1/account/sessions/end-others")).json() == {"ended": 1}
        assert (await admin.get("/api/v1/session")).status_code == 401
        gone = await third.delete(f"/api/v1/account/sessions/{current['id']}")
        assert (gone.status_code, gone.json()["code"]) == (404, "session_not_found")


async def test_nobody_ends_somebody_elses_login_but_an_admin_with_a_reason(server: Server) -> None:
    async with server.staff("Grace", "proctor") as grace, server.admin() as admin:
        mine = (await admin.get("/api/v1/account/sessions")).json()[0]["id"]
        assert (await grace.delete(f"/api/v1/account/sessions/{mine}")).status_code == 404
        path = f"/api/v1/staff/{grace.headers['x-user']}/sessions"
        (hers,) = (await admin.get(path)).json()
        assert (await admin.post(f"{path}/end", json={"session_id": hers["id"]})).status_code == 422
        body = {"session_id": hers["id"], "reason": "left a laptop on the train"}
        assert (await admin.post(f"{path}/end", json=body)).json() == {"ended": 1}
        assert (await grace.get("/api/v1/session")).status_code == 401


@pytest.mark.parametrize("how", ["disabled", "signed out", "password", "removed", "logs out"])
async def test_an_open_wall_closes_at_once(server: Server, how: str) -> None:
    """Its socket: not at the next look in 15 s, but when the right ends."""
    async with server.staff("Grace", "proctor") as grace, server.admin() as admin:
        exam_id, user_id = (await server.exam(admin))["id"], grace.headers["x-user"]
        await admin.put(f"/api/v1/exams/{exam_id}/staff/{user_id}", json={"role": "proctor"})
        async with (
            monitor_socket(server, exam_id, grace) as wall,
            _another(server, email="grace@example.org") as other,
        ):
            if how == "disabled":
                await admin.patch(f"/api/v1/staff/{user_id}", json={"disabled": True})
            elif how == "signed out":
                await admin.post(f"/api/v1/staff/{user_id}/sessions/end", json={"reason": "test"})
            elif how == "password":
                body = {"present": PASSWORD, "new": "another password"}
                assert (await other.put("/api/v1/account/password", json=body)).status_code == 204
            elif how == "removed":
                await admin.delete(f"/api/v1/exams/{exam_id}/staff/{user_id}")
            else:
                await grace.delete("/api/v1/session")
            assert await wall.closed(within_s=10) in {4401, 4403}


async def test_a_changed_password_ends_the_other_logins_and_needs_the_old_one(server: Server) -> None:
    async with server.admin() as admin, _another(server) as other:
        body = {"present": "wrong", "new": "another password"}
        refused = await admin.put("/api/v1/account/password", json=body)
        assert (refused.status_code, refused.json()["code"]) == (403, "wrong_password")
        body["present"] = PASSWORD
        assert (await admin.put("/api/v1/account/password", json=body)).status_code == 204
        assert (await admin.get("/api/v1/session")).status_code == 200
        assert (await other.get("/api/v1/session")).status_code == 401
    assert await log_in(server) == (401, "wrong_login")
    assert await log_in(server, password="another password") == (200, "")


async def test_a_staff_link_can_be_withdrawn(server: Server) -> None:
    async with server.admin() as admin:
        made = (
            await admin.post("/api/v1/staff", json={"name": "G", "email": "g@example.org", "role": "proctor"})
        ).json()
        path = f"/api/v1/staff/{made['staff']['id']}/link"
        assert (await admin.delete(path)).status_code == 204
        assert (await admin.delete(path)).json()["code"] == "link_unknown"
        async with server.client() as client:
            body = {"token": token_of(made["link"]), "password": PASSWORD}
            assert (await client.post("/api/v1/session/set-password", json=body)).json()[
                "code"
            ] == "link_unknown"


@asynccontextmanager
async def _another(
    server: Server, browser: str = "Firefox", *, email: str = "admin@example.org"
) -> AsyncIterator[httpx.AsyncClient]:
    """The same account in another browser."""
    async with server.client() as client:
        client.headers["User-Agent"] = browser
        answer = await client.post("/api/v1/session", json=LOGIN | {"email": email})
        assert answer.status_code == 200, answer.text
        yield client
