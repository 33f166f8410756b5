"""The life of an attempt through the use cases, on a real database, under a clock that is held."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from examhall.adapters.db.attempt_store import SqlAttemptStore
from examhall.application.ports.attempt_store import LogRecord
from examhall.application.review import Review
from examhall.domain.attempt import TRANSITIONS, AttemptAction, AttemptState
from examhall.domain.errors import ExamhallError, IllegalTransition
from examhall.domain.incident import Verdict
from examhall.domain.policy import Admission, Preset, Signal
from examhall.domain.presets import PRESETS
from support.attempts import EXAM, HOUR_MS, NOON, PROCTOR, World, incident, opened, seed, seed_staff

ADA = f"{EXAM}-ada"
BOB = f"{EXAM}-bob"
BY_PROCTOR = replace(PRESETS[Preset.STANDARD], admission=Admission.PROCTOR)


@pytest.fixture
async def world(tmp_path: Path, database_url: str) -> AsyncIterator[World]:
    async with opened(tmp_path, url=database_url) as world:
        await seed(world, "ada", "bob")
        await seed_staff(world)
        yield world


async def hash_of(world: World, attempt_id: str = ADA) -> str:
    return (await world.attempts.consent_notice(await world.store.attempt(attempt_id))).hash


class BusyStore(SqlAttemptStore):
    """Something is written to the log while it is read, once."""

    written = False

    async def log_of_attempt(self, attempt_id: str) -> Sequence[LogRecord]:
        lines = await super().log_of_attempt(attempt_id)
        if not self.written:
            self.written = True
            async with self.begin(attempt_id) as tx:
                await tx.log("noted", {"said": "in between"})
        return lines


async def test_a_line_that_is_written_while_the_log_is_read_breaks_no_chain(world: World) -> None:
    store = BusyStore(world.database, world.bus, world.clock, world.ids)
    story = await Review(store, world.monitor, world.clock).story(ADA)
    assert story.chain == "intact"
    assert [line.type for line in story.timeline] == ["noted"]


async def test_from_invitation_to_review(world: World) -> None:
    seen = []
    seen.append((await world.attempts.consent(ADA, notice_hash=await hash_of(world), locale="de-CH")).state)
    seen.append((await world.attempts.ready(ADA)).state)
    seen.append((await world.attempts.pause(ADA, by=PROCTOR, reason="fire alarm")).state)
    world.clock.pass_s(30)
    seen.append((await world.attempts.resume(ADA, staff_id=PROCTOR)).state)
    seen.append((await world.attempts.submit(ADA)).state)
    seen.append((await world.review.close(ADA, staff_id=PROCTOR)).state)
    assert seen == ["checking_in", "live", "paused", "live", "submitted", "reviewed"]
    story = await world.review.story(ADA)
    assert story.chain == "intact"
    assert [line.type for line in story.timeline] == [
        "consent_given", "check_in_done", "started", "paused", "credit_given", "resumed", "submitted",
        "reviewed",
    ]  # fmt: skip
    assert story.timeline[3].words == "Paused by Grace Hopper: fire alarm"
    assert story.timeline[-1].words == "Review closed by Grace Hopper"


async def test_consent_is_a_line_with_notice_revision_language_and_time(world: World) -> None:
    notice_hash = await hash_of(world)
    attempt = await world.attempts.consent(ADA, notice_hash=notice_hash, locale="de-CH")
    assert attempt.policy_revision_id == f"{EXAM}-policy-1"
    line = (await world.store.log_of_attempt(ADA))[0]
    assert line.payload is not None
    for part in (notice_hash, '"policy_revision":1', '"locale":"de-CH"', f'"at":{NOON}'):
        assert part in line.payload


async def test_consent_to_another_notice_is_refused(world: World) -> None:
    with pytest.raises(ExamhallError) as refused:
        await world.attempts.consent(ADA, notice_hash="0" * 64, locale="en")
    assert refused.value.code == "notice_changed"
    assert (await world.store.attempt(ADA)).state is AttemptState.INVITED


async def test_refusal_tells_staff_and_is_no_incident(world: World) -> None:
    attempt = await world.attempts.refuse_consent(ADA, notice_hash=await hash_of(world), locale="en")
    assert attempt.state is AttemptState.INVITED
    snapshot = await world.monitor.snapshot(EXAM)
    assert snapshot.attempts[0].note == "The candidate did not consent to the notice."
    assert snapshot.incidents == ()
    await world.attempts.consent(ADA, notice_hash=await hash_of(world), locale="en")
    assert (await world.monitor.card(ADA)).note is None


async def test_withdrawal_pauses_and_asks_the_proctor(world: World) -> None:
    await world.go_live(ADA)
    attempt = await world.attempts.withdraw(ADA)
    assert (attempt.state, attempt.paused_by, attempt.consented_at) == ("paused", "candidate", None)
    assert attempt.hand_raised_at == NOON
    with pytest.raises(ExamhallError) as refused:
        await world.attempts.resume(ADA, staff_id=PROCTOR)
    assert refused.value.code == "consent_missing"
    again = await world.attempts.consent(ADA, notice_hash=await hash_of(world), locale="en")
    assert again.state is AttemptState.PAUSED
    assert (await world.attempts.resume(ADA, staff_id=PROCTOR)).state is AttemptState.LIVE


async def test_a_proctor_admits_where_the_policy_says_so(tmp_path: Path, database_url: str) -> None:
    async with opened(tmp_path, url=database_url) as world:
        await seed(world, "ada", policy=BY_PROCTOR)
        await world.go_live(ADA)
        assert (await world.store.attempt(ADA)).state is AttemptState.WAITING
        assert await world.clock_watch.expire_due() == 0
        world.clock.pass_s(60)
        live = await world.attempts.admit(ADA, staff_id=PROCTOR)
        assert (live.state, live.live_at) == ("live", NOON + 60_000)


async def test_the_clock_lets_waiting_candidates_in_when_the_window_opens(
    tmp_path: Path, database_url: str
) -> None:
    async with opened(tmp_path, url=database_url) as world:
        await seed(world, "ada", opens_at=NOON + 60_000)
        await world.go_live(ADA)
        with pytest.raises(ExamhallError) as refused:
            await world.attempts.admit(ADA, staff_id=PROCTOR)
        assert refused.value.code == "exam_not_open"
        assert await world.clock_watch.expire_due() == 0
        world.clock.pass_s(60)
        assert await world.clock_watch.expire_due() == 1
        attempt = await world.store.attempt(ADA)
        assert (attempt.state, attempt.live_at) == ("live", NOON + 60_000)


COMMANDS = {
    AttemptAction.FINISH_CHECK_IN: lambda w: w.attempts.ready(ADA),
    AttemptAction.START: lambda w: w.attempts.admit(ADA, staff_id=PROCTOR),
    AttemptAction.PAUSE: lambda w: w.attempts.pause(ADA, by=PROCTOR),
    AttemptAction.RESUME: lambda w: w.attempts.resume(ADA, staff_id=PROCTOR),
    AttemptAction.SUBMIT: lambda w: w.attempts.submit(ADA),
    AttemptAction.END: lambda w: w.attempts.end(ADA, staff_id=PROCTOR),
    AttemptAction.REVIEW: lambda w: w.review.close(ADA, staff_id=PROCTOR),
}


async def test_whatever_the_table_does_not_allow_is_refused_naming_both_states(world: World) -> None:
    for state, action in product(AttemptState, COMMANDS):
        if (state, action) in TRANSITIONS:
            continue
        async with world.store.begin(ADA) as tx:
            await tx.save_attempt(replace(tx.attempt, state=state))
        lines = len(await world.store.log_of_attempt(ADA))
        with pytest.raises(IllegalTransition) as refused:
            await COMMANDS[action](world)
        would_be = next(after for (_, a), after in TRANSITIONS.items() if a is action)
        assert state.value in refused.value.message
        assert would_be.value in refused.value.message
        assert (await world.store.attempt(ADA)).state is state
        assert len(await world.store.log_of_attempt(ADA)) == lines


async def test_a_pause_stops_the_clock_and_is_given_back_in_full(world: World) -> None:
    await world.go_live(ADA)
    world.clock.pass_s(600)
    await world.attempts.pause(ADA, by=PROCTOR)
    paused = (await world.monitor.card(ADA)).clock
    assert (paused.paused_at, paused.deadline) == (NOON + 600_000, NOON + HOUR_MS)
    world.clock.pass_s(2 * 3600)
    await world.clock_watch.expire_due()
    assert (await world.store.attempt(ADA)).state is AttemptState.PAUSED  # though past its deadline
    await world.attempts.resume(ADA, staff_id=PROCTOR)
    resumed = (await world.monitor.card(ADA)).clock
    assert (resumed.paused_at, resumed.credited_s) == (None, 7200.0)
    assert resumed.deadline == NOON + 3 * HOUR_MS


async def test_the_end_comes_with_the_deadline_and_given_time_moves_it(world: World) -> None:
    await world.go_live(ADA)
    await world.attempts.give_time(ADA, seconds=90, reason="loud building site", staff_id=PROCTOR)
    world.clock.pass_s(3600)
    assert await world.clock_watch.expire_due() == 0
    world.clock.pass_s(89.999)
    assert await world.clock_watch.expire_due() == 0
    world.clock.pass_s(0.001)
    assert await world.clock_watch.expire_due() == 1
    attempt = await world.store.attempt(ADA)
    assert (attempt.state, attempt.over_at) == ("expired", NOON + 3_690_000)
    story = await world.review.story(ADA)
    assert [(c.seconds, c.reason, c.note, c.given_by) for c in story.credits] == [
        (90.0, "proctor", "loud building site", "Grace Hopper")
    ]
    with pytest.raises(ExamhallError) as refused:
        await world.attempts.give_time(ADA, seconds=5, reason="late", staff_id=PROCTOR)
    assert refused.value.code == "attempt_over"


async def test_the_window_ends_what_is_not_live_yet_and_cuts_what_is(world: World) -> None:
    world.clock.ms = NOON + 2 * HOUR_MS - 600_000
    await world.go_live(ADA)
    assert (await world.monitor.card(ADA)).clock.deadline == NOON + 2 * HOUR_MS
    world.clock.pass_s(600)
    assert await world.clock_watch.expire_due() == 2
    assert {a.state for a in await world.store.attempts_of_exam(EXAM)} == {AttemptState.EXPIRED}
    with pytest.raises(IllegalTransition):
        await world.attempts.consent(BOB, notice_hash=await hash_of(world, BOB), locale="en")


async def test_a_closed_window_lets_nobody_check_in(world: World) -> None:
    world.clock.ms = NOON + 2 * HOUR_MS
    with pytest.raises(ExamhallError) as refused:
        await world.attempts.consent(BOB, notice_hash=await hash_of(world, BOB), locale="en")
    assert refused.value.code == "exam_closed"


async def test_a_lost_connection_is_given_back_up_to_the_policys_limit(world: World) -> None:
    await world.go_live(ADA)
    assert (await world.clock_watch.note_connected(ADA, "page-1")).given_back_s == 0
    await world.clock_watch.note_disconnected(ADA)
    world.clock.pass_s(40)
    back = await world.clock_watch.note_connected(ADA, "page-2")
    assert (back.given_back_s, back.epoch) == (40.0, 2)
    await world.clock_watch.note_disconnected(ADA, epoch=2)
    world.clock.pass_s(500)
    assert (await world.clock_watch.note_connected(ADA, "page-3")).given_back_s == 260.0
    card = await world.monitor.card(ADA)
    assert card.clock.credited_s == 300.0
    assert card.note is not None
    assert "240 s" in card.note  # a proctor decides about the rest
    await world.attempts.give_time(ADA, seconds=240, reason="network", staff_id=PROCTOR)
    assert (await world.monitor.card(ADA)).note is None


async def test_only_the_page_that_owns_the_attempt_can_be_lost(world: World) -> None:
    old = await world.clock_watch.note_connected(ADA, "page-1")
    await world.clock_watch.note_connected(ADA, "page-2")
    with pytest.raises(ExamhallError) as refused:
        await world.clock_watch.note_disconnected(ADA, epoch=old.epoch)
    assert refused.value.code == "stale_owner"
    assert (await world.store.attempt(ADA)).connected


async def test_a_pause_during_a_lost_connection_is_given_back_once(world: World) -> None:
    await world.go_live(ADA)
    await world.clock_watch.note_connected(ADA, "page-1")
    await world.clock_watch.note_disconnected(ADA)
    world.clock.pass_s(10)
    await world.attempts.pause(ADA, by=PROCTOR)
    world.clock.pass_s(100)
    await world.attempts.resume(ADA, staff_id=PROCTOR)
    world.clock.pass_s(5)
    assert (await world.clock_watch.note_connected(ADA, "page-1")).given_back_s == 15.0
    assert (await world.monitor.card(ADA)).clock.credited_s == 115.0


async def test_a_lost_connection_holds_the_end_back_as_far_as_it_is_given_back(world: World) -> None:
    await world.go_live(ADA)
    await world.clock_watch.note_connected(ADA, "page-1")
    world.clock.pass_s(3590)
    await world.clock_watch.note_disconnected(ADA)
    world.clock.pass_s(200)
    assert await world.clock_watch.expire_due() == 0
    world.clock.pass_s(110)
    assert await world.clock_watch.expire_due() == 1
    card = await world.monitor.card(ADA)
    assert (card.state, card.clock.credited_s) == ("expired", 300.0)


async def test_conversation_is_taken_once_and_ends_with_the_attempt(world: World) -> None:
    await world.go_live(ADA)
    await world.conversation.candidate_says(ADA, text="May I leave?", client_id="c1")
    assert await world.conversation.candidate_says(ADA, text="May I leave?", client_id="c1") is None
    await world.conversation.raise_hand(ADA, raised=True)
    assert (await world.monitor.card(ADA)).hand_raised_at == NOON
    said = await world.conversation.message(ADA, text="Yes.", staff_id=PROCTOR, client_id="s1")
    again = await world.conversation.message(ADA, text="Yes.", staff_id=PROCTOR, client_id="s1")
    assert said.id == again.id
    assert (await world.monitor.card(ADA)).hand_raised_at is None
    assert await world.conversation.message_all(EXAM, text="Ten minutes left.", staff_id=PROCTOR) == 2
    snapshot = await world.monitor.snapshot(EXAM)
    assert [(m.sender, m.sender_name, m.text) for m in snapshot.chat if m.attempt_id == ADA] == [
        ("candidate", None, "May I leave?"),
        ("staff", "Grace Hopper", "Yes."),
        ("staff", "Grace Hopper", "Ten minutes left."),
    ]
    assert [m.sender_name for m in (await world.monitor.candidate_view(ADA)).chat] == [None, None, None]
    await world.attempts.end(ADA, staff_id=PROCTOR)
    for refused in (
        world.conversation.candidate_says(ADA, text="Why?", client_id="c2"),
        world.conversation.warn(ADA, text="Stop", staff_id=PROCTOR),
        world.conversation.raise_hand(ADA, raised=True),
    ):
        with pytest.raises(ExamhallError) as error:
            await refused
        assert error.value.code == "attempt_over"


async def test_a_warning_handles_its_incident_and_stands_until_acknowledged(world: World) -> None:
    await world.go_live(ADA)
    seen = incident(ADA)
    async with world.store.begin(ADA) as tx:
        await tx.save_incident(seen)
    given = await world.conversation.warn(
        ADA, text="Please sit alone.", staff_id=PROCTOR, incident_id=seen.id
    )
    assert (await world.monitor.snapshot(EXAM)).incidents[0].handled
    assert [w.id for w in (await world.monitor.candidate_view(ADA)).warnings] == [given.id]
    await world.conversation.acknowledge_warning(ADA, given.id)
    await world.conversation.acknowledge_warning(ADA, given.id)
    assert (await world.monitor.candidate_view(ADA)).warnings == ()
    types = [line.type for line in await world.store.log_of_attempt(ADA)]
    assert types.count("warning_acknowledged") == 1
    with pytest.raises(ExamhallError) as refused:
        await world.conversation.acknowledge_warning(BOB, given.id)
    assert refused.value.code == "warning_not_found"
    with pytest.raises(ExamhallError) as foreign:
        await world.conversation.warn(BOB, text="Hm", staff_id=PROCTOR, incident_id=seen.id)
    assert foreign.value.code == "incident_not_found"
    assert await world.store.warnings_of_attempt(BOB) == []


async def test_verdicts_are_human_undoable_and_move_the_risk(world: World) -> None:
    await world.go_live(ADA)
    faces = incident(ADA)
    tab = incident(ADA, "tab_hidden#1", signal=Signal.TAB_HIDDEN, weight=15.0, opened_at=NOON + 600_000)
    async with world.store.begin(ADA) as tx:
        await tx.save_incident(faces)
        await tx.save_incident(tab)
    risk = (await world.monitor.card(ADA)).risk
    assert (risk.as_of, risk.value) == (NOON + 600_000, pytest.approx(15 + 15))  # 30 halved once
    assert [part.incident_id for part in risk.parts] == [faces.id, tab.id]
    dismissed = await world.review.decide(
        faces.id, verdict=Verdict.DISMISSED, note="a poster", staff_id=PROCTOR
    )
    assert (dismissed.verdict_by, dismissed.handled) == ("Grace Hopper", True)
    assert (await world.monitor.card(ADA)).risk.value == pytest.approx(15)
    (line, _) = await world.review.worklist(EXAM)
    assert (line.attempt_id, line.undecided, line.dismissed) == (ADA, 1, 1)
    undone = await world.review.decide(faces.id, verdict=Verdict.UNDECIDED, note="", staff_id=PROCTOR)
    assert (undone.verdict_by, undone.handled) == (None, False)
    assert (await world.monitor.card(ADA)).risk.value == pytest.approx(30)
    await world.attempts.end(ADA, staff_id=PROCTOR)
    await world.review.close(ADA, staff_id=PROCTOR)
    with pytest.raises(ExamhallError) as refused:
        await world.review.decide(tab.id, verdict=Verdict.CONFIRMED, note="", staff_id=PROCTOR)
    assert refused.value.code == "review_closed"


async def test_the_room_hides_the_content_until_the_exam_runs(world: World) -> None:
    before = await world.rooms.room(ADA)
    assert (before.content_text, before.clock.deadline) == (None, None)
    await world.go_live(ADA)
    during = await world.rooms.room(ADA)
    assert during.content_text == "1 + 1 = ?"
    await world.attempts.submit(ADA)
    assert (await world.rooms.room(ADA)).content_text is None


async def test_content_beside_the_page_is_neither_watched_nor_announced(
    tmp_path: Path, database_url: str
) -> None:
    async with opened(tmp_path, url=database_url) as world:
        await seed(world, "ada", content_mode="beside")
        room = await world.rooms.room(ADA)
        off = {Signal.TAB_HIDDEN, Signal.WINDOW_BLUR, Signal.FULLSCREEN_EXIT}
        assert not off & room.watched
        assert not off & {line.signal for line in room.notice.watched}
