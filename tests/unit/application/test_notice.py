"""The notice: made from the policy alone, and its hash changes with all that it says."""

from dataclasses import replace

from examhall.application.notice import notice
from examhall.domain.policy import Policy, Preset, Recording, Signal
from examhall.domain.presets import PRESETS
from examhall.domain.rules.engine import ContentMode

STANDARD = PRESETS[Preset.STANDARD]


def without(policy: Policy, signal: Signal) -> Policy:
    return replace(policy, signals={**policy.signals, signal: replace(policy.signals[signal], enabled=False)})


def test_the_same_policy_makes_the_same_hash() -> None:
    again = replace(STANDARD, signals=dict(STANDARD.signals))
    assert notice(STANDARD, ContentMode.TEXT) == notice(again, ContentMode.TEXT)
    assert len(notice(STANDARD, ContentMode.TEXT).hash) == 64


def test_whatever_the_candidate_is_told_is_in_the_hash() -> None:
    told = [
        notice(STANDARD, ContentMode.TEXT),
        notice(STANDARD, ContentMode.BESIDE),
        notice(replace(STANDARD, retention_days=31), ContentMode.TEXT),
        notice(replace(STANDARD, require_microphone=False), ContentMode.TEXT),
        notice(replace(STANDARD, require_screen=True), ContentMode.TEXT),
        notice(replace(STANDARD, network_credit_limit_s=10), ContentMode.TEXT),
        notice(replace(STANDARD, recording=Recording.CAMERA), ContentMode.TEXT),
        notice(replace(STANDARD, recording=Recording.CAMERA_AND_SCREEN), ContentMode.TEXT),
        notice(without(STANDARD, Signal.CLIPBOARD), ContentMode.TEXT),
    ]
    assert len({one.hash for one in told}) == len(told)


def test_that_sound_is_kept_is_said_where_it_is() -> None:
    def of_speech(policy: Policy) -> str:
        watched = notice(policy, ContentMode.TEXT).watched
        return next((line.sentence for line in watched if line.signal is Signal.SPEECH), "")

    speech = STANDARD.signals[Signal.SPEECH]
    assert "sound of the seconds around a voice is kept" in of_speech(STANDARD)
    in_shadow = replace(STANDARD, signals={**STANDARD.signals, Signal.SPEECH: replace(speech, shadow=True)})
    assert "kept" not in of_speech(in_shadow)
    assert of_speech(without(STANDARD, Signal.SPEECH)) == ""


def test_only_what_is_watched_is_announced() -> None:
    signals = {line.signal for line in notice(without(STANDARD, Signal.CLIPBOARD), ContentMode.TEXT).watched}
    assert Signal.NO_FACE in signals
    assert Signal.CLIPBOARD not in signals
    assert Signal.SCREEN_SHARE_STOPPED not in signals  # no screen is asked for


def test_what_is_recorded_is_said_and_a_recorded_screen_is_asked_for() -> None:
    silent = notice(STANDARD, ContentMode.TEXT)
    recorded = notice(replace(STANDARD, recording=Recording.CAMERA_AND_SCREEN), ContentMode.TEXT)
    assert "not recorded" in silent.recording_sentence
    assert "shared screen are recorded" in recorded.recording_sentence
    assert f"{STANDARD.retention_days} days" in recorded.recording_sentence
    assert (silent.screen, recorded.screen) == (False, True)
