"""What every request meets: origins, headers, sizes, errors; health, metrics, pages and the API's page."""

import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from examhall.web.routers.pages import PAGES
from support.server import Server, running_server

INDEX = "<!doctype html><title>Examhall</title>"


@pytest.fixture
async def built(tmp_path: Path) -> AsyncIterator[Server]:
    """A server whose web pages are built."""
    static = tmp_path / "static"
    (static / "assets").mkdir(parents=True)
    (static / "index.html").write_text(INDEX)
    (static / "favicon.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (static / "assets" / "index-1.js").write_text("export {}")
    (tmp_path / "secret.svg").write_text("secret")
    async with running_server(tmp_path / "data", static_dir=static) as server:
        yield server


@pytest.mark.parametrize("origin", [None, "https://evil.example", "null", "http://127.0.0.1"])
async def test_a_cookie_works_only_from_our_own_pages(server: Server, origin: str | None) -> None:
    async with server.admin() as admin:
        del admin.headers["Origin"]
        headers = {} if origin is None else {"Origin": origin}
        answer = await admin.post("/api/v1/exams", json=server.exam_body(), headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "origin_refused")
        assert (await admin.get("/api/v1/exams", headers=headers)).json() == []


async def test_a_foreign_page_cannot_even_sign_somebody_in(server: Server) -> None:
    async with server.client(headers={"Origin": "https://evil.example"}) as client:
        answer = await client.post("/api/v1/session", json={"email": "a@b", "password": "x"})
    assert answer.json()["code"] == "origin_refused"


async def test_the_public_address_is_the_only_origin_when_it_is_set(tmp_path: Path) -> None:
    public = "https://exams.example.org"
    async with running_server(tmp_path, public_url=public) as server:
        link = await server.house.services.accounts.first_admin_link()
        assert link is not None
        assert link.url.startswith(f"{public}/set-password#")
        body = {"email": "a@b", "password": "x"}
        codes = {}
        for origin in (public, f"http://127.0.0.1:{server.house.settings.port}"):
            async with httpx.AsyncClient(trust_env=False, headers={"Origin": origin}) as client:
                url = f"http://127.0.0.1:{server.house.settings.port}/api/v1/session"
                codes[origin] = (await client.post(url, json=body)).json()["code"]
    assert list(codes.values()) == ["wrong_login", "origin_refused"]


async def test_cookies_are_secure_behind_https(tmp_path: Path) -> None:
    async with running_server(tmp_path, trusted_proxies="127.0.0.1") as server:
        link = await server.house.services.accounts.first_admin_link()
        assert link is not None
        proxied = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}
        origin = server.base_url.replace("http:", "https:")
        async with server.client(headers=proxied | {"Origin": origin}) as client:
            body = {"token": link.url.split("#")[1], "password": "correct horse", "email": "a@b", "name": "A"}
            answer = await client.post("/api/v1/session/set-password", json=body)
            assert answer.status_code == 200, answer.text
            assert "; Secure" in answer.headers["set-cookie"]
            assert "max-age" in answer.headers["strict-transport-security"]
            # What a proxy passes on did not come from this machine.
            assert (await client.get("/metrics")).status_code == 403


async def test_every_answer_carries_the_security_headers(built: Server) -> None:
    """Pages, files, answers of the API, refusals and errors."""
    async with built.client() as client, built.admin() as admin:
        exam_id = (await built.exam(admin))["id"]
        for path in (
            "/",
            "/healthz",
            "/nowhere",
            "/docs",
            "/assets/index-1.js",
            "/favicon.svg",
            "/openapi.json",
        ):
            policy = _checked(await client.get(path))
            assert "default-src 'self'; script-src 'self';" in policy
            assert "object-src 'none'" in policy
        data = [
            await client.get("/api/v1/session"),  # refused
            await admin.get("/api/v1/exams"),
            await admin.get(f"/api/v1/exams/{exam_id}/wall"),
            await admin.get("/api/v1/evidence/none"),
            await admin.get("/api/v1/audit/csv"),
            await client.post("/api/v1/session", content=b"{"),  # invalid
            await client.post(
                "/api/v1/session", content=b" " * 5_000_000
            ),  # too large, refused on the way in
            await admin.delete("/api/v1/session", headers={"Origin": "https://evil.example"}),
        ]
        for answer in data:
            assert "sandbox" in _checked(answer)
            assert "default-src 'none'" in answer.headers["content-security-policy"]
            assert "no-store" in answer.headers["cache-control"]
        kit = (await client.get("/meeting")).headers["content-security-policy"]
        assert "script-src 'self';" in kit  # only its styles are its own
        assert "unsafe-eval" not in kit


def _checked(answer: httpx.Response) -> str:
    """What every answer has; returns its content security policy."""
    headers = answer.headers
    policy = headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "base-uri 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["referrer-policy"] == "same-origin"
    assert "camera=(self)" in headers["permissions-policy"]
    assert "strict-transport-security" not in headers  # plain http
    assert headers["x-request-id"]
    return policy


async def test_a_public_https_address_is_told_to_browsers_for_good(tmp_path: Path) -> None:
    async with (
        running_server(tmp_path, public_url="https://exams.example.org") as server,
        httpx.AsyncClient(trust_env=False) as client,
    ):
        url = f"http://127.0.0.1:{server.house.settings.port}/healthz"
        assert "max-age=" in (await client.get(url)).headers["strict-transport-security"]


async def test_bodies_have_a_limit_declared_or_not(server: Server) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(80):
            yield b" " * 65536

    async with server.client() as client:
        declared = await client.post("/api/v1/session", content=b" " * 5_000_000)
        streamed = await client.post(
            "/api/v1/session", content=endless(), headers={"Content-Type": "application/json"}
        )
    for answer in (declared, streamed):
        assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("GET", "/api/v1/nowhere", None, 404, "not_found"),
        ("PUT", "/healthz", None, 405, "method_not_allowed"),
        ("POST", "/api/v1/session", b"{", 422, "invalid_request"),
        ("POST", "/api/v1/session", b"[]", 422, "invalid_request"),
        ("POST", "/api/v1/session", b'{"email": 5, "password": "hunter2"}', 422, "invalid_request"),
        ("POST", "/api/v1/join", b'{"token": "\xff"}', 400, "unreadable_request"),
    ],
)
async def test_errors_are_problems(
    server: Server, method: str, path: str, body: bytes | None, status: int, code: str
) -> None:
    async with server.client() as client:
        headers = {"Content-Type": "application/json"}
        answer = await client.request(method, path, content=body, headers=headers)
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (answer.status_code, problem["status"], problem["code"]) == (status, status, code)
    assert "hunter2" not in answer.text


async def test_an_unexpected_error_tells_nothing_and_the_server_goes_on(server: Server) -> None:
    with closing(sqlite3.connect(server.house.settings.data_dir / "examhall.db")) as database:
        database.execute('ALTER TABLE "user" RENAME TO gone')  # pulled away under the running server
    async with server.client() as client:
        answer = await client.post("/api/v1/session", json={"email": "a@b", "password": "x"})
        told = answer.json()
        assert told.pop("request_id") == answer.headers["x-request-id"]
        assert told == {
            "type": "about:blank",
            "title": "Something went wrong",
            "status": 500,
            "detail": "Something went wrong on the server; it was written to the log.",
            "code": "internal_error",
            "errors": [],
        }
        assert (await client.get("/healthz")).json() == {"status": "ok"}


async def test_ready_says_what_is_wrong(tmp_path: Path) -> None:
    async with (
        running_server(tmp_path, min_free_disk_mb=10**12, models_dir=tmp_path) as server,
        server.client() as client,
    ):
        answer = await client.get("/readyz")
    checks = answer.json()["checks"]
    assert answer.status_code == 503
    assert checks["database"] == checks["workers"] == "ok"
    assert "MB are free" in checks["disk"]
    assert "model" in checks["models"]


async def test_metrics_are_for_this_machine_or_with_the_token(tmp_path: Path) -> None:
    async with (
        running_server(tmp_path, metrics_token="let me read") as server,
        server.client(headers={}) as client,
    ):
        await client.get("/healthz")
        answer = await client.get("/metrics")
        assert 'examhall_http_requests_total{route="healthz",status="2xx"} 1.0' in answer.text
        elsewhere = {"Host": "rebound.example"}
        assert (await client.get("/metrics", headers=elsewhere)).json()["code"] == "metrics_refused"
        for token, status in (("let me read", 200), ("let me in", 403)):
            headers = elsewhere | {"Authorization": f"Bearer {token}"}
            assert (await client.get("/metrics", headers=headers)).status_code == status


async def test_every_page_is_the_application(built: Server) -> None:
    async with built.client() as client:
        for path in PAGES:
            answer = await client.get(path.replace("{attempt_id}", "a").replace("{exam_id}", "e"))
            assert (answer.status_code, answer.text) == (200, INDEX)
        asset = await client.get("/assets/index-1.js")
        assert "immutable" in asset.headers["cache-control"]
        assert (await client.get("/favicon.svg")).headers["content-type"] == "image/svg+xml"


@pytest.mark.parametrize(
    "path", ["/assets/nope.js", "/assets/%2e%2e/%2e%2e/secret.svg", "/..%2fsecret.svg", "/docs/..%2fapp.py"]
)
async def test_no_file_outside_the_folder_is_served(built: Server, path: str) -> None:
    async with built.client() as client:
        answer = await client.get(path)
    assert answer.status_code == 404
    assert "secret" not in answer.text


async def test_without_built_pages_it_says_what_to_do(tmp_path: Path) -> None:
    async with (
        running_server(tmp_path / "data", static_dir=tmp_path / "none") as server,
        server.client() as client,
    ):
        answer = await client.get("/join")
    assert answer.status_code == 503
    assert "make setup" in answer.text


async def test_the_api_page_needs_nothing_from_elsewhere(server: Server) -> None:
    async with server.client() as client:
        page = (await client.get("/docs")).text
        assert "://" not in page
        for file in ("docs.js", "docs.css"):
            assert f"/docs/{file}" in page
            answer = await client.get(f"/docs/{file}")
            assert answer.status_code == 200
            assert "://" not in answer.text
        schema = (await client.get("/openapi.json")).json()
    assert "/api/v1/join" in schema["paths"]
    assert json.dumps(schema).count("password_hash") == 0
