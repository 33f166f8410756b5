"""A server that is told to stop: pages are sent away, nothing is lost, they come back to the next one."""

import signal
import socket
import sqlite3
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from examhall.bootstrap.simulation import Member, Step, start_crowd
from examhall.settings import Settings
from support.live import live_house
from support.people import MODELS_DIR
from support.served import LIMIT_S, Served

CANDIDATES = 6


@pytest.fixture
def served(tmp_path: Path):
    running = Served(tmp_path)
    running.start()
    try:
        running.set_up()
        yield running
    finally:
        running.close()


def stored_events(served: Served) -> int:
    with sqlite3.connect(served.folder / "data" / "examhall.db") as database:
        return int(database.execute("select count(*) from page_event").fetchone()[0])


def wait_for(condition) -> None:
    """The other side is a process: it has no event to wait on."""
    ends = time.monotonic() + 2 * LIMIT_S
    while not condition():
        assert time.monotonic() < ends
        time.sleep(0.05)


async def test_sigterm_in_mid_exam_loses_no_event_and_everybody_comes_back_to_the_next_process(
    served: Served,
) -> None:
    exam_id = served.exam()
    invited = [served.invite(exam_id, f"Candidate {number}") for number in range(CANDIDATES)]
    # Tabs go away and come back all the time, also in the moments of the change.
    busy = (Step(0.3), Step(0.3, tab_visible=False))
    members = tuple(Member(one.link, number=n, steps=busy) for n, one in enumerate(invited))
    crowd = await start_crowd(Settings(models_dir=MODELS_DIR), members)
    try:
        wait_for(lambda: stored_events(served) >= 6 * CANDIDATES)
        served.stop()
        before = stored_events(served)
        served.start()
        served.wait_until_it_answers()
        wait_for(lambda: stored_events(served) >= before + 6 * CANDIDATES)
    finally:
        report = await crowd.stop()

    for member in report.members:
        assert member.error is None
        assert member.tally.connections >= 2
        assert member.tally.events_acknowledged == member.tally.events_sent
    assert stored_events(served) == sum(member.tally.events_sent for member in report.members)
    states = {served.detail(one.attempt_id)["card"]["state"] for one in invited}
    assert states == {"live"}
    assert "traceback" not in (served.folder / "log.txt").read_text().lower()


async def test_every_page_is_told_when_to_come_back_before_its_socket_is_closed(tmp_path: Path) -> None:
    async with live_house(tmp_path) as house:
        candidate = await house.live_candidate()
        async with house.page(candidate) as page, house.wall() as wall, house.http() as anybody:
            await page.next("welcome")
            await wall.next("snapshot")
            await house.services.drain()
            for one in (page, wall):
                assert float(str((await one.next("come_back"))["after_s"])) >= 2.0
                assert await one.closed() == 1012
            ready = await anybody.get("/readyz")
            assert ready.status_code == 503
            assert "draining" in ready.json()["checks"]
            assert (await anybody.get("/healthz")).status_code == 200
            async with house.page(candidate, "page-2") as late:
                assert await late.closed() == 1012


def test_a_second_signal_ends_at_once(served: Served) -> None:
    """Somebody's request that never ends keeps the first from being through."""
    at = urlsplit(served.base_url)
    with socket.create_connection((at.hostname, at.port)) as endless:
        endless.sendall(b"POST /api/v1/join HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n")
        wait_for(lambda: served.caller().http.get("/healthz").is_success)
        assert served._program is not None
        process = served._program.process
        process.send_signal(signal.SIGTERM)
        wait_for(lambda: "Waiting for connections to close" in (served.folder / "log.txt").read_text())
        process.send_signal(signal.SIGTERM)
        assert process.wait(LIMIT_S) == 1
