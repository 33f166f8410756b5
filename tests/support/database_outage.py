"""An exam that loses its database for some seconds: what both pages saw, and what is stored afterwards."""

import asyncio
import time
from pathlib import Path

from examhall.adapters.db.engine import Database
from examhall.adapters.db.record_store import DbRecordStore
from examhall.application.ports.record_store import AttemptDump
from examhall.domain.chain import ChainStatus, LogEntry, verify_chain
from support.live import ALONE, LIMIT_S, TOGETHER, Candidate, Json, LiveHouse, Page, live_house, sending
from support.postgres import Cluster
from support.reliability import Account, record


async def say_event(page: Page, seq: int) -> None:
    at = round(time.time() * 1000)
    await page.say(type="event", seq=seq, kind="clipboard_copy", page_ms=seq * 10.0, occurred_at=at)


async def acknowledged(page: Page, seq: int, *, after: int = 0) -> None:
    await page.next("ack", after=after, where=lambda m: m["seq"] == seq)


async def dumped(url: str, candidate: Candidate) -> AttemptDump:
    """What the database holds, asked without the server."""
    database = Database(url)
    try:
        return await DbRecordStore(database).dump(candidate.attempt_id)
    finally:
        await database.stop()


async def shown_incident(wall: Page, signal: str, *, pictured: bool = False) -> Json:
    """As the wall is told of it; pictured: with its first pictures."""

    def fits(message: Json) -> bool:
        body = message["body"]
        if body["type"] != "incident" or body["incident"]["signal"] != signal:
            return False
        kept = {one["kind"] for one in body["incident"]["evidence"]}
        return "camera" in kept or not pictured

    return (await wall.next("update", where=fits))["body"]["incident"]


async def chain_is_whole(house: LiveHouse, candidate: Candidate) -> bool:
    store = house.services.attempt_store
    lines = [
        LogEntry(x.attempt_id, x.seq, x.prev_hash, x.hash, x.type, x.at, x.payload_mac, x.payload, x.salt)
        for x in await store.log_of_attempt(candidate.attempt_id)
    ]
    head = await store.log_head(candidate.attempt_id)
    return verify_chain(lines, candidate.attempt_id, head).status is ChainStatus.INTACT


async def ready(house: LiveHouse, *, now: bool) -> None:
    """Until /readyz says so."""
    async with house.http() as http, asyncio.timeout(LIMIT_S):
        while (await http.get("/readyz")).is_success is not now:
            pass


async def through_an_outage(folder: Path, cluster: Cluster, way: str, seconds: float) -> None:
    """way: "kill" or "freeze". Asserts that nothing was lost, and records the row."""
    account = Account()
    name = cluster.create()
    async with live_house(folder, database_url=cluster.url(name)) as house:
        candidate = await house.live_candidate()
        async with house.page(candidate) as page, house.wall() as wall, house.http(house.staff_token) as http:
            await wall.next("snapshot")
            await page.next("welcome")
            await say_event(page, 1)
            await acknowledged(page, 1)
            async with sending(page, ALONE):
                if way == "kill":
                    await asyncio.to_thread(cluster.kill)
                else:
                    cluster.freeze()
                gone_s = time.monotonic()
                await say_event(page, 2)
                refused = await http.post(
                    f"/api/v1/attempts/{candidate.attempt_id}/pause", json={"reason": "fire alarm"}
                )
                assert (refused.status_code, refused.json()["code"]) == (503, "storage_unavailable")
                assert refused.headers["content-type"] == "application/problem+json"
                await ready(house, now=False)
            async with sending(page, TOGETHER):
                await asyncio.sleep(max(2.0, seconds - (time.monotonic() - gone_s)))
            async with sending(page, ALONE):
                if way == "kill":
                    await asyncio.to_thread(cluster.start)
                else:
                    cluster.thaw()
                await ready(house, now=True)
                back_s = time.monotonic()
                heard = len(page.messages)
                for seq in (2, 3):  # what was not acknowledged comes again
                    await say_event(page, seq)
                await acknowledged(page, 3, after=heard)
                incident = await shown_incident(wall, "multiple_faces", pictured=True)
            took_s = time.monotonic() - back_s
            assert page.close_code is None, "the candidate's page kept its line"
            assert wall.close_code is None
        account.sent("event", [1, 2, 3])
        account.sent("incident", ["multiple_faces"])
        dump = await dumped(cluster.url(name), candidate)
        account.stored("event", [event.seq for event in dump.events])
        account.stored("incident", [one.signal.value for one in dump.incidents if one.id == incident["id"]])
        mine = [one for one in dump.evidence if one.incident_id == incident["id"]]
        lacking = [one.note for one in mine if one.kind == "gap" and "picture" in one.note.lower()]
        assert lacking == []
        assert await chain_is_whole(house, candidate)
        pictures = sum(one.kind == "camera" for one in mine)
    words = {"kill": "kill -9 of PostgreSQL", "freeze": "a PostgreSQL that answers nothing"}[way]
    record(
        f"{words}, {seconds:.0f} s without it",
        candidate="the page stays; what it said is not acknowledged until the database is back",
        proctor="an order is refused with 503 storage_unavailable; the wall stays; the incident comes when it is back",
        account=account,
        how=f"acknowledged and shown {took_s:.1f} s after it came back, with {pictures} pictures; the chain is whole",
    )
