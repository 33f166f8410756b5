"""Half a minute without the object store, and without Redis."""

import asyncio
import time
from pathlib import Path

import pytest

from support.database_outage import acknowledged, dumped, say_event, shown_incident
from support.live import TOGETHER, LiveHouse, sending
from support.reliability import Account, record
from support.s3 import s3_server
from support.store_outage import through_a_store_outage
from support.town import town

SECONDS = 30.0


@pytest.mark.timeout(240)
async def test_an_exam_goes_on_through_half_a_minute_without_its_object_store(tmp_path: Path) -> None:
    with s3_server() as s3:
        await through_a_store_outage(tmp_path, s3, seconds=SECONDS)


@pytest.mark.timeout(240)
async def test_an_exam_goes_on_through_half_a_minute_without_redis(tmp_path: Path, postgres_url: str) -> None:
    account = Account()
    async with town(tmp_path, postgres_url, replicas=1) as here:
        services = here.house.services
        candidate = await here.house.live_candidate()
        who = candidate.attempt_id
        far = LiveHouse(None, here.replicas[0].base_url)  # type: ignore[arg-type]
        async with far.page(candidate) as page, here.house.wall() as wall:
            await page.next("welcome")
            await wall.next("snapshot")
            await say_event(page, 1)
            await acknowledged(page, 1)
            here.redis.kill()
            gone_s = time.monotonic()
            async with sending(page, TOGETHER):
                await say_event(page, 2)
                await acknowledged(page, 2)
                await shown_incident(wall, "multiple_faces")  # the pictures of two people began just now
                incident_s = time.monotonic() - gone_s
                before, ordered_s = len(page.messages), time.monotonic()
                await services.attempts.pause(who, by="staff", reason="talk")
                await page.next("state", after=before, where=lambda m: m["state"] == "paused")
                order_s = time.monotonic() - ordered_s
                await services.attempts.resume(who, staff_id="staff")
                await page.next("state", after=before, where=lambda m: m["state"] == "live")
                await asyncio.sleep(max(0.0, SECONDS - (time.monotonic() - gone_s)))
                here.redis.start()
                await say_event(page, 3)
                await acknowledged(page, 3)
            head = await services.attempt_store.outbox_head(here.house.exam_id)
            await wall.next("update", where=lambda m: m["update_id"] >= head)
            assert (page.close_code, wall.close_code) == (None, None)
            shown = {
                m["body"]["incident"]["id"] for m in wall.of("update") if m["body"]["type"] == "incident"
            }
        dump = await dumped(postgres_url, candidate)
        account.sent("event", [1, 2, 3])
        account.stored("event", [one.seq for one in dump.events])
        account.sent("incident", shown)
        account.stored("incident", [one.id for one in dump.incidents])
        assert (await services.review.story(who)).chain == "intact"
    record(
        f"kill -9 of Redis, {SECONDS:.0f} s without it",
        candidate=f"an order of staff at the other server {order_s:.1f} s after it was given, else nothing",
        proctor=f"the wall at the other server stays; an incident {incident_s:.1f} s after Redis was killed",
        account=account,
        how="two servers on one PostgreSQL; Redis killed and started again empty; events acknowledged meanwhile, "
        "every update shown; the chain is whole",
    )
