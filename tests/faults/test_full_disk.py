"""A disk without room under SQLite and the evidence, in mid-exam, and room again."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from examhall.adapters.db.engine import sqlite_url
from support.database_outage import acknowledged, chain_is_whole, dumped, say_event, shown_incident
from support.live import ALONE, TOGETHER, live_house, sending
from support.reliability import Account, record

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 6 MB; root mounts it."""
    folder = tmp_path / "disk"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", folder], check=True)
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def fill(filler: Path) -> None:
    """To the last byte."""
    with filler.open("wb", buffering=0) as file:
        for size in (1 << 16, 1 << 9, 1):
            try:
                while file.write(b"x" * size) == size:
                    pass
            except OSError:
                continue


async def test_an_exam_goes_on_through_a_full_disk(small_disk: Path) -> None:
    account = Account()
    async with live_house(small_disk, min_free_disk_mb=0) as house:
        candidate = await house.live_candidate()
        async with house.page(candidate) as page, house.wall() as wall, house.http(house.staff_token) as http:
            await wall.next("snapshot")
            await page.next("welcome")
            await say_event(page, 1)
            await acknowledged(page, 1)
            filler = small_disk / "filler"
            fill(filler)
            number = 2
            while not page.of("error"):  # SQLite may have a page or two left
                await say_event(page, number)
                await page.until(
                    lambda p, n=number: (
                        p.of("error") or {"seq": n} in [{"seq": m["seq"]} for m in p.of("ack")]
                    )
                )
                number += 1
            assert page.of("error")[0]["code"] == "storage_full"
            reason = {"reason": "fire alarm " * 40}
            answer = await http.post(f"/api/v1/attempts/{candidate.attempt_id}/pause", json=reason)
            assert (answer.status_code, answer.json()["code"]) == (507, "storage_full")
            async with sending(page, TOGETHER):
                await page.until(lambda p: len(p.of("ping")) >= 1)
            filler.unlink()
            heard = len(page.messages)
            async with sending(page, ALONE):
                for seq in range(2, number + 1):
                    await say_event(page, seq)
                await acknowledged(page, number, after=heard)
                incident = await shown_incident(wall, "multiple_faces")
            assert (page.close_code, wall.close_code) == (None, None)
        account.sent("event", range(1, number + 1))
        dump = await dumped(sqlite_url(small_disk / "examhall.db"), candidate)
        account.stored("event", [event.seq for event in dump.events])
        account.sent("incident", ["multiple_faces"])
        account.stored("incident", [one.signal.value for one in dump.incidents if one.id == incident["id"]])
        assert await chain_is_whole(house, candidate)
    record(
        "disk full under SQLite and the evidence",
        candidate="told storage_full; the page keeps what was not acknowledged and sends it again",
        proctor="orders are refused with 507 storage_full; the incident comes when there is room, "
        "its pictures of that time are named as not kept: the disk is full",
        account=account,
        how="a file system of 6 MB filled to the last byte, then freed; the chain is whole",
    )
