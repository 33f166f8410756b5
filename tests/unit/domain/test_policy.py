"""Presets, and what cannot be asked."""

from dataclasses import replace

import pytest

from examhall.domain.observation import Detector
from examhall.domain.policy import Policy, Preset, Signal
from examhall.domain.presets import (
    PRESET_SENTENCES,
    PRESETS,
    SIGNAL_LABELS,
    SIGNAL_SENTENCES,
    WARNING_TEXTS,
)
from examhall.domain.rules.engine import ContentMode, RulesState, effective_policy
from examhall.domain.rules.plan import PlannedLook, looks_wanted
from examhall.domain.rules.state import DETECTOR_SIGNALS, is_off


def test_signals_that_cannot_be_asked_are_off() -> None:
    strict = PRESETS[Preset.STRICT]
    beside = effective_policy(strict, ContentMode.BESIDE)
    off = {signal for signal, rule in beside.signals.items() if not rule.enabled}
    assert off == {Signal.TAB_HIDDEN, Signal.WINDOW_BLUR, Signal.FULLSCREEN_EXIT}
    assert effective_policy(strict, ContentMode.FRAME) == strict
    no_screen = effective_policy(PRESETS[Preset.STANDARD], ContentMode.TEXT)
    assert [s for s, r in no_screen.signals.items() if not r.enabled] == [Signal.SCREEN_SHARE_STOPPED]


def off(policy: Policy) -> set[Signal]:
    effective = effective_policy(policy, ContentMode.TEXT)
    return {signal for signal, rule in effective.signals.items() if not rule.enabled}


def test_without_a_microphone_nothing_is_heard() -> None:
    deaf = replace(PRESETS[Preset.STRICT], require_microphone=False)
    assert off(deaf) == {Signal.SPEECH, Signal.MICROPHONE_MUTED}


@pytest.mark.parametrize(
    ("plan", "signals"),
    [
        ({"speech": False}, {Signal.SPEECH}),
        ({"head_period_s": 0.0}, {Signal.LOOKING_AWAY}),
        ({"identity_period_s": 0.0}, {Signal.DIFFERENT_PERSON}),
        (
            {"objects_period_s": 0.0},
            {Signal.PHONE, Signal.BOOK, Signal.LAPTOP, Signal.PERSON_IN_BACKGROUND},
        ),
    ],
)
def test_what_the_plan_never_looks_at_is_off(plan: dict[str, float], signals: set[Signal]) -> None:
    strict = PRESETS[Preset.STRICT]
    policy = replace(strict, scan=replace(strict.scan, **plan))  # type: ignore[arg-type]
    assert off(policy) == signals
    assert looks_wanted(RulesState(), 0.0, effective_policy(policy, ContentMode.TEXT)) <= set(PlannedLook)


def test_a_second_screen_is_asked_about_also_beside_the_page() -> None:
    beside = effective_policy(PRESETS[Preset.STANDARD], ContentMode.BESIDE)
    assert beside.signals[Signal.SECOND_SCREEN].enabled


def test_presets_speak_of_every_signal() -> None:
    for table in (SIGNAL_LABELS, SIGNAL_SENTENCES, WARNING_TEXTS):
        assert set(table) == set(Signal)
    assert set(PRESETS) == set(PRESET_SENTENCES) == set(Preset)
    for policy in PRESETS.values():
        assert set(policy.signals) == set(Signal)
        assert all(rule.cooldown_s >= rule.release_s for rule in policy.signals.values())
    texts = [*SIGNAL_SENTENCES.values(), *(f"{w.noticed} {w.to_do}" for w in WARNING_TEXTS.values())]
    assert not any(word in text.lower() for text in texts for word in ("cheat", "suspicious", "fraud"))


def test_every_detector_has_its_signals() -> None:
    assert set(DETECTOR_SIGNALS) == set(Detector)
    for detector in Detector:
        state = replace(RulesState(), detectors_off=(detector,))
        off_here = {signal for signal in Signal if is_off(state, signal)}
        assert off_here == DETECTOR_SIGNALS[detector]
