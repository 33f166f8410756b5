"""Presets say something of each signal, and old policies are made whole."""

from dataclasses import replace

import pytest

from examhall.application.exams import check_policy
from examhall.domain.policy import Preset, Signal
from examhall.domain.presets import PRESETS, SIGNAL_LABELS, SIGNAL_SENTENCES, WARNING_TEXTS, complete


@pytest.mark.parametrize("preset", list(Preset))
def test_every_preset_is_a_policy_that_can_be_saved(preset: Preset) -> None:
    check_policy(PRESETS[preset])


def test_every_signal_has_its_words() -> None:
    assert set(SIGNAL_LABELS) == set(SIGNAL_SENTENCES) == set(WARNING_TEXTS) == set(Signal)


def test_an_old_policy_keeps_what_it_says_and_has_the_rest_off() -> None:
    standard = PRESETS[Preset.STANDARD]
    old = replace(standard, signals={Signal.NO_FACE: replace(standard.signals[Signal.NO_FACE], hold_s=9)})
    whole = complete(old)
    assert whole.signals[Signal.NO_FACE] == old.signals[Signal.NO_FACE]
    assert {s for s, rule in whole.signals.items() if rule.enabled} == {Signal.NO_FACE}
    check_policy(whole)


def test_a_whole_policy_stays_as_it_is() -> None:
    assert complete(PRESETS[Preset.STRICT]) is PRESETS[Preset.STRICT]
