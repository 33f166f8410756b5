"""What a plan costs, by hand-made prices."""

from dataclasses import replace

import pytest

from examhall.domain.plan_cost import (
    REFERENCE_COSTS,
    Step,
    StepCost,
    candidates_per_core,
    plan_cost,
    recording_bytes_per_hour,
)
from examhall.domain.policy import Policy, Preset, Recording, ScanPlan, Signal
from examhall.domain.presets import PRESETS

PRICES = (
    StepCost(Step.FRAME, 2.0),
    StepCost(Step.COARSE, 10.0),
    StepCost(Step.FINE, 40.0),
    StepCost(Step.HEAD, 3.0),
    StepCost(Step.IDENTITY, 6.0),
    StepCost(Step.OBJECTS, 30.0),
    StepCost(Step.SOUND, 1.0),
)
PLAN = ScanPlan(
    interval_s=1.0, fine_period_s=10.0, head_period_s=1.0, identity_period_s=20.0, objects_period_s=5.0,
    burst_interval_s=0.2, burst_s=2.0, burst_every_s=20.0,
)  # fmt: skip


def policy(plan: ScanPlan = PLAN, **rules: bool) -> Policy:
    base = PRESETS[Preset.STANDARD]
    signals = {s: replace(r, enabled=rules.get(s.value, True)) for s, r in base.signals.items()}
    return replace(base, scan=plan, signals=signals)


def test_each_step_is_priced_by_how_often_it_runs() -> None:
    cost = plan_cost(policy(), PRICES)
    per_step = {row.step: row.ms_per_s for row in cost.rows}
    assert per_step == pytest.approx(
        {
            Step.FRAME: 2.0,
            Step.COARSE: 9.0,
            Step.FINE: 4.0,
            Step.HEAD: 3.0,
            Step.IDENTITY: 0.3,
            Step.OBJECTS: 6.0,
            Step.SOUND: 0.0,
        }
    )
    assert cost.quiet_ms_per_s == pytest.approx(24.3)


def test_a_talking_candidate_costs_sound_and_bursts() -> None:
    cost = plan_cost(policy(), PRICES)
    # Half a frame more per second (10 frames each 20 s), each with coarse scan and head, and two pieces of sound.
    assert cost.talking_ms_per_s - cost.quiet_ms_per_s == pytest.approx(0.5 * (2 + 10 + 3) + 2 * 1.0)


def test_what_no_signal_asks_for_costs_nothing() -> None:
    off = dict.fromkeys(
        ("phone", "book", "laptop", "person_in_background", "different_person", "speech"), False
    )
    cost = plan_cost(policy(**off), PRICES)
    runs = {row.step: (row.runs_per_s, row.talking_runs_per_s) for row in cost.rows}
    assert runs[Step.OBJECTS] == runs[Step.IDENTITY] == runs[Step.SOUND] == (0.0, 0.0)
    assert runs[Step.HEAD] == (1.0, 1.0)


def test_a_period_of_zero_is_never_and_a_short_one_is_every_frame() -> None:
    plan = replace(PLAN, interval_s=2.0, head_period_s=0.5, objects_period_s=0.0)
    runs = {row.step: row.runs_per_s for row in plan_cost(policy(plan), PRICES).rows}
    assert runs[Step.HEAD] == runs[Step.FRAME] == 0.5
    assert runs[Step.OBJECTS] == 0.0


def test_without_the_head_no_burst_is_asked_for_and_none_is_paid_for() -> None:
    calm = plan_cost(policy(replace(PLAN, head_period_s=0.0)), PRICES)
    assert calm.talking_ms_per_s - calm.quiet_ms_per_s == pytest.approx(2 * 1.0)  # the sound alone


def test_the_reference_prices_name_each_step_and_recording_costs_by_what_is_recorded() -> None:
    assert {cost.step for cost in REFERENCE_COSTS} == set(Step)
    sizes = [recording_bytes_per_hour(choice) for choice in Recording]
    assert sizes[0] == 0
    assert sizes == sorted(sizes)


def test_a_core_carries_what_fits_into_its_busy_share() -> None:
    assert candidates_per_core(20.0, 0.8) == 40
    assert candidates_per_core(0.0, 0.8) == 0


def test_signals_in_shadow_are_paid_for() -> None:
    base = policy()
    shadow = {
        s: replace(r, shadow=s is Signal.PHONE, enabled=s is Signal.PHONE) for s, r in base.signals.items()
    }
    runs = {row.step: row.runs_per_s for row in plan_cost(replace(base, signals=shadow), PRICES).rows}
    assert runs[Step.OBJECTS] == 0.2
