"""A real server on a free port, with real SQLite, for tests that speak HTTP."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from examhall.adapters.detectors.scripted import ScriptedPool
from examhall.bootstrap.house import House, Replaced, build
from examhall.bootstrap.serving import server_of, take_port
from examhall.settings import Settings

PASSWORD = "correct horse battery"
HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Server:
    """`client()` is a browser without a login, `staff(...)` one that is signed in."""

    house: House

    @property
    def base_url(self) -> str:
        return self.house.settings.base_url

    @asynccontextmanager
    async def client(self, headers: Mapping[str, str] | None = None) -> AsyncIterator[httpx.AsyncClient]:
        given = {"Origin": self.base_url} if headers is None else dict(headers)
        async with httpx.AsyncClient(base_url=self.base_url, headers=given, trust_env=False) as client:
            yield client

    @asynccontextmanager
    async def admin(self) -> AsyncIterator[httpx.AsyncClient]:
        """The first admin, who comes by the link of the first start; later calls sign in."""
        async with self.client() as client:
            link = await self.house.services.accounts.first_admin_link()
            if link is None:
                body = {"email": "admin@example.org", "password": PASSWORD}
                answer = await client.post("/api/v1/session", json=body)
            else:
                body = {"token": token_of(link.url), "email": "admin@example.org", "name": "Admin"}
                answer = await client.post("/api/v1/session/set-password", json=body | {"password": PASSWORD})
            assert answer.status_code == 200, answer.text
            yield client

    @asynccontextmanager
    async def staff(self, name: str, role: str) -> AsyncIterator[httpx.AsyncClient]:
        """A new account, signed in. `client.headers["x-user"]` is its id."""
        async with self.admin() as admin:
            answer = await admin.post(
                "/api/v1/staff", json={"name": name, "email": f"{name.lower()}@example.org", "role": role}
            )
            assert answer.status_code == 201, answer.text
        async with self.client() as client:
            body = {"token": token_of(answer.json()["link"]), "password": PASSWORD}
            signed_in = await client.post("/api/v1/session/set-password", json=body)
            assert signed_in.status_code == 200, signed_in.text
            client.headers["x-user"] = signed_in.json()["id"]
            yield client

    async def exam(self, admin: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
        """An exam that is open now for two hours."""
        answer = await admin.post("/api/v1/exams", json=self.exam_body(**changes))
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    def exam_body(self, **changes: Any) -> dict[str, Any]:
        now = self.house.services.clock.now_ms()
        return {
            "title": "Algebra",
            "content_text": "Solve for x.",
            "opens_at": now - HOUR_MS,
            "closes_at": now + HOUR_MS,
            "duration_s": 3600,
            **changes,
        }

    async def candidate(self, admin: httpx.AsyncClient, exam_id: str, **who: Any) -> dict[str, Any]:
        answer = await admin.post(f"/api/v1/exams/{exam_id}/candidates", json={"name": "Ada", **who})
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    @asynccontextmanager
    async def joined(self, link: str) -> AsyncIterator[httpx.AsyncClient]:
        """A candidate's browser that came by the link."""
        async with self.client() as client:
            answer = await client.post("/api/v1/join", json={"token": token_of(link)})
            assert answer.status_code == 200, answer.text
            yield client


@asynccontextmanager
async def running_server(data_dir: Path, **settings: Any) -> AsyncIterator[Server]:
    """Serve from `data_dir` until left; serving from the same folder again is a restart."""
    listening, taken = take_port(Settings(data_dir=data_dir, port=0, **settings))
    house = build(taken, replaced=Replaced(vision=ScriptedPool({})))
    async with house.services.running():
        server = server_of(house)
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            await asyncio.wait_for(server.answering.wait(), 15)
            yield Server(house)
        finally:
            server.should_exit = True
            await serving


def token_of(link: str) -> str:
    """The secret behind the `#` of a link."""
    return link.split("#", 1)[1]
