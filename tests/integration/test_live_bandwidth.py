"""A page that steps down because its line is slow: stored, logged, shown, and never held against anybody."""

from pathlib import Path

from examhall.application.ports.attempt_store import LogRecord
from support.live import Candidate, LiveHouse, live_house


async def lines(house: LiveHouse, candidate: Candidate) -> list[LogRecord]:
    log = await house.services.attempt_store.log_of_attempt(candidate.attempt_id)
    return [line for line in log if line.type == "bandwidth_changed"]


async def test_a_step_down_is_in_the_chain_and_on_the_wall_once(tmp_path: Path) -> None:
    async with live_house(tmp_path) as house:
        candidate = await house.live_candidate()
        async with house.wall() as wall, house.page(candidate) as page:
            await page.next("welcome")
            card = (await wall.next("snapshot"))["attempts"][0]
            assert (card["bandwidth_rung"], card["recording"]) == (0, "off")
            waiting = {"recordings": 3, "events": 1}
            for _ in range(2):
                await page.say(type="bandwidth", rung=2, waiting=waiting, recording="later")
            await page.say(type="bandwidth", rung=5, waiting=waiting)
            shown = await wall.next(
                "update", where=lambda m: m["body"].get("attempt", {}).get("bandwidth_rung") == 5
            )
            assert shown["body"]["attempt"]["recording"] == "later"
            await page.say(type="bandwidth", rung=0)
            back = await wall.next(
                "update",
                after=len(wall.messages),
                where=lambda m: m["body"].get("attempt", {}).get("bandwidth_rung") == 0,
            )
            assert back["body"]["attempt"]["recording"] == "on"
        written = await lines(house, candidate)
        assert [line.payload for line in written] == [
            '{"recording":"later","rung":"recording_later","waiting":{"events":1,"recordings":3}}',
            '{"recording":"later","rung":"events_only","waiting":{"events":1,"recordings":3}}',
            '{"recording":"on","rung":"full","waiting":{"events":0,"recordings":0}}',
        ]
        batches = await house.services.attempt_store.observations_of_attempt(candidate.attempt_id)
        assert sum('"bandwidth"' in line for batch in batches for line in batch.splitlines()) == 3


async def test_a_rung_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    async with live_house(tmp_path) as house:
        candidate = await house.live_candidate()
        async with house.page(candidate) as page:
            await page.next("welcome")
            await page.say(type="bandwidth", rung=6)
            await page.next("error")
        assert await lines(house, candidate) == []
