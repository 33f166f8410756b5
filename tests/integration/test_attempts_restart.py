"""A restart loses nothing and costs the candidate nothing; what the wall is told equals what it would see."""

import asyncio
from dataclasses import replace
from pathlib import Path

from examhall.application import views
from examhall.application.monitor import MonitorSnapshot
from examhall.domain.incident import Verdict
from support.attempts import (
    EXAM,
    NOON,
    PROCTOR,
    CountedIds,
    HeldClock,
    World,
    incident,
    opened,
    seed,
    seed_staff,
)

ADA = f"{EXAM}-ada"
BOB = f"{EXAM}-bob"


async def a_busy_exam(world: World) -> None:
    await seed(world, "ada", "bob", "cy")
    await seed_staff(world)
    await world.go_live(ADA)
    await world.go_live(BOB)
    await world.clock_watch.note_connected(ADA, "page-1")
    seen = incident(ADA)
    async with world.store.begin(ADA) as tx:
        await tx.save_incident(seen)
    await world.conversation.candidate_says(ADA, text="Hello?", client_id="c1")
    await world.conversation.warn(ADA, text="Please sit alone.", staff_id=PROCTOR, incident_id=seen.id)
    world.clock.pass_s(60)
    await world.attempts.pause(BOB, by=PROCTOR, reason="talk")
    await world.review.decide(seen.id, verdict=Verdict.SECOND_LOOK, note="?", staff_id=PROCTOR)


async def test_everything_is_the_same_after_a_restart(tmp_path: Path, database_url: str) -> None:
    clock, ids = HeldClock(), CountedIds()
    async with opened(tmp_path, url=database_url, clock=clock, ids=ids) as world:
        await a_busy_exam(world)
        snapshot = await world.monitor.snapshot(EXAM)
        stories = [await world.review.story(a.attempt_id) for a in snapshot.attempts]
        pages = [await world.monitor.candidate_view(a.attempt_id) for a in snapshot.attempts]
    async with opened(tmp_path, url=database_url, clock=clock, ids=ids) as world:
        assert await world.monitor.snapshot(EXAM) == snapshot
        assert [await world.review.story(a.attempt_id) for a in snapshot.attempts] == stories
        assert [await world.monitor.candidate_view(a.attempt_id) for a in snapshot.attempts] == pages


async def test_the_time_the_server_was_away_is_given_back_in_full_and_once(
    tmp_path: Path, database_url: str
) -> None:
    clock, ids = HeldClock(), CountedIds()
    async with opened(tmp_path, url=database_url, clock=clock, ids=ids) as world:
        await a_busy_exam(world)
        await world.clock_watch.beat()
        last_beat = clock.now_ms()
    clock.pass_s(90)
    async with opened(tmp_path, url=database_url, clock=clock, ids=ids) as world:
        await world.clock_watch.recover()
        card = await world.monitor.card(ADA)
        assert card.clock.credited_s == 90.0
        assert (card.connected, card.disconnected_at) == (False, last_beat)
        clock.pass_s(5)
        back = await world.clock_watch.note_connected(ADA, "page-1")
        assert back.given_back_s == 5.0  # the 90 s are not given twice
        assert (await world.monitor.card(BOB)).clock.credited_s == 0.0  # paused: its pause covers it
        await world.attempts.resume(BOB, staff_id=PROCTOR)
        assert (await world.monitor.card(BOB)).clock.credited_s == 95.0
    async with opened(tmp_path, url=database_url, clock=clock, ids=ids) as world:
        await world.clock_watch.recover()
        assert (await world.monitor.card(ADA)).clock.credited_s == 95.0
        assert (await world.review.story(ADA)).chain == "intact"


async def test_what_ran_out_before_the_fault_is_not_revived(tmp_path: Path, database_url: str) -> None:
    clock, ids = HeldClock(), CountedIds()
    async with opened(tmp_path, url=database_url, clock=clock, ids=ids) as world:
        await seed(world, "ada")
        await world.go_live(ADA)
        clock.pass_s(3601)
        await world.clock_watch.beat()
    clock.pass_s(3600)
    async with opened(tmp_path, url=database_url, clock=clock, ids=ids) as world:
        await world.clock_watch.recover()
        assert await world.clock_watch.expire_due() == 1
        card = await world.monitor.card(ADA)
        assert (card.state, card.clock.deadline) == ("expired", NOON + 3_600_000)


async def test_a_snapshot_with_its_updates_equals_a_fresh_snapshot(tmp_path: Path, database_url: str) -> None:
    async with opened(tmp_path, url=database_url) as world:
        await seed(world, "ada", "bob", "cy")
        await seed_staff(world)
        early = await world.monitor.snapshot(EXAM)
        await busy_without_seed(world)
        lines = await world.store.outbox_after(EXAM, early.update_id)
        assert lines is not None
        told = early
        for line in lines:
            seen = await world.monitor.look(line)
            assert seen is not None
            told = applied(told, seen, line.update_id)
        fresh = await world.monitor.snapshot(EXAM)
        assert lines[-1].update_id == fresh.update_id
        assert settled(told) == settled(fresh)


async def busy_without_seed(world: World) -> None:
    await world.go_live(ADA)
    await asyncio.gather(
        world.clock_watch.note_connected(ADA, "page-1"),
        world.conversation.candidate_says(ADA, text="Hello?", client_id="c1"),
        world.attempts.refuse_consent(BOB, notice_hash="", locale="en"),
    )
    seen = incident(ADA)
    async with world.store.begin(ADA) as tx:
        await tx.save_incident(seen)
    world.clock.pass_s(30)
    await world.conversation.warn(ADA, text="Please sit alone.", staff_id=PROCTOR, incident_id=seen.id)
    await world.review.decide(seen.id, verdict=Verdict.DISMISSED, note="poster", staff_id=PROCTOR)
    await world.attempts.give_time(ADA, seconds=60, reason="noise", staff_id=PROCTOR)
    await world.conversation.message_all(EXAM, text="Ten minutes.", staff_id=PROCTOR)


def applied(
    told: MonitorSnapshot,
    seen: views.AttemptCard | views.Incident | views.ChatMessage | views.ExamHead,
    update_id: int,
) -> MonitorSnapshot:
    """As a page does it: whole objects replace whole objects, in the documented order."""
    told = replace(told, update_id=update_id)
    if isinstance(seen, views.AttemptCard):
        cards = {c.attempt_id: c for c in told.attempts} | {seen.attempt_id: seen}
        return replace(told, attempts=tuple(sorted(cards.values(), key=lambda c: c.number)))
    if isinstance(seen, views.Incident):
        incidents = {i.id: i for i in told.incidents} | {seen.id: seen}
        return replace(told, incidents=tuple(sorted(incidents.values(), key=lambda i: (i.opened_at, i.id))))
    if isinstance(seen, views.ChatMessage):
        chat = {m.id: m for m in told.chat} | {seen.id: seen}
        return replace(told, chat=tuple(sorted(chat.values(), key=lambda m: (m.at, m.id))))
    return replace(told, exam=seen)


def settled(snapshot: MonitorSnapshot) -> MonitorSnapshot:
    """Without the moment at which it was asked for."""
    cards = tuple(replace(c, clock=replace(c.clock, server_now=0)) for c in snapshot.attempts)
    return replace(snapshot, attempts=cards, server_now=0)
