"""Bad lines, and pages that behave in ways that no good page does."""

import asyncio
import json
import time
from pathlib import Path

import pytest

from support.fault_scene import behind_a_line, scene, some_life
from support.impair import impaired
from support.reliability import Account, record
from support.served import Caller
from support.sitting import page_events

pytestmark = pytest.mark.timeout(300)


async def test_a_half_open_connection(tmp_path: Path) -> None:
    async with behind_a_line(tmp_path) as (play, sitting, line, wall, page):
        began_s = time.monotonic()
        line.half_open()
        for _ in range(3):
            await page.event()  # into a line that looks well
        await page.say("Into the void.")
        await page.until(lambda: len(page.welcomes) > 1 and page.settled, "the page is back by a new line")
        took_s = time.monotonic() - began_s
        record(
            "half-open TCP (nothing passes, nothing is closed)",
            candidate=f"the line reported lost, the exam as it was again after {took_s:.0f} s",
            proctor=f"{wall.gap_s(sitting.number, began_s):.1f} s without a new thumbnail",
            account=await play.account(sitting, page, wall),
            how="a proxy that swallows; the page hears no ping for 12 s and comes back by a new connection",
        )


async def test_a_line_of_400_ms_with_stalls_and_resets(tmp_path: Path) -> None:
    async with behind_a_line(tmp_path) as (play, sitting, line, wall, page):
        line.latency_s = 0.4
        began_s = time.monotonic()
        for turn in range(3):
            await page.event()
            await page.say(f"Turn {turn}.")
            line.flowing.clear()
            await asyncio.sleep(4.0)  # the stall itself
            await page.event()
            line.flowing.set()
            await page.until(lambda: page.settled, "after the stall")
            was = len(page.welcomes)
            await page.event()
            assert line.reset()
            await page.until(lambda n=was: len(page.welcomes) > n and page.settled, "after the reset")
        seen = len(wall.pictures.get(sitting.number, ()))
        await wall.until(lambda: len(wall.pictures.get(sitting.number, ())) > seen, "looked at again")
        assert wall.cards[sitting.attempt_id]["state"] == "live"
        record(
            "a candidate behind 400 ms, three stalls of 4 s and three resets",
            candidate=f"back each time, at most {page.away_s:.1f} s after a reset",
            proctor=f"at most {wall.gap_s(sitting.number, began_s):.1f} s without a new thumbnail",
            account=await play.account(sitting, page, wall),
            how="a proxy that delays, holds and resets; events acknowledged after each",
        )


async def test_a_line_that_refuses_sockets(tmp_path: Path) -> None:
    async with scene(tmp_path) as play:
        sitting = await play.candidate()
        async with impaired(play.served.base_url) as line, play.wall() as wall:
            line.sockets = False
            headers = {"Authorization": f"Bearer {sitting.token}", "Origin": line.url}
            caller = Caller(line.url, headers)
            at = f"/attempts/{sitting.attempt_id}"
            events = [
                {"type": "event", "seq": n, "kind": "clipboard_copy", "page_ms": n, "occurred_at": n}
                for n in range(1, 6)
            ]
            body = {"instance_id": "page-1", "events": events}
            try:
                taken = await asyncio.to_thread(caller.ask, "POST", f"{at}/events", body)
                again = await asyncio.to_thread(caller.ask, "POST", f"{at}/events", body)
            finally:
                caller.http.close()
            assert taken == again == {"acknowledged_seq": 5}
            await wall.until(lambda: wall.cards[sitting.attempt_id]["connected"], "the tile is connected")
            account = Account()
            account.sent("event", range(1, 6))
            rows = page_events(tmp_path / "data", sitting.attempt_id)
            account.stored("event", [seq for _, seq, _ in rows])
            record(
                "a proxy that refuses sockets",
                candidate="nothing: the page goes on over HTTP",
                proctor="a connected tile",
                account=account,
                how="Upgrade answered with 403; the same batch of events sent twice over HTTP",
            )


async def test_a_replayed_and_reordered_stream(tmp_path: Path) -> None:
    async with scene(tmp_path) as play:
        sitting = await play.candidate()
        async with play.wall() as wall, play.page(sitting) as page:
            page.sent_events.extend(range(1, 9))
            order = [3, 1, 2, 8, 5, 5, 4, 1, 7, 6, *range(1, 9), *reversed(range(1, 9))]
            assert page.socket is not None
            for seq in order:
                await page.socket.send(json.dumps(page._event(seq)))
            await page.until(lambda: page.settled, "all are acknowledged")
            await page.until(lambda: len(page.of("ack")) >= len(order), "each is answered")
            acks = [m["seq"] for m in page.of("ack")]
            assert acks == sorted(acks), "an acknowledgement went back"
            record(
                "a replayed and reordered event stream",
                candidate="acknowledged up to the last of an unbroken row",
                proctor="each event once",
                account=await play.account(sitting, page, wall),
                how=f"{len(order)} messages of 8 events; page_event rows counted",
            )


async def test_two_tabs(tmp_path: Path) -> None:
    async with scene(tmp_path) as play:
        sitting = await play.candidate()
        async with play.wall() as wall, play.page(sitting) as page:
            await some_life(page, wall, "Before.")
            async with play.page(sitting) as same:  # the same page load: it takes the old one's place
                await page.until(lambda: page.closes, "the old socket is closed")
                assert page.closes[0] == 4001
                page.gave_up = 4001
                same.sent_events, same.acknowledged = page.sent_events, page.acknowledged
                same.said, same.delivered = page.said, page.delivered
                await same.event()
                await same.until(lambda: same.settled, "the new socket is taken")
                second = type(same)(same.url, same.token, instance="page-2")
                trying = asyncio.create_task(second.live())
                await second.until(lambda: second.gave_up, "the second tab is refused")
                await trying
                assert second.gave_up == 4409
                assert same.closes == []
                await wall.until(
                    lambda: any(i["signal"] == "second_device" for i in wall.incidents.values()),
                    "the proctor is told of the second tab",
                )
                record(
                    "two tabs",
                    candidate="the second is told that the exam is open elsewhere (4409); the first goes on",
                    proctor="an incident: second device",
                    account=await play.account(sitting, same, wall),
                    how="close codes of three sockets; the first tab's events acknowledged afterwards",
                )


async def test_one_who_sends_ten_times_too_fast(tmp_path: Path) -> None:
    async with scene(tmp_path) as play:
        honest, flooder = await play.candidate("Ada"), await play.candidate("Mallory")
        async with play.wall() as wall, play.page(honest) as page:
            await some_life(page, wall, "Before.")
            number = honest.number
            calm_s = time.monotonic()
            seen = len(wall.pictures.get(number, ()))
            await wall.until(lambda: len(wall.pictures.get(number, ())) >= seen + 8, "eight thumbnails")
            alone_s = wall.gap_s(number, calm_s)
            async with play.page(flooder, every_s=0.1, instance="flood") as flood:
                storm_s = time.monotonic()
                seen = len(wall.pictures.get(number, ()))
                while len(wall.pictures.get(number, ())) < seen + 10:
                    await flood.event()
                    await page.event()
                    await asyncio.sleep(0.1)
                    assert time.monotonic() < storm_s + 120, "the honest candidate is not looked at"
                beside_s = wall.gap_s(number, storm_s)
                await page.until(lambda: page.settled, "the honest candidate's events")
                await flood.until(lambda: flood.settled, "also the flooder's events count")
            assert page.closes == []
            record(
                "one who sends ten times too fast",
                candidate="the others: nothing",
                proctor=f"the others' longest gap between thumbnails: {beside_s:.1f} s, {alone_s:.1f} s before",
                account=await play.account(honest, page, wall),
                how="10 pictures and 10 events a second from one page, thumbnails and acknowledgements of the other",
            )
