"""A report of the meeting provider is acted on once, whichever of several servers it comes to."""

import asyncio
import hashlib
from pathlib import Path

from sqlalchemy import select

from examhall.adapters.db.engine import Database
from examhall.adapters.db.reports_store import DbTakenReports
from examhall.adapters.db.retention_store import DbRetentionStore
from examhall.adapters.db.tables import ProviderReportRow
from examhall.application.meetings import REPORT_LAPSES_MS
from examhall.application.ports.meetings import Booth, MeetingEventKind
from examhall.application.ports.reports import Claim
from support.attempts import NOON, opened
from support.live import LiveHouse, live_house
from support.meeting_rigs import realtimekit_service, realtimekit_settings
from support.reports import Report

LAPSES_MS = 10_000
HOOK = "/api/v1/meetings/webhooks/realtimekit"


async def test_of_many_servers_one_gets_a_report(tmp_path: Path, database_url: str) -> None:
    async with opened(tmp_path, url=database_url) as world:
        other = Database(database_url)
        here, there = DbTakenReports(world.database), DbTakenReports(other)
        asked = [one.claim("a", NOON, lapses_ms=LAPSES_MS) for one in (here, there) for _ in range(5)]
        claims = await asyncio.gather(*asked)
        assert sorted(claims) == [*[Claim.IN_WORK] * 9, Claim.OURS]
        await here.done("a")
        assert await there.claim("a", NOON + LAPSES_MS, lapses_ms=LAPSES_MS) is Claim.DONE
        assert await there.claim("b", NOON, lapses_ms=LAPSES_MS) is Claim.OURS
        await other.stop()


async def test_what_a_server_left_half_done_is_anybodys_after_a_while(
    tmp_path: Path, database_url: str
) -> None:
    async with opened(tmp_path, url=database_url) as world:
        reports = DbTakenReports(world.database)
        assert await reports.claim("a", NOON, lapses_ms=LAPSES_MS) is Claim.OURS
        assert await reports.claim("a", NOON + LAPSES_MS - 1, lapses_ms=LAPSES_MS) is Claim.IN_WORK
        assert await reports.claim("a", NOON + LAPSES_MS, lapses_ms=LAPSES_MS) is Claim.OURS
        assert await reports.claim("a", NOON + LAPSES_MS + 1, lapses_ms=LAPSES_MS) is Claim.IN_WORK


async def test_reports_are_forgotten_after_a_day(tmp_path: Path, database_url: str) -> None:
    async with opened(tmp_path, url=database_url) as world:
        reports, day = DbTakenReports(world.database), 24 * 3_600_000
        await reports.claim("old", NOON, lapses_ms=LAPSES_MS)
        await reports.claim("new", NOON + 1, lapses_ms=LAPSES_MS)
        gone = await DbRetentionStore(world.database).drop_expired(
            NOON + day + 1, audit_before=0, dry_run=False
        )
        assert gone == {"meeting provider's reports": 1}
        async with world.database.read() as session:
            assert list(await session.scalars(select(ProviderReportRow.key))) == ["new"]


async def post(house: LiveHouse, report: Report) -> tuple[int, str]:
    async with house.http() as http:
        answer = await http.post(HOOK, content=report.body, headers=dict(report.headers))
    return answer.status_code, "" if answer.status_code == 204 else answer.json()["code"]


def events(*houses: LiveHouse) -> dict[str, float]:
    """How many reports of each kind were counted, by all of them."""
    counted: dict[str, float] = {}
    for house in houses:
        for line in house.services.metrics.exposition().decode().splitlines():
            if line.startswith('examhall_meeting_events_total{kind="'):
                kind = line.split('"')[1]
                counted[kind] = counted.get(kind, 0) + float(line.rsplit(" ", 1)[1])
    return {kind: count for kind, count in counted.items() if count}


async def test_two_servers_that_get_the_same_report_act_on_it_once(tmp_path: Path, database_url: str) -> None:
    with realtimekit_service() as service:
        settings = {**realtimekit_settings(service), "database_url": database_url}
        async with (
            live_house(tmp_path, **settings) as one,
            live_house(tmp_path, again=one, **settings) as two,
        ):
            report = service.report(MeetingEventKind.JOINED, Booth(one.exam_id, "ada").key, "ada", None)
            answers = await asyncio.gather(*(post(house, report) for house in (one, two) * 4))
            assert (204, "") in answers
            assert set(answers) <= {(204, ""), (503, "report_in_work")}
            assert events(one, two)["joined"] == 1
            repeated = events(one, two).get("repeated", 0)
            assert [await post(one, report), await post(two, report)] == [(204, "")] * 2
            assert events(one, two) == {"joined": 1, "repeated": repeated + 2}


async def test_a_report_that_another_server_is_at_is_asked_for_again(tmp_path: Path) -> None:
    with realtimekit_service() as service:
        async with live_house(tmp_path, **realtimekit_settings(service)) as house:
            booth = Booth(house.exam_id, "attempt")
            report = service.report(MeetingEventKind.ENDED, booth.key, None, None)
            key = hashlib.sha256(f"realtimekit {report.headers['rtk-uuid']}".encode()).hexdigest()
            database = Database(f"sqlite+aiosqlite:///{tmp_path / 'examhall.db'}")
            other = DbTakenReports(database)
            await other.claim(key, house.services.clock.wall_ms(), lapses_ms=REPORT_LAPSES_MS)
            assert await post(house, report) == (503, "report_in_work")
            await other.done(key)
            assert await post(house, report) == (204, "")
            await database.stop()
