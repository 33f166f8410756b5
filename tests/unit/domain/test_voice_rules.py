"""Speech, silence that is not sent, and lips that move or not."""

from dataclasses import replace

import pytest

from examhall.domain.observation import (
    ConnectionChanged,
    Detector,
    DetectorsOff,
    Doubt,
    PageEventKind,
    SpeechObserved,
    TimePassed,
)
from examhall.domain.policy import Policy, Signal
from examhall.domain.rules.plan import PlannedLook, looks_wanted
from examhall.domain.rules.voice import burst_wanted
from support.watched import STANDARD, Room, with_rule


def speak(room: Room, first_s: float, seconds: float, share: float = 1.0) -> list[float]:
    """Pieces of half a second, with the seconds that pass; returns when a burst was asked for."""
    asked = []
    for n in range(1, int(seconds * 2) + 1):
        at_s = first_s + n / 2
        room.sound(at_s, share)
        if burst_wanted(room.state, at_s, room.policy):
            asked.append(at_s)
        if n % 2 == 0:
            room.ticks(int(at_s), int(at_s))
    return asked


def watch_mouth(room: Room, first_s: float, mouths: list[float], every_s: float = 0.2) -> None:
    for n, mouth in enumerate(mouths):
        room.head(first_s + n * every_s, mouth=mouth)


def test_speech_counts_its_own_seconds() -> None:
    room = Room()
    speak(room, 10.0, 1.5)
    assert room.incidents == {}
    room.sound(12.0)
    assert room.open == {"speech#1"}
    assert room.words("speech#1") == "Voice, lips unknown for 2.0 s, level -25 dBFS"
    assert room.incidents["speech#1"].began_at_s == 10.0
    assert room.incidents["speech#1"].confidence == 0.95


def test_sound_that_is_no_speech_is_nothing() -> None:
    room = Room()
    speak(room, 10.0, 60.0, share=0.3)
    assert room.incidents == {}


def test_single_words_far_apart_are_nothing() -> None:
    room = Room()
    for t in range(10, 200, 6):
        speak(room, float(t), 0.5)
        room.ticks(t + 1, t + 5)
    assert room.incidents == {}


def test_speech_with_short_pauses_adds_up() -> None:
    room = Room()
    for t in range(10, 20, 2):
        speak(room, float(t), 1.0)
        room.ticks(t + 1, t + 2)
    assert room.open == {"speech#1"}


def test_pieces_that_do_not_come_are_silence() -> None:
    room = Room()
    speak(room, 10.0, 4.0)
    assert room.open == {"speech#1"}
    room.ticks(15, 17)
    assert room.open == set()


def test_a_gap_between_pieces_is_silence_even_without_seconds_told() -> None:
    room = Room()
    room.sound(10.0)
    room.sound(11.9)
    room.sound(13.8)
    assert room.state.hold(Signal.SPEECH).held_s == pytest.approx(1.5)


def test_a_burst_is_asked_for_once_speech_goes_on_and_seldom() -> None:
    assert STANDARD.scan.burst_every_s == 20
    assert speak(Room(), 10.0, 45.0) == [11.0, 31.0, 51.0]
    assert speak(Room(), 10.0, 0.5) == []


@pytest.mark.parametrize(
    "policy",
    [
        with_rule(Signal.SPEECH, enabled=False),
        replace(STANDARD, scan=replace(STANDARD.scan, burst_s=0.0)),
        replace(STANDARD, scan=replace(STANDARD.scan, head_period_s=0.0)),
    ],
)
def test_no_burst_where_nothing_would_be_made_of_it(policy: Policy) -> None:
    assert speak(Room(policy), 10.0, 30.0) == []


def test_every_picture_of_a_burst_is_looked_at() -> None:
    policy = with_rule(Signal.LOOKING_AWAY, enabled=False)
    room = Room(with_rule(Signal.SPOOF, policy, enabled=False))
    assert PlannedLook.HEAD not in looks_wanted(room.state, 9.0, room.policy)
    speak(room, 10.0, 1.0)
    room.head(11.2)
    assert PlannedLook.HEAD in looks_wanted(room.state, 11.4, room.policy)
    assert PlannedLook.HEAD not in looks_wanted(room.state, 20.0, room.policy)


@pytest.mark.parametrize(
    ("mouths", "said"),
    [
        ([0.1, 0.25, 0.05, 0.3, 0.12, 0.28, 0.06, 0.22, 0.1, 0.26], "Voice, lips moving"),
        ([0.10, 0.11, 0.10, 0.09, 0.10, 0.11, 0.10, 0.10, 0.11, 0.10], "Voice, lips still"),
        ([0.10, 0.25, 0.05], "Voice, lips unknown"),
    ],
)
def test_lips_are_told_by_how_the_mouth_varies(mouths: list[float], said: str) -> None:
    room = Room()
    speak(room, 10.0, 1.5)
    watch_mouth(room, 11.6, mouths)
    speak(room, 11.5, 4.0)
    assert room.words("speech#1").startswith(said)


def test_pictures_that_come_after_a_short_remark_still_tell_its_lips() -> None:
    room = Room()
    speak(room, 10.0, 2.0)
    assert room.words("speech#1").startswith("Voice, lips unknown")
    watch_mouth(room, 10.6, [0.10, 0.11] * 5)
    assert room.words("speech#1").startswith("Voice, lips still for 2.0 s")
    assert room.incidents["speech#1"].last_seen_at_s == 12.0


def test_slow_pictures_do_not_tell_lips() -> None:
    room = Room()
    for t in range(10, 30):
        room.sound(t + 0.5)
        room.sound(t + 1.0)
        room.head(t + 1.0, mouth=0.1 if t % 2 else 0.4)
    assert room.words("speech#1").startswith("Voice, lips unknown")


def test_untrusted_mouths_do_not_tell_lips() -> None:
    room = Room()
    speak(room, 10.0, 1.5)
    for n in range(12):
        room.head(11.5 + n * 0.2, mouth=0.1 if n % 2 else 0.4, doubt=Doubt.BLURRED)
    speak(room, 11.5, 4.0)
    assert room.words("speech#1").startswith("Voice, lips unknown")


def test_a_mouth_that_moved_before_the_voice_says_nothing_of_it() -> None:
    room = Room()
    watch_mouth(room, 5.0, [0.1, 0.4] * 6)
    speak(room, 10.0, 4.0)
    assert room.words("speech#1").startswith("Voice, lips unknown")


def test_what_was_seen_of_the_lips_stays_said() -> None:
    room = Room()
    speak(room, 10.0, 1.5)
    watch_mouth(room, 11.6, [0.10, 0.11] * 5)
    speak(room, 11.5, 30.0)
    assert room.words("speech#1").startswith("Voice, lips still for")
    assert "mouth varies by 0.01 in 10 pictures" in room.words("speech#1")


def test_quiet_or_clipped_sound_is_less_sure() -> None:
    quiet, clipped = Room(), Room()
    for n in range(1, 10):
        quiet.sound(10 + n / 2, level_dbfs=-60.0)
        clipped.feed(SpeechObserved(10 + n / 2, 0.5, 1.0, 1.0, -3.0, 0.4))
    assert quiet.incidents["speech#1"].confidence == clipped.incidents["speech#1"].confidence == 0.76


def test_a_lost_connection_is_no_silence_and_no_speech() -> None:
    room = Room()
    speak(room, 10.0, 3.0)
    room.feed(ConnectionChanged(13.1, False))
    room.feed(*(TimePassed(float(t)) for t in range(14, 60)))
    assert "speech#1" in room.open


def test_a_microphone_that_cannot_be_trusted_says_nothing() -> None:
    room = Room()
    room.feed(DetectorsOff(0.0, (Detector.SPEECH,)))
    assert speak(room, 10.0, 20.0) == []
    assert room.incidents == {}


def test_odd_lengths_do_not_count_double() -> None:
    room = Room()
    for n in range(1, 6):
        room.feed(SpeechObserved(10 + n * 0.1, 60.0, 1.0, 1.0, -20.0, 0.0))
        room.feed(SpeechObserved(10 + n * 0.1, -5.0, 1.0, 1.0, -20.0, 0.0))
    assert room.state.hold(Signal.SPEECH).held_s <= 2.5


def test_a_muted_microphone_and_a_second_screen_are_levels() -> None:
    room = Room()
    room.page(1.0, PageEventKind.MICROPHONE_MUTED)
    room.page(1.0, PageEventKind.SECOND_SCREEN_ON)
    room.ticks(2, 8)
    assert room.open == {"microphone_muted#1", "second_screen#1"}
    room.page(9.0, PageEventKind.MICROPHONE_UNMUTED)
    room.page(9.0, PageEventKind.SECOND_SCREEN_OFF)
    room.ticks(10, 12)
    assert room.open == set()
    room.page(60.0, PageEventKind.MICROPHONE_STOPPED)
    room.ticks(61, 70)
    assert room.open == {"microphone_muted#2"}
    assert room.words("microphone_muted#2") == "Microphone muted or without sound for 9.0 s"


def test_a_second_screen_from_before_the_exam_is_known() -> None:
    room = Room()
    room.state = replace(room.state, watching=False)
    room.page(1.0, PageEventKind.SECOND_SCREEN_ON)
    room.state = replace(room.state, watching=True)
    room.ticks(10, 20)
    assert room.open == {"second_screen#1"}
