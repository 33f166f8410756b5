"""What the exam clock decides, without a database."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examhall.application.clock_watch import Due, due, owed_for_network
from examhall.application.ports.attempt_store import AttemptRecord, CreditRecord, ExamRecord
from examhall.domain.attempt import OVER, AttemptState
from examhall.domain.policy import Admission, Preset
from examhall.domain.presets import PRESETS
from support.attempts import HOUR_MS, NOON

POLICY = PRESETS[Preset.STANDARD]
EXAM = ExamRecord(
    id="e", title="Algebra", instructions="", content_mode="text", content_text="", content_url=None,
    opens_at=NOON, closes_at=NOON + 2 * HOUR_MS, duration_s=3600, policy_revision_id="p", archived_at=None,
)  # fmt: skip
ATTEMPT = AttemptRecord(
    id="a", exam_id="e", number=1, candidate_name="Ada", candidate_email=None, candidate_ref=None,
    extra_time_s=0, state=AttemptState.LIVE, epoch=1, instance_id="i", policy_revision_id="p",
    consented_at=NOON, live_at=NOON, paused_at=None, paused_by=None, over_at=None, connected=True,
    disconnected_at=None, hand_raised_at=None, sharing_camera=True, sharing_microphone=True,
    sharing_screen=False, note=None, clock_base_s=0.0, rules_state=None,
)  # fmt: skip


def credit(seconds: float, at: int = NOON) -> CreditRecord:
    return CreditRecord("c", "a", seconds, "proctor", "", None, at)


@given(st.sampled_from(AttemptState), st.integers(NOON - HOUR_MS, NOON + 9 * HOUR_MS))
def test_what_is_over_or_paused_is_left_alone_and_nothing_starts_late(state: AttemptState, now: int) -> None:
    todo = due(replace(ATTEMPT, state=state), EXAM, POLICY, (), now)
    if state in OVER or state is AttemptState.PAUSED:
        assert todo is None  # a pause lasts longer than this test looks
    if todo is Due.START:
        assert state is AttemptState.WAITING
        assert EXAM.opens_at <= now < EXAM.closes_at


@given(st.floats(0, 7200), st.integers(0, 3600))
def test_credits_and_extra_time_hold_the_end_back(seconds: float, extra_s: int) -> None:
    attempt = replace(ATTEMPT, extra_time_s=extra_s)
    end = NOON + HOUR_MS + extra_s * 1000 + round(seconds * 1000)
    assert due(attempt, EXAM, POLICY, (credit(seconds),), end - 1) is None
    assert due(attempt, EXAM, POLICY, (credit(seconds),), end) is Due.EXPIRE


@given(st.integers(0, 1000), st.floats(0, 600))
def test_a_lost_connection_holds_the_end_back_by_no_more_than_the_limit(lost_s: int, limit_s: float) -> None:
    end = NOON + HOUR_MS
    offline = replace(ATTEMPT, connected=False, disconnected_at=end - 1000)
    policy = replace(POLICY, network_credit_limit_s=limit_s)
    now = end - 1000 + lost_s * 1000
    owed = owed_for_network(offline, (), limit_s, now)
    assert sum(one.seconds for one in owed) == pytest.approx(min(lost_s, limit_s), abs=0.001)
    if now >= end + math.ceil(limit_s * 1000):
        assert due(offline, EXAM, policy, (), now) is Due.EXPIRE
    if lost_s <= limit_s:
        assert due(offline, EXAM, policy, (), now) is None


def test_nobody_is_let_in_without_consent_or_before_the_proctor_says_so() -> None:
    waiting = replace(ATTEMPT, state=AttemptState.WAITING, live_at=None)
    assert due(waiting, EXAM, POLICY, (), NOON) is Due.START
    assert due(replace(waiting, consented_at=None), EXAM, POLICY, (), NOON) is None
    assert due(waiting, EXAM, replace(POLICY, admission=Admission.PROCTOR), (), NOON) is None
    assert due(waiting, EXAM, POLICY, (), NOON + 2 * HOUR_MS) is Due.EXPIRE


@given(st.integers(NOON, NOON + 40 * HOUR_MS), st.integers(600, 86_400))
def test_a_pause_that_nobody_ends_is_over_so_long_after_the_window(paused_at: int, limit_s: int) -> None:
    paused = replace(ATTEMPT, state=AttemptState.PAUSED, paused_at=paused_at)
    policy = replace(POLICY, pause_limit_s=limit_s)
    over_at = max(EXAM.closes_at, paused_at) + limit_s * 1000
    assert due(paused, EXAM, policy, (), over_at - 1) is None
    assert due(paused, EXAM, policy, (), over_at) is Due.EXPIRE
