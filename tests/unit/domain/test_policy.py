"""Presets, and what cannot be asked."""

from examhall.domain.policy import Preset, Signal
from examhall.domain.presets import (
    PRESET_SENTENCES,
    PRESETS,
    SIGNAL_LABELS,
    SIGNAL_SENTENCES,
    WARNING_TEXTS,
)
from examhall.domain.rules.engine import ContentMode, effective_policy


def test_signals_that_cannot_be_asked_are_off() -> None:
    strict = PRESETS[Preset.STRICT]
    beside = effective_policy(strict, ContentMode.BESIDE)
    off = {signal for signal, rule in beside.signals.items() if not rule.enabled}
    assert off == {Signal.TAB_HIDDEN, Signal.WINDOW_BLUR, Signal.FULLSCREEN_EXIT}
    assert effective_policy(strict, ContentMode.FRAME) == strict
    no_screen = effective_policy(PRESETS[Preset.STANDARD], ContentMode.TEXT)
    assert [s for s, r in no_screen.signals.items() if not r.enabled] == [Signal.SCREEN_SHARE_STOPPED]


def test_presets_speak_of_every_signal() -> None:
    for table in (SIGNAL_LABELS, SIGNAL_SENTENCES, WARNING_TEXTS):
        assert set(table) == set(Signal)
    assert set(PRESETS) == set(PRESET_SENTENCES) == set(Preset)
    for policy in PRESETS.values():
        assert set(policy.signals) == set(Signal)
        assert all(rule.cooldown_s >= rule.release_s for rule in policy.signals.values())
    texts = [*SIGNAL_SENTENCES.values(), *(f"{w.noticed} {w.to_do}" for w in WARNING_TEXTS.values())]
    assert not any(word in text.lower() for text in texts for word in ("cheat", "suspicious", "fraud"))
