"""An exam that loses its object store for some seconds: what both pages saw, and what is stored afterwards."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from examhall.application.ports.attempt_store import EvidenceRecord
from examhall.pipeline.evidence_left import NONE_AFTER
from support.database_outage import acknowledged, say_event
from support.live import TOGETHER, LiveHouse, live_house, quick_policy, sending
from support.reliability import Account, record
from support.s3 import S3Server

LIMIT_S = 60.0


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(LIMIT_S):
        while True:
            if await holds():
                return
            await asyncio.sleep(0.05)


async def evidence_of(house: LiveHouse, attempt_id: str) -> list[EvidenceRecord]:
    store = house.services.attempt_store
    incidents = await store.incidents_of_attempt(attempt_id)
    return list(await store.evidence_of_incidents([one.id for one in incidents]))


async def _waiting(house: LiveHouse) -> bool:
    return house.metric("examhall_evidence_waiting") >= 3


async def _kept(house: LiveHouse, attempt_id: str) -> bool:
    waiting = house.metric("examhall_evidence_waiting")
    return waiting == 0 and len(await evidence_of(house, attempt_id)) >= 3


async def through_a_store_outage(folder: Path, s3: S3Server, seconds: float) -> None:
    """The store is killed, and started again after so many seconds. Records the row."""
    account = Account()
    async with live_house(folder, policy=quick_policy(), **s3.settings) as house:
        candidate = await house.live_candidate()
        who, store = candidate.attempt_id, house.services.attempt_store
        async with house.wall() as wall, house.page(candidate) as page:
            await page.next("welcome")
            s3.stop()
            gone_s = time.monotonic()
            async with sending(page, TOGETHER):
                await wall.next("update", where=lambda m: m["body"]["type"] == "incident")
                async with house.http() as http:
                    ready = (await http.get("/readyz")).json()
                assert "does not answer" in ready["checks"]["evidence"]
                await until(lambda: _waiting(house))
                await say_event(page, 1)
                await acknowledged(page, 1)
                assert [e.kind for e in await evidence_of(house, who)] == []
                shown = {
                    m["body"]["incident"]["id"] for m in wall.of("update") if m["body"]["type"] == "incident"
                }
                await asyncio.sleep(max(0.0, seconds - (time.monotonic() - gone_s)))
            await asyncio.to_thread(s3.start)
            s3.make_bucket()
            back_s = time.monotonic()
            await until(lambda: _kept(house, who))
            took_s = time.monotonic() - back_s
            assert (page.close_code, wall.close_code) == (None, None)
        kept = await evidence_of(house, who)
        pictures = [e for e in kept if e.path is not None]
        assert [await house.services.evidence.get(e.path or "", e.key_id) for e in pictures]
        # This test's camera ends in the middle: an incident that opened last may have no picture after it.
        gaps = [e.note for e in kept if e.kind == "gap"]
        assert set(gaps) <= {NONE_AFTER}
        assert house.metric("examhall_evidence_gaps_total") == len(gaps)
        account.sent("incident", shown)
        account.stored("incident", [one.id for one in await store.incidents_of_attempt(who)])
        account.sent("event", [1])
        account.stored("event", [await house.services.live.acknowledged_seq(who, "page-1")])
        assert (await house.services.review.story(who)).chain == "intact"
    record(
        f"kill -9 of the object store, {seconds:.0f} s without it",
        candidate="nothing; what it said was acknowledged meanwhile",
        proctor="the incident at once, its pictures when the store is back; /readyz names the store",
        account=account,
        how=f"an S3 server killed and started again empty; {len(pictures)} pictures kept {took_s:.1f} s after it came "
        "back and each read, no gap because of it; the chain is whole",
    )
