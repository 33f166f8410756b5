"""Sound on its way: how fast it may come, when it was, and what is kept of it."""

import io
import wave

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examhall.application.ports.vision import EncodedFrame
from examhall.domain.errors import ExamhallError
from examhall.domain.frame_header import FrameCodec, FrameKind
from examhall.domain.policy import Preset, Signal
from examhall.domain.presets import PRESETS
from examhall.pipeline.incident_book import OpenedIncident
from examhall.pipeline.sound_evidence import (
    CLIP_S,
    NO_SOUND,
    RING_BYTES,
    RING_MS,
    SoundClip,
    SoundEvidence,
    SoundGap,
    SoundRing,
    wav_of,
)
from examhall.pipeline.sound_watch import PACE_BURST_S, PageTime, SoundPace
from support.attempts import NOON

POLICY = PRESETS[Preset.STANDARD]
PIECE = b"\x01\x00" * 8_000


def piece(captured_ms: int, content: bytes = PIECE, received_ms: int | None = None) -> EncodedFrame:
    received = captured_ms + 500 if received_ms is None else received_ms
    return EncodedFrame("a", FrameKind.AUDIO, FrameCodec.PCM16, 0, captured_ms, received, content)


def opened(signal: Signal = Signal.SPEECH, at_ms: int = NOON) -> OpenedIncident:
    return OpenedIncident("i", signal, at_ms - 2_000, at_ms, pause=False)


def samples(wav: bytes) -> bytes:
    with wave.open(io.BytesIO(wav)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (16_000, 1, 2)
        return file.readframes(file.getnframes())


# ---- how fast ------------------------------------------------------------------------------------


def test_sound_comes_as_fast_as_time_goes_for_as_long_as_it_likes() -> None:
    pace = SoundPace()
    for tick in range(2_000):
        pace.take(0.5, tick * 0.5)


def test_sound_of_another_sample_rate_is_more_than_time_and_is_refused() -> None:
    """44.1 kHz called 16 kHz is 2.76 seconds of sound a second."""
    pace = SoundPace()
    piece_s = 0.5 * 44_100 / 16_000
    for tick in range(10):
        pace.take(piece_s, tick * 0.5)
    with pytest.raises(ExamhallError, match="sound_too_fast"):
        [pace.take(piece_s, tick * 0.5) for tick in range(10, 20)]


def test_what_waited_in_a_network_that_stood_still_may_come_at_once() -> None:
    pace = SoundPace()
    pace.take(0.5, 0.0)
    for _ in range(int(PACE_BURST_S / 0.5)):
        pace.take(0.5, 20.0)
    with pytest.raises(ExamhallError, match="sound_too_fast"):
        pace.take(0.5, 20.0)
    pace.take(0.5, 21.0)


# ---- when ----------------------------------------------------------------------------------------


def test_a_delivery_at_once_does_not_squeeze_what_was_said() -> None:
    time = PageTime()
    assert time.at_s(1_000_000, 10.0) == 10.0
    late = [time.at_s(1_000_500 + 500 * n, 13.0) for n in range(4)]
    assert late == pytest.approx([10.5, 11.0, 11.5, 12.0], abs=0.01)


@given(st.lists(st.tuples(st.integers(-(2**63), 2**63 - 1), st.floats(0, 5)), max_size=30))
def test_clocks_that_jump_give_moments_that_only_go_forward(steps: list[tuple[int, float]]) -> None:
    time, now_s, last_s = PageTime(), 100.0, 0.0
    for page_ms, passed_s in steps:
        now_s += passed_s
        at_s = time.at_s(page_ms, now_s)
        assert last_s <= at_s <= now_s
        last_s = at_s


# ---- what is kept --------------------------------------------------------------------------------


def test_the_ring_holds_the_last_seconds_and_not_more_bytes_than_agreed() -> None:
    ring = SoundRing()
    for number in range(60):
        ring.add(piece(NOON + 500 * number))
    kept = ring.since(0)
    assert sum(len(p.payload) for p in kept) <= RING_BYTES
    assert kept[0].received_at_ms >= kept[-1].received_at_ms - RING_MS
    ring.forget(NOON + 30_000 + RING_MS + 1)
    assert ring.since(0) == []


def test_speech_is_kept_with_what_came_before_and_after_as_one_wav() -> None:
    evidence = SoundEvidence()
    for number in range(20):
        evidence.received(piece(NOON - 10_000 + 500 * number, bytes([number, 0]) * 8_000))
    evidence.opened(opened(), POLICY, NOON)
    assert not evidence.at_rest
    for number in range(20, 32):
        evidence.received(piece(NOON - 10_000 + 500 * number, bytes([number, 0]) * 8_000))
    assert evidence.ended(NOON + 4_000) == []
    (clip,) = evidence.ended(NOON + 4_001)
    assert isinstance(clip, SoundClip)
    assert evidence.at_rest
    # Began 2 s before it opened, and the policy keeps 4 s around it.
    assert clip.began_ms == NOON - 6_000
    assert set(samples(clip.wav)[::2]) == set(range(8, 28))
    assert len(samples(clip.wav)) == 10 * 32_000


def test_no_other_incident_keeps_a_word() -> None:
    evidence = SoundEvidence()
    evidence.received(piece(NOON))
    for signal in set(Signal) - {Signal.SPEECH}:
        evidence.opened(opened(signal), POLICY, NOON)
    assert evidence.at_rest
    assert evidence.ended(NOON, all_of_them=True) == []


def test_an_incident_without_sound_says_so() -> None:
    evidence = SoundEvidence()
    evidence.opened(opened(), POLICY, NOON)
    (gap,) = evidence.ended(NOON, all_of_them=True)
    assert gap == SoundGap("i", NOON, NO_SOUND, "no_sound")


def test_silence_that_was_not_sent_is_silence_again_and_jitter_is_none() -> None:
    wav = wav_of([piece(NOON), piece(NOON + 540), piece(NOON + 3_000)])
    sound = samples(wav)
    assert len(sound) == 3 * 32_000 + 16_000
    assert sound[:32_000] == PIECE * 2
    assert not any(sound[32_000 : 3 * 32_000])
    assert sound[3 * 32_000 :] == PIECE


@given(st.lists(st.tuples(st.integers(-20_000, 60_000), st.binary(min_size=2, max_size=200)), min_size=1))
def test_any_times_and_sizes_make_a_wav_of_bounded_length(parts: list[tuple[int, bytes]]) -> None:
    wav = wav_of([piece(NOON + at, content[: len(content) // 2 * 2]) for at, content in parts])
    assert len(samples(wav)) <= CLIP_S * 32_000


@given(st.integers(-100_000, 100_000))
def test_silence_up_to_a_moment_follows_what_was_said_and_cuts_nothing_of_it(until: int) -> None:
    sound = samples(wav_of([piece(NOON)], NOON + until))
    assert sound[:16_000] == PIECE
    assert not any(sound[16_000:])
    assert len(sound) == max(500, min(until, CLIP_S * 1_000)) * 32
