"""Signing in, one-time links, accounts and their rights, over HTTP."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from support.server import PASSWORD, Server, running_server, token_of


@pytest.fixture
async def server(tmp_path: Path, database_url: str) -> AsyncIterator[Server]:
    """On both databases."""
    async with running_server(tmp_path / "data", database_url=database_url) as running:
        yield running


async def test_the_first_link_makes_one_admin_and_works_once(server: Server) -> None:
    link = await server.house.services.accounts.first_admin_link()
    assert link is not None
    token = token_of(link.url)
    async with server.client() as client:
        info = await client.post("/api/v1/session/link-info", json={"token": token})
        assert info.json()["purpose"] == "first_admin"
        body = {"token": token, "password": PASSWORD}
        nameless = await client.post("/api/v1/session/set-password", json=body)
        assert nameless.json()["code"] == "name_and_email_needed"
        body |= {"email": "Ada@Example.org", "name": "Ada"}
        made = await client.post("/api/v1/session/set-password", json=body)
        assert made.json() == {
            "id": made.json()["id"],
            "name": "Ada",
            "email": "ada@example.org",
            "role": "admin",
            "must_enrol": False,
        }
        cookie = made.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=strict" in cookie
        assert "secure" not in cookie  # plain http on this machine
        again = await client.post("/api/v1/session/set-password", json=body)
        assert (again.status_code, again.json()["code"]) == (410, "link_used")
    assert await server.house.services.accounts.first_admin_link() is None


async def test_a_new_first_link_withdraws_the_one_before(server: Server) -> None:
    first = await server.house.services.accounts.first_admin_link()
    await server.house.services.accounts.first_admin_link()
    assert first is not None
    async with server.client() as client:
        answer = await client.post("/api/v1/session/link-info", json={"token": token_of(first.url)})
    assert (answer.status_code, answer.json()["code"]) == (404, "link_unknown")


async def test_sign_in_and_out(server: Server) -> None:
    async with server.admin(), server.client() as client:
        assert (await client.get("/api/v1/session")).json()["code"] == "not_signed_in"
        login = {"email": " ADMIN@example.org ", "password": PASSWORD}
        assert (await client.post("/api/v1/session", json=login)).status_code == 200
        cookie = client.cookies["examhall_staff"]
        assert (await client.get("/api/v1/session")).json()["role"] == "admin"
        assert (await client.delete("/api/v1/session")).status_code == 204
        client.cookies.set("examhall_staff", cookie)  # a copy of the cookie is worth nothing now
        assert (await client.get("/api/v1/session")).status_code == 401


async def test_a_wrong_password_and_an_unknown_address_look_the_same(server: Server) -> None:
    async with server.admin(), server.client() as client:
        wrong = await client.post("/api/v1/session", json={"email": "admin@example.org", "password": "x"})
        unknown = await client.post("/api/v1/session", json={"email": "who@example.org", "password": "x"})
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json() | {"request_id": ""} == unknown.json() | {"request_id": ""}


async def test_guessing_is_slowed_down_even_with_the_right_password_at_last(server: Server) -> None:
    async with server.admin(), server.client() as client:
        for _ in range(10):
            answer = await client.post(
                "/api/v1/session", json={"email": "admin@example.org", "password": "guess"}
            )
            assert answer.status_code == 401
        login = {"email": "admin@example.org", "password": PASSWORD}
        answer = await client.post("/api/v1/session", json=login)
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_tries")
    assert 0 < int(answer.headers["retry-after"]) <= 900


async def test_a_disabled_account_is_out_at_once(server: Server) -> None:
    async with server.staff("Grace", "proctor") as grace, server.admin() as admin:
        user_id = grace.headers["x-user"]
        changed = await admin.patch(f"/api/v1/staff/{user_id}", json={"disabled": True})
        assert changed.json()["disabled"] is True
        assert (await grace.get("/api/v1/exams")).status_code == 401
        login = {"email": "grace@example.org", "password": PASSWORD}
        assert (await grace.post("/api/v1/session", json=login)).json()["code"] == "wrong_login"


async def test_the_last_admin_stays(server: Server) -> None:
    async with server.admin() as admin:
        me = (await admin.get("/api/v1/session")).json()["id"]
        for change in ({"disabled": True}, {"role": "proctor"}):
            answer = await admin.patch(f"/api/v1/staff/{me}", json=change)
            assert (answer.status_code, answer.json()["code"]) == (409, "last_admin")
        assert (await admin.patch(f"/api/v1/staff/{me}", json={"name": "New"})).json()["name"] == "New"


async def test_an_address_belongs_to_one_account(server: Server) -> None:
    async with server.admin() as admin:
        body = {"name": "Twin", "email": "ADMIN@example.org", "role": "reviewer"}
        answer = await admin.post("/api/v1/staff", json=body)
        assert (answer.status_code, answer.json()["code"]) == (409, "email_taken")
        assert len((await admin.get("/api/v1/staff")).json()) == 1


async def test_a_new_link_for_staff_ends_the_old_one_and_their_logins(server: Server) -> None:
    async with server.staff("Grace", "reviewer") as grace, server.admin() as admin:
        user_id = grace.headers["x-user"]
        first = (await admin.post(f"/api/v1/staff/{user_id}/link")).json()["link"]
        second = (await admin.post(f"/api/v1/staff/{user_id}/link")).json()["link"]
        async with server.client() as client:
            body = {"token": token_of(first), "password": "another password"}
            assert (await client.post("/api/v1/session/set-password", json=body)).status_code == 404
            body["token"] = token_of(second)
            assert (await client.post("/api/v1/session/set-password", json=body)).status_code == 200
        assert (await grace.get("/api/v1/session")).status_code == 401


async def test_a_demo_link_signs_in_again_and_again_until_the_next_lasting_start(server: Server) -> None:
    accounts = server.house.services.accounts
    async with server.staff("Demo", "proctor") as demo, server.client() as client:
        link = await accounts.demo_link(demo.headers["x-user"], 60_000)
        body = {"token": token_of(link.url)}
        for _ in range(2):
            assert (await client.post("/api/v1/session/link", json=body)).json()["name"] == "Demo"
        password = await client.post("/api/v1/session/set-password", json=body | {"password": PASSWORD})
        assert password.json()["code"] == "link_not_for_this"
        await accounts.withdraw_demo_links()
        assert (await client.post("/api/v1/session/link", json=body)).status_code == 404


async def test_accounts_and_logins_survive_a_restart(tmp_path: Path) -> None:
    async with running_server(tmp_path) as before, before.admin() as admin:
        cookie = admin.cookies["examhall_staff"]
    async with running_server(tmp_path) as after, after.client() as client:
        client.cookies.set("examhall_staff", cookie)
        assert (await client.get("/api/v1/session")).json()["email"] == "admin@example.org"
        assert await after.house.services.accounts.first_admin_link() is None
