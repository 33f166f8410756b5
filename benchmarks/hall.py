"""A server of its own for the benchmark: `examhall serve` as a process, an exam, its wall."""

import asyncio
import contextlib
import json
import sqlite3
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil
from prometheus_client.parser import text_string_to_metric_families
from websockets.asyncio.client import connect

EXAMHALL = Path(sys.executable).with_name("examhall")
PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class Usage:
    """Of the server and its workers together: processor seconds so far, and unshared memory."""

    cpu_s: float
    memory_mb: float


@dataclass(frozen=True)
class Alert:
    """The first word of an incident on the proctor's socket. Times: ms since the epoch."""

    attempt_id: str
    signal: str
    opened_at: int
    heard_at: float


@dataclass
class Hall:
    """A running server with one open exam; `alerts` grows while the wall is followed."""

    data_dir: Path
    process: Process
    http: httpx.AsyncClient
    exam_id: str = ""
    links: dict[str, str] = field(default_factory=dict)  # by attempt id
    alerts: list[Alert] = field(default_factory=list)
    sampling_s: set[float] = field(default_factory=set)  # the intervals the server asked for

    async def prepare(self, first_link: str, candidates: int) -> None:
        admin = {"token": first_link.split("#")[1], "email": "admin@example.org", "name": "Admin"}
        (
            await self.http.post("/session/set-password", json=admin | {"password": PASSWORD})
        ).raise_for_status()
        now = round(time.time() * 1000)
        exam = {"title": "Bench", "opens_at": now - 60_000, "closes_at": now + 3_600_000, "duration_s": 3000}
        self.exam_id = (await self.http.post("/exams", json=exam)).raise_for_status().json()["id"]
        for number in range(candidates):
            name = {"name": f"Candidate {number + 1}"}
            added = await self.http.post(f"/exams/{self.exam_id}/candidates", json=name)
            line = added.raise_for_status().json()
            self.links[line["attempt_id"]] = line["link"]

    async def follow_wall(self) -> None:
        """As a proctor's page does, until cancelled."""
        base = str(self.http.base_url).removesuffix("/api/v1/")
        cookies = "; ".join(f"{name}={value}" for name, value in self.http.cookies.items())
        url = f"{base.replace('http', 'ws', 1)}/ws/exams/{self.exam_id}/monitor"
        headers = {"Cookie": cookies, "Origin": base}
        known: set[str] = set()
        async with connect(url, additional_headers=headers, max_size=2**24) as socket:
            await socket.send(json.dumps({"type": "hello", "protocol": 1}))
            async for text in socket:
                heard_at = time.time() * 1000
                if isinstance(text, bytes):
                    continue
                message = json.loads(text)
                if message["type"] == "ping":
                    await socket.send(json.dumps({"type": "pong", "nonce": message["nonce"]}))
                if message["type"] == "load":
                    self.sampling_s.add(message["sampling_interval_s"])
                if message["type"] != "update" or message["body"]["type"] != "incident":
                    continue
                incident = message["body"]["incident"]
                if incident["id"] not in known:
                    known.add(incident["id"])
                    opened = Alert(
                        incident["attempt_id"], incident["signal"], incident["opened_at"], heard_at
                    )
                    self.alerts.append(opened)

    def usage(self) -> Usage:
        both = self.usage_by_kind()
        return Usage(sum(one.cpu_s for one in both.values()), sum(one.memory_mb for one in both.values()))

    def usage_by_kind(self) -> dict[str, Usage]:
        """Of the server, and of its vision workers together."""
        server = psutil.Process(self.process.pid)
        return {"server": _usage(server), "workers": _usage(*server.children(recursive=True))}

    async def metrics(self) -> dict[str, float]:
        """What /metrics says, summed over labels; `name{label="value"}` for one of several."""
        base = str(self.http.base_url).removesuffix("/api/v1/")
        text = (await self.http.get(f"{base}/metrics")).raise_for_status().text
        found: dict[str, float] = {}
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                found[sample.name] = found.get(sample.name, 0.0) + sample.value
                for label, value in sample.labels.items():
                    key = f'{sample.name}{{{label}="{value}"}}'
                    found[key] = found.get(key, 0.0) + sample.value
        return found

    def stored_events(self) -> int:
        """How many page events the database holds."""
        with sqlite3.connect(self.data_dir / "examhall.db") as database:
            return int(database.execute("select count(*) from page_event").fetchone()[0])


def _usage(*processes: psutil.Process) -> Usage:
    cpu_s, memory = 0.0, 0
    for one in processes:
        with contextlib.suppress(psutil.NoSuchProcess):  # a worker that was replaced meanwhile
            times = one.cpu_times()
            cpu_s += times.user + times.system
            memory += one.memory_full_info().uss
    return Usage(cpu_s, memory / 2**20)


@asynccontextmanager
async def running_hall(data_dir: Path, candidates: int, *, port: int = 0) -> AsyncIterator[Hall]:
    """A fresh server; stopped when left."""
    with (data_dir.parent / "server.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            EXAMHALL, "serve", "--port", str(port), "--data-dir", data_dir, stdout=PIPE, stderr=log
        )
        assert process.stdout is not None
        try:
            base = await _said(process.stdout, "Examhall serves")
            link = await _said(process.stdout, "/set-password#")
            async with httpx.AsyncClient(
                base_url=f"{base}/api/v1/", headers={"Origin": base}, trust_env=False, timeout=20
            ) as http:
                hall = Hall(data_dir, process, http)
                await hall.prepare(link, candidates)
                yield hall
        finally:
            process.terminate()
            await process.wait()


async def _said(stdout: asyncio.StreamReader, words: str) -> str:
    """The last word of the line that contains these."""
    async with asyncio.timeout(30):
        while line := (await stdout.readline()).decode():
            if words in line:
                return line.split()[-1]
    raise RuntimeError("the server ended before it served")
