"""Several servers behind the proxy that we describe, on one PostgreSQL and one Redis: one of them is killed."""

import asyncio
import time
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from support.database_outage import dumped
from support.lasting_page import LastingPage, lasting_pages
from support.live import ALONE, TOGETHER, Candidate, Json, LiveHouse
from support.reliability import Account, record
from support.town import Town, town

BACK_WITHIN_MS = 15_000  # the promise is 5 s on a machine of its own; see docs/scaling.md


async def owner_of(town: Town, attempt_id: str) -> str | None:
    return (await town.house.services.attempt_store.attempt(attempt_id)).owner_id


def attempt_in(message: Json) -> Json:
    body = message["body"]
    assert isinstance(body, dict)
    return body.get("attempt") or {}


@pytest.mark.timeout(300)
async def test_a_killed_server_s_candidates_are_back_at_another_and_nothing_is_missing(
    tmp_path: Path, postgres_url: str
) -> None:
    async with town(tmp_path, postgres_url, replicas=2) as here:
        house, store = here.house, here.house.services.attempt_store
        async with house.wall() as wall, AsyncExitStack() as open_pages:
            pages = await shared_out(here, open_pages)
            candidates = [page.candidate for page in pages]
            await incidents_of(house, candidates[1::2])
            owners = await here.owners()

            # Staff at a server that holds nobody: their word reaches everybody.
            for candidate, page in zip(candidates, pages, strict=True):
                await house.services.attempts.give_time(
                    candidate.attempt_id, seconds=60, reason="noise", staff_id="staff"
                )
                await page.until("told of the time", lambda p: p.here.of("state"))

            doomed = here.replicas[0]
            killed_at = round(time.time() * 1000)
            await doomed.kill()
            gone = await gone_owner(here, owners)
            orphans = [page for page in pages if owners[page.candidate.attempt_id] == gone]
            assert orphans
            for page in orphans:
                await page.until("back", lambda p: p.connections[-1] > killed_at)
            for page in pages:
                await page.finish()
            await incidents_of(house, candidates[1::2])

            for page in pages:
                await nothing_is_missing(here, page)
            for page in orphans:
                back_at = page.connections[-1]
                assert back_at - killed_at < BACK_WITHIN_MS
                attempt = await store.attempt(page.candidate.attempt_id)
                assert attempt.owner_id not in {gone, None}
                assert attempt.connected
                given = await store.credits_of_attempt(attempt.id)
                fault_s = sum(c.seconds for c in given if c.reason in {"server_fault", "network_loss"})
                assert fault_s * 1000 >= back_at - killed_at - 1500, "the absence is given back"
                assert fault_s * 1000 <= back_at - killed_at + 8000, "and not much more than the last beat"
                types = [line.type for line in await store.log_of_attempt(attempt.id)]
                assert "observation_gap" in types
            stayed = [page for page in pages if page not in orphans]
            assert all(len(page.connections) == 1 for page in stayed)

            # What the wall was told is what it would see now.
            head = await store.outbox_head(house.exam_id)
            await wall.next("update", where=lambda m: m["update_id"] >= head)
            async with house.wall() as fresh:
                snapshot = await fresh.next("snapshot")
            assert all(card["connected"] for card in snapshot["attempts"])
            account = Account()
            for page in pages:
                attempt_id = page.candidate.attempt_id
                dump = await dumped(postgres_url, page.candidate)
                account.sent("event", [(attempt_id, seq) for seq in range(1, page.sent + 1)])
                account.stored("event", [(attempt_id, one.seq) for one in dump.events])
            shown = {
                update["body"]["incident"]["id"]
                for update in wall.of("update")
                if update["body"]["type"] == "incident"
            }
            account.sent("incident", shown)
            account.stored("incident", [one["id"] for one in snapshot["incidents"]])
            away_s = max(page.connections[-1] - killed_at for page in orphans) / 1000
            record(
                "kill -9 of one of two servers behind nginx",
                candidate=f"{len(orphans)} of {len(pages)} lost the line and were back at the other server after at "
                f"most {away_s:.1f} s, that time given back; the others nothing",
                proctor="the wall, at a third server, stayed; every tile connected again",
                account=account,
                how="PostgreSQL, Redis and nginx; events sent every 0.2 s all the while; each incident's pictures "
                "read, or named as a gap; every chain whole",
            )


async def shared_out(here: Town, open_pages: AsyncExitStack) -> list[LastingPage]:
    """Six candidates, or as many as it takes until the proxy, which goes by their ids, has sent some to each server."""
    pages: list[LastingPage] = []
    owners: set[str | None] = set()
    while len(pages) < 6 or len(owners) < 2:
        assert len(pages) < 40, "the proxy does not share them out"
        candidate = await here.house.live_candidate(f"Candidate {len(pages)}")
        page = LastingPage(here.proxy, candidate, TOGETHER if len(pages) % 2 else ALONE)
        await open_pages.enter_async_context(lasting_pages(page))
        await page.until("connected", lambda p: p.connections)
        pages.append(page)
        owners = set((await here.owners()).values())
    return pages


async def gone_owner(here: Town, owners: dict[str, str | None]) -> str | None:
    """The one of the owners that is not there any more."""
    servers = here.house.services.servers
    async with asyncio.timeout(30):
        while True:
            seen = await servers.look() or {}
            missing = {owner for owner in owners.values() if owner not in seen}
            if missing:
                return missing.pop()
            await asyncio.sleep(0.1)


async def incidents_of(house: LiveHouse, candidates: list[Candidate]) -> None:
    """Each of them has an incident with pictures."""
    store = house.services.attempt_store
    async with asyncio.timeout(60):
        for candidate in candidates:
            while True:
                found = [
                    i
                    for i in await store.incidents_of_attempt(candidate.attempt_id)
                    if i.signal == "multiple_faces"
                ]
                if found and await store.evidence_of_incidents([found[0].id]):
                    break
                await asyncio.sleep(0.2)


async def nothing_is_missing(here: Town, page: LastingPage) -> None:
    store, attempt_id = here.house.services.attempt_store, page.candidate.attempt_id
    assert await here.house.services.live.acknowledged_seq(attempt_id, "page-1") == page.sent
    lines = [line for batch in await store.observations_of_attempt(attempt_id) for line in batch.splitlines()]
    assert sum('"clipboard_copy"' in line for line in lines) == page.sent, "each event once"
    story = await here.house.services.review.story(attempt_id)
    assert story.chain == "intact"
    for incident in await store.incidents_of_attempt(attempt_id):
        if incident.signal == "multiple_faces":
            kept = await store.evidence_of_incidents([incident.id])
            assert kept, "pictures, or a gap that says so"
            for one in kept:
                if one.path is not None:
                    assert await here.house.services.evidence.get(one.path, one.key_id)


async def test_another_device_is_refused_across_servers_and_the_same_page_moves(
    tmp_path: Path, postgres_url: str
) -> None:
    async with town(tmp_path, postgres_url, replicas=1) as here:
        candidate = await here.house.live_candidate()
        far = LiveHouse(None, here.replicas[0].base_url)  # type: ignore[arg-type]
        async with far.page(candidate, "page-1") as first:
            await first.next("welcome")
            owner = await owner_of(here, candidate.attempt_id)
            assert owner not in {None, here.house.services.servers.server_id}
            async with here.house.page(candidate, "page-2") as second:
                assert await second.closed() == 4409
            assert first.close_code is None
            assert await owner_of(here, candidate.attempt_id) == owner
            async with here.house.page(candidate, "page-1") as moved:
                await moved.next("welcome")
                assert await first.closed() == 4001
                assert await owner_of(here, candidate.attempt_id) == here.house.services.servers.server_id
                given = await here.house.services.attempt_store.credits_of_attempt(candidate.attempt_id)
                assert not [one for one in given if one.reason == "server_fault"]


async def test_without_redis_exams_go_on_and_staff_elsewhere_are_heard(
    tmp_path: Path, postgres_url: str
) -> None:
    async with town(tmp_path, postgres_url, replicas=1) as here:
        candidate = await here.house.live_candidate()
        far = LiveHouse(None, here.replicas[0].base_url)  # type: ignore[arg-type]
        async with far.page(candidate) as page, here.house.wall() as wall:
            await page.next("welcome")
            await wall.next("snapshot")
            here.redis.kill()
            at = round(time.time() * 1000)
            await page.say(type="event", seq=1, kind="clipboard_copy", page_ms=1, occurred_at=at)
            await page.next("ack")
            before = len(page.messages)
            await here.house.services.attempts.pause(candidate.attempt_id, by="staff", reason="talk")
            await page.next("state", after=before, where=lambda m: m["state"] == "paused")
            here.redis.start()
            await here.house.services.attempts.resume(candidate.attempt_id, staff_id="staff")
            await page.next("state", after=before, where=lambda m: m["state"] == "live")
            await wall.next("update", where=lambda m: attempt_in(m).get("state") == "live")


async def test_a_live_view_across_servers_keeps_every_word_in_order(
    tmp_path: Path, postgres_url: str
) -> None:
    async with town(tmp_path, postgres_url, replicas=1) as here:
        candidate = await here.house.live_candidate()
        far = LiveHouse(None, here.replicas[0].base_url)  # type: ignore[arg-type]
        async with here.house.wall() as wall:
            async with far.page(candidate) as page:
                await page.next("welcome")
                await wall.next("update", where=lambda m: attempt_in(m).get("connected"))
                watches = []
                for number in range(4):
                    request = {"type": "watch_open", "request_id": f"r{number}"}
                    await wall.say(**request, attempt_id=candidate.attempt_id, profile="focus")
                    if number < 3:
                        where = f"r{number}"
                        started = await wall.next("watch_started", where=lambda m: m["request_id"] == where)  # noqa: B023
                        watches.append(started["watch_id"])
                        await page.next("watch_open", where=lambda m: m["watch_id"] == watches[-1])
                refused = await wall.next("error", where=lambda m: m["about"] == "r3")
                assert refused["code"] == "too_many_watchers"

                first = watches[0]
                for number in range(100):
                    words = {"sdpMid": "0", "candidate": f"{number}"}
                    await page.say(type="watch_signal", watch_id=first, candidate=words)
                    await wall.say(type="watch_signal", watch_id=first, candidate=words)
                in_order = [f"{number}" for number in range(100)]
                for side in (wall, page):
                    await side.until(lambda p: len(p.of("watch_signal")) == 100)
                    assert [m["candidate"]["candidate"] for m in side.of("watch_signal")] == in_order

                await wall.say(type="watch_close", watch_id=first)
                closed = await page.next("watch_close")
                assert (closed["watch_id"], closed["reason"]) == (first, "closed")
                await page.say(type="watch_signal", watch_id=first, candidate={"sdpMid": "0"})
                assert (await page.next("error"))["code"] == "watch_not_found"
            left = await wall.next("watch_close", where=lambda m: m["watch_id"] == watches[1])
            assert left["reason"] == "candidate_left"
        log = await here.house.services.attempt_store.log_of_attempt(candidate.attempt_id)
        assert [line.type for line in log].count("watch_opened") == 3


async def test_a_live_view_ends_with_the_server_of_its_candidate(tmp_path: Path, postgres_url: str) -> None:
    async with town(tmp_path, postgres_url, replicas=1) as here:
        candidate = await here.house.live_candidate()
        far = LiveHouse(None, here.replicas[0].base_url)  # type: ignore[arg-type]
        async with here.house.wall() as wall, far.page(candidate) as page:
            await page.next("welcome")
            await wall.next("update", where=lambda m: attempt_in(m).get("connected"))
            await wall.say(type="watch_open", request_id="r", attempt_id=candidate.attempt_id)
            await page.next("watch_open")
            await here.replicas[0].kill()
            assert (await wall.next("watch_close"))["reason"] == "candidate_left"
            # Its page does not come back: it is taken up all the same, and counts as not connected.
            await wall.next("update", where=lambda m: attempt_in(m).get("connected") is False)
            assert await owner_of(here, candidate.attempt_id) == here.house.services.servers.server_id
