"""The attempt store on real databases, SQLite and PostgreSQL: locked, fenced, chained, all or nothing."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, text, update

from examhall.adapters.db import rows
from examhall.application.ports.attempt_store import (
    AttemptTx,
    ChatRecord,
    CreditRecord,
    EvidenceRecord,
    OutboxLine,
    PageEventRecord,
    UpdateKind,
    WarningRecord,
)
from examhall.domain.chain import ChainStatus, LogEntry, verify_chain
from examhall.domain.check_in import CheckInResult, DetectorTrust
from examhall.domain.errors import ExamhallError
from examhall.domain.incident import Verdict
from examhall.domain.observation import Detector, PageEventKind
from examhall.pipeline.check_in.check import off
from support.attempts import EXAM, NOON, PROCTOR, CountedIds, World, incident, opened, seed, seed_staff

ADA = f"{EXAM}-ada"
BOB = f"{EXAM}-bob"


@pytest.fixture
async def world(tmp_path: Path, database_url: str) -> AsyncIterator[World]:
    async with opened(tmp_path, url=database_url) as world:
        await seed(world, "ada", "bob")
        yield world


def event(seq: int, instance_id: str = "page-1", attempt_id: str = ADA) -> PageEventRecord:
    return PageEventRecord(
        attempt_id, instance_id, seq, PageEventKind.TAB_HIDDEN, 12.5, False, {"occurred_at": NOON}, NOON
    )


def chat(message_id: str, client_id: str | None) -> ChatRecord:
    return ChatRecord(message_id, ADA, "candidate", "Hello?", client_id, NOON)


async def chain_status(world: World, attempt_id: str) -> ChainStatus:
    lines = await world.store.log_of_attempt(attempt_id)
    entries = [
        LogEntry(x.attempt_id, x.seq, x.prev_hash, x.hash, x.type, x.at, x.payload_mac, x.payload, x.salt)
        for x in lines
    ]
    return verify_chain(entries, attempt_id, await world.store.log_head(attempt_id)).status


async def test_a_change_its_log_line_and_its_pointer_are_written_together(world: World) -> None:
    async with world.bus.subscribe(f"exam/{EXAM}") as exam, world.bus.subscribe(f"attempt/{ADA}") as page:
        async with world.store.begin(ADA) as tx:
            await tx.save_attempt(replace(tx.attempt, note="look here"))
            await tx.log("noted", {"by": PROCTOR})
        async with asyncio.timeout(5):
            assert await exam.next() == ("updates", b"")
            assert await page.next() == ("state", b"")
    assert (await world.store.attempt(ADA)).note == "look here"
    assert [line.type for line in await world.store.log_of_attempt(ADA)] == ["noted"]
    assert await world.store.outbox_after(EXAM, 0) == [OutboxLine(1, UpdateKind.ATTEMPT, ADA)]
    assert await world.store.outbox_head(EXAM) == 1


async def test_an_exception_rolls_everything_back_and_wakes_nobody(world: World) -> None:
    async with world.bus.subscribe(f"exam/{EXAM}") as exam:
        with pytest.raises(RuntimeError):
            await write_everything_then_fail(world)
        async with world.store.begin(BOB) as tx:
            await tx.save_attempt(replace(tx.attempt, note="later"))
        async with asyncio.timeout(5):
            await exam.next()
    assert (await world.store.attempt(ADA)).note is None
    assert await world.store.log_of_attempt(ADA) == []
    assert await world.store.incidents_of_attempt(ADA) == []
    assert await world.store.chat_of_attempt(ADA) == []
    assert await world.store.outbox_after(EXAM, 0) == [OutboxLine(1, UpdateKind.ATTEMPT, BOB)]


async def write_everything_then_fail(world: World) -> None:
    async with world.store.begin(ADA) as tx:
        await tx.save_attempt(replace(tx.attempt, note="gone"))
        await tx.log("noted", {})
        await tx.save_incident(incident(ADA))
        await tx.add_chat(chat("m1", None))
        raise RuntimeError("something went wrong")


async def test_concurrent_appends_make_one_whole_chain_and_one_order(world: World) -> None:
    async def append(number: int) -> None:
        async with world.store.begin(ADA if number % 2 else BOB) as tx:
            await tx.save_attempt(replace(tx.attempt, note=f"note {number}"))
            await tx.log("noted", {"number": number})

    await asyncio.gather(*(append(number) for number in range(40)))
    assert [line.seq for line in await world.store.log_of_attempt(ADA)] == list(range(1, 21))
    assert await chain_status(world, ADA) is ChainStatus.INTACT
    assert await chain_status(world, BOB) is ChainStatus.INTACT
    lines = await world.store.outbox_after(EXAM, 0)
    assert lines is not None
    assert [line.update_id for line in lines] == list(range(1, 41))


async def test_two_processes_worth_of_stores_append_to_one_chain(
    tmp_path: Path, database_url: str, world: World
) -> None:
    async with opened(tmp_path, url=database_url, ids=CountedIds("other")) as other:

        async def append(to: World, number: int) -> None:
            async with to.store.begin(ADA) as tx:
                await tx.log("noted", {"number": number})

        await asyncio.gather(*(append(world if n % 2 else other, n) for n in range(20)))
        assert len(await other.store.log_of_attempt(ADA)) == 20
        assert await chain_status(other, ADA) is ChainStatus.INTACT


async def test_a_stale_owner_writes_nothing(world: World) -> None:
    async with world.store.begin(ADA, epoch=0) as tx:
        await tx.save_attempt(replace(tx.attempt, epoch=1, instance_id="page-2"))
    with pytest.raises(ExamhallError) as refused:
        async with world.store.begin(ADA, epoch=0) as tx:
            await tx.save_attempt(replace(tx.attempt, note="from the past"))
    assert refused.value.code == "stale_owner"
    assert (await world.store.attempt(ADA)).note is None
    async with world.store.begin(ADA, epoch=1) as tx:
        assert tx.attempt.instance_id == "page-2"


async def test_an_unknown_attempt_is_not_found(world: World) -> None:
    with pytest.raises(ExamhallError) as refused:
        async with world.store.begin("nobody"):
            raise AssertionError("never entered")
    assert refused.value.code == "attempt_not_found"


async def test_a_full_disk_stores_nothing_and_says_so(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        await seed(world, "ada")
        await limit_pages(world)
        with pytest.raises(ExamhallError) as refused:
            async with world.store.begin(ADA) as tx:
                await tx.log("noted", {"much": "x" * 4_000_000})
        assert refused.value.code == "storage_full"
        assert await world.store.log_of_attempt(ADA) == []
        async with world.store.begin(ADA) as tx:
            await tx.log("noted", {"little": "x"})
        assert await chain_status(world, ADA) is ChainStatus.INTACT


async def limit_pages(world: World) -> None:
    """The driver's one connection that writes gets no more pages than it has, as on a full disk."""
    async with world.database.write() as session:
        pages = await session.scalar(text("PRAGMA page_count"))
        assert isinstance(pages, int)
        await session.execute(text(f"PRAGMA max_page_count = {pages + 20}"))


async def test_events_are_taken_once_and_acknowledged_up_to_the_first_hole(world: World) -> None:
    async with world.store.begin(ADA) as tx:
        assert await tx.acknowledged_seq("page-1") == 0
        assert [await tx.take_event(event(seq)) for seq in (1, 2, 4)] == [True, True, True]
        assert await tx.take_event(event(2)) is False
        assert await tx.acknowledged_seq("page-1") == 2
        assert await tx.take_event(event(1, "page-2")) is True
    async with world.store.begin(ADA) as tx:
        assert await tx.take_event(event(4)) is False
        assert await tx.take_event(event(3)) is True
        assert await tx.acknowledged_seq("page-1") == 4
        assert await tx.acknowledged_seq("page-2") == 1
        assert await tx.acknowledged_seq("page-3") == 0
    async with world.store.begin(BOB) as tx:
        assert await tx.take_event(event(2, attempt_id=BOB)) is True
        assert await tx.acknowledged_seq("page-1") == 0


async def test_incidents_evidence_and_risk_are_told_to_the_wall(world: World) -> None:
    first = incident(ADA)
    async with world.store.begin(ADA) as tx:
        await tx.save_incident(first)
        assert await tx.incident_by_key(first.key) == first
        await tx.save_incident(replace(first, times=2, verdict=Verdict.SECOND_LOOK))
        picture = EvidenceRecord(
            "e1", first.id, ADA, "camera", NOON, "image/jpeg", 3, "00", "key", "ab/cd", ""
        )
        await tx.add_evidence(picture)
    lines = await world.store.outbox_after(EXAM, 0)
    assert lines is not None
    assert [(line.kind, line.id) for line in lines] == [
        (UpdateKind.INCIDENT, first.id),
        (UpdateKind.ATTEMPT, ADA),
    ]
    stored = await world.store.incident(first.id)
    assert stored == replace(first, times=2, verdict=Verdict.SECOND_LOOK)
    assert await world.store.evidence_of_incidents([first.id, "none"]) == [picture]
    async with world.store.begin(BOB) as tx:
        assert await tx.incident(first.id) is None
        assert await tx.incident_by_key(first.key) is None


async def test_an_incident_that_only_lasts_longer_leaves_the_tile_alone(world: World) -> None:
    async with world.store.begin(ADA) as tx:
        await tx.save_incident(incident(ADA))
    before = await world.store.outbox_head(EXAM)
    async with world.store.begin(ADA) as tx:
        await tx.save_incident(replace(incident(ADA), last_seen_at=NOON + 2000))
    lines = await world.store.outbox_after(EXAM, before)
    assert lines is not None
    assert [line.kind for line in lines] == [UpdateKind.INCIDENT]


async def test_chat_is_taken_once_for_each_client_id(world: World) -> None:
    async with world.store.begin(ADA) as tx:
        assert await tx.add_chat(chat("m1", "c1")) is True
        assert await tx.add_chat(chat("m2", "c1")) is False
        assert await tx.add_chat(chat("m3", None)) is True
        assert await tx.add_chat(chat("m4", None)) is True
    assert [m.id for m in await world.store.chat_of_attempt(ADA)] == ["m1", "m3", "m4"]
    assert [m.id for m in await world.store.chat_of_exam(EXAM)] == ["m1", "m3", "m4"]


async def test_warnings_and_credits_come_back_as_written(world: World) -> None:
    warning = WarningRecord("w1", ADA, None, "policy", "We cannot see your face.", NOON, None)
    credit = CreditRecord("c1", ADA, 12.5, "pause", "", None, NOON)
    async with world.store.begin(ADA) as tx:
        await tx.add_warning(warning)
        await tx.add_credit(credit)
        assert await tx.credits() == [credit]
        assert await tx.acknowledge_warning("w1", NOON + 5) is True
        assert await tx.acknowledge_warning("w1", NOON + 9) is False
    async with world.store.begin(BOB) as tx:
        assert await tx.acknowledge_warning("w1", NOON) is False
    assert await world.store.warnings_of_attempt(ADA) == [replace(warning, acknowledged_at=NOON + 5)]
    assert await world.store.credits_of_exam(EXAM) == [credit]


async def test_the_outbox_keeps_the_last_lines_only(tmp_path: Path, database_url: str) -> None:
    async with opened(tmp_path, url=database_url, kept=5) as world:
        await seed(world, "ada")
        for number in range(8):
            async with world.store.begin(ADA) as tx:
                await tx.save_attempt(replace(tx.attempt, note=str(number)))
        assert await world.store.outbox_head(EXAM) == 8
        lines = await world.store.outbox_after(EXAM, 3)
        assert lines is not None
        assert [line.update_id for line in lines] == [4, 5, 6, 7, 8]
        assert await world.store.outbox_after(EXAM, 2) is None
        assert await world.store.outbox_after(EXAM, 8) == []
        assert await world.store.outbox_after(EXAM, 9) is None


async def test_an_erased_line_leaves_the_chain_whole_and_an_altered_one_does_not(world: World) -> None:
    async with world.store.begin(ADA) as tx:
        await tx.log("noted", {"said": "something private"})
        await tx.log("noted", {"said": "something else"})
    async with world.store.begin(ADA) as tx:
        await tx.erase_log(1)
    first = (await world.store.log_of_attempt(ADA))[0]
    assert (first.payload, first.salt) == (None, None)
    assert await chain_status(world, ADA) is ChainStatus.ERASED
    async with world.database.write() as session:
        await session.execute(text('UPDATE log_entry SET payload = \'{"said":"nothing"}\' WHERE seq = 2'))
    assert await chain_status(world, ADA) is ChainStatus.BROKEN


async def test_a_silent_save_writes_only_what_changed_and_tells_nobody(world: World) -> None:
    async def tick(tx: AttemptTx) -> None:
        await tx.save_attempt(replace(tx.attempt, clock_base_s=4.5, rules_state={"a": [1]}), tell=False)

    async with world.store.begin(ADA) as tx:
        await tick(tx)
    assert await world.store.outbox_head(EXAM) == 0
    kept = await world.store.attempt(ADA)
    assert (kept.clock_base_s, kept.rules_state) == (4.5, {"a": [1]})


async def test_observations_come_back_in_order(world: World) -> None:
    async with world.store.begin(ADA) as tx:
        await tx.add_observations(0.0, 1.0, "one\n")
    async with world.store.begin(ADA) as tx:
        await tx.add_observations(1.0, 2.0, "two\n")
    assert await world.store.observations_of_attempt(ADA) == ["one\n", "two\n"]
    async with world.database.read() as session:
        batches = (await session.execute(select(rows.OBSERVATION.c.batch))).scalars().all()
    assert batches == [1, 2]


async def test_the_newest_beat_of_any_server_counts(world: World) -> None:
    assert await world.store.last_beat() is None
    await world.store.beat("a", NOON)
    await world.store.beat("b", NOON + 5)
    await world.store.beat("a", NOON + 3)
    assert await world.store.last_beat() == NOON + 5


async def test_staff_are_named(world: World) -> None:
    await seed_staff(world)
    assert await world.store.staff_names([PROCTOR, "nobody"]) == {PROCTOR: "Grace Hopper"}
    assert await world.store.staff_names([]) == {}


async def test_a_check_in_that_was_stored_under_a_former_name_is_read(world: World) -> None:
    detectors = (
        DetectorTrust(Detector.GAZE, trusted=True),
        DetectorTrust(Detector.PHONE, trusted=False, reason="A phone."),
    )
    async with world.store.begin(ADA) as tx:
        await tx.save_attempt(replace(tx.attempt, check_in=CheckInResult((), None, detectors)))
    async with world.database.write() as session:
        found = await session.scalar(select(rows.ATTEMPT.c.check_in).where(rows.ATTEMPT.c.id == ADA))
        former = json.loads(json.dumps(found).replace('"phone"', '"objects"'))
        await session.execute(update(rows.ATTEMPT).where(rows.ATTEMPT.c.id == ADA).values(check_in=former))
    kept = (await world.store.attempt(ADA)).check_in
    assert kept is not None
    assert off(kept.detectors) == (Detector.PHONE, Detector.BOOK, Detector.LAPTOP)
    assert {one.reason for one in kept.detectors if not one.trusted} == {"A phone."}
