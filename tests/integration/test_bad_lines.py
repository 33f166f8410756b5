"""Lines that hold, cut or swallow, and a page that floods: short forms of tests/faults/test_line_faults.py."""

from pathlib import Path

from examhall.adapters.db.engine import sqlite_url
from examhall.domain.frame_header import unpack_thumbnail
from support.database_outage import acknowledged, chain_is_whole, dumped, say_event
from support.impair import impaired
from support.live import ALONE, Candidate, LiveHouse, live_house, sending
from support.steady_page import steady_page

FLOOD = 40


async def stored_events(folder: Path, candidate: Candidate) -> list[int]:
    return sorted(one.seq for one in (await dumped(sqlite_url(folder / "examhall.db"), candidate)).events)


async def test_events_behind_400_ms_a_stall_and_a_reset_are_taken_once(tmp_path: Path) -> None:
    async with live_house(tmp_path) as house:
        candidate = await house.live_candidate()
        async with impaired(house.base_url) as line:
            line.latency_s = 0.4
            async with steady_page(line.url, candidate.attempt_id, candidate.token, picture=ALONE[0]) as page:
                await page.event()
                line.flowing.clear()
                await page.event()  # into the stall
                line.flowing.set()
                await page.until(lambda: page.settled, "after the stall")
                await page.event()
                assert line.reset()
                await page.until(lambda: len(page.welcomes) > 1 and page.settled, "after the reset")
                assert page.gave_up is None
        assert await stored_events(tmp_path, candidate) == [1, 2, 3]
        assert await chain_is_whole(house, candidate)


async def test_a_page_that_comes_back_by_a_new_line_takes_the_place_of_a_half_open_one(
    tmp_path: Path,
) -> None:
    async with live_house(tmp_path) as house:
        candidate = await house.live_candidate()
        async with impaired(house.base_url) as line, house.wall() as wall:
            through = LiveHouse(house.house, line.url)
            async with through.page(candidate) as swallowed:
                await swallowed.next("welcome")
                await say_event(swallowed, 1)
                await acknowledged(swallowed, 1)
                line.half_open()
                await say_event(swallowed, 2)
                async with through.page(candidate) as page:
                    assert (await page.next("welcome"))["acknowledged_seq"] == 1
                    for seq in (2, 3):
                        await say_event(page, seq)
                    await acknowledged(page, 3)
                    async with sending(page, ALONE):
                        await wall.until(lambda w: w.pictures)
                    assert swallowed.close_code is None, "it hears nothing, also not that it was replaced"
        assert await stored_events(tmp_path, candidate) == [1, 2, 3]
        assert await chain_is_whole(house, candidate)


async def test_one_who_sends_far_too_fast_costs_the_others_nothing_and_no_event(tmp_path: Path) -> None:
    async with live_house(tmp_path) as house:
        honest, flooder = await house.live_candidate("Ada"), await house.live_candidate("Mallory")
        async with house.wall() as wall, house.page(honest) as page, house.page(flooder) as flood:
            await wall.next("snapshot")
            for one in (page, flood):
                await one.next("welcome")
            for payload in ALONE[:FLOOD]:
                await flood.frame(payload)
            for seq in range(1, FLOOD + 1):
                await say_event(flood, seq)
            await say_event(page, 1)
            await acknowledged(page, 1)
            async with sending(page, ALONE):
                await wall.until(
                    lambda w: any(unpack_thumbnail(one).attempt_index == honest.number for one in w.pictures)
                )
            await acknowledged(flood, FLOOD)
            assert (page.close_code, flood.close_code) == (None, None)
            assert house.metric("examhall_frames_dropped_total") >= FLOOD / 2, "most are not looked at"
        assert await stored_events(tmp_path, honest) == [1]
        assert await stored_events(tmp_path, flooder) == list(range(1, FLOOD + 1))
