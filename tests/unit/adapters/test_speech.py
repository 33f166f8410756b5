"""Speech in real sound: the model against silence, noise and a synthesised voice, and hostile bytes."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from examhall.adapters.detectors.speech import ListenerFactory, Memory, SpeechListener
from examhall.application.ports.vision import AudioAnalysis, AudioJob
from examhall.domain.errors import ExamhallError
from support.people import MODELS_DIR
from support.voice import pcm16, voice

PIECE = 8_000


@pytest.fixture(scope="module")
def listener() -> SpeechListener:
    return ListenerFactory(MODELS_DIR)()


def hear(listener: SpeechListener, sound: np.ndarray, piece: int = PIECE) -> list[AudioAnalysis]:
    """sound: float -1..1."""
    pcm = pcm16(sound)
    heard: list[AudioAnalysis] = []
    memory = b""
    for begin in range(0, len(pcm), piece * 2):
        heard.append(listener(AudioJob("a/sound", pcm[begin : begin + piece * 2], memory)))
        memory = heard[-1].memory
    return heard


@pytest.mark.parametrize(("seed", "pitch_hz"), [(2, 115), (2, 190), (3, 115)])
def test_a_voice_is_heard(listener: SpeechListener, seed: int, pitch_hz: float) -> None:
    heard = hear(listener, voice(4.0, seed, pitch_hz))
    assert all(piece.speech_share >= 0.9 for piece in heard[1:])
    assert all(piece.duration_s == 0.5 for piece in heard)


@pytest.mark.parametrize(
    "sound",
    [
        np.zeros(32_000),
        np.random.default_rng(1).normal(0, 0.05, 32_000),
        np.sin(np.arange(32_000) * 2 * np.pi * 440 / 16_000) * 0.3,
        np.where(np.arange(32_000) % 4_000 < 40, 0.8, 0.0) * np.random.default_rng(2).normal(0, 1, 32_000),
    ],
    ids=["silence", "noise", "a tone", "clicks of keys"],
)
def test_what_is_no_voice_is_none(listener: SpeechListener, sound: np.ndarray) -> None:
    assert [piece.speech_share for piece in hear(listener, sound)] == [0.0] * 4


def test_the_level_of_digital_silence_is_a_number(listener: SpeechListener) -> None:
    silent = hear(listener, np.zeros(PIECE))[0]
    assert silent.level_dbfs == -120.0
    assert silent.clipped_share == 0.0


@pytest.mark.parametrize("sign", [1, -1])
def test_sound_at_full_scale_is_clipped_and_loud(listener: SpeechListener, sign: int) -> None:
    square = np.sign(np.sin(np.arange(PIECE) / 9 + 0.1)) * sign
    clipped = hear(listener, square)[0]
    assert clipped.clipped_share == 1.0
    assert clipped.level_dbfs == pytest.approx(0.0, abs=0.01)


def test_where_the_sound_is_cut_changes_nothing(listener: SpeechListener) -> None:
    """Windows run across pieces: half a second at a time gives what 100 ms at a time gives."""
    sound = voice(2.0)
    large = hear(listener, sound, 8_000)
    small = hear(listener, sound, 1_600)
    assert large[-1].memory == small[-1].memory


def test_less_than_a_window_waits_for_the_rest(listener: SpeechListener) -> None:
    short = listener(AudioJob("a/sound", bytes(200)))
    assert (short.speech_share, short.probability, short.duration_s) == (0.0, 0.0, 100 / 16_000)
    assert Memory.unpack(short.memory).rest.size == 100


@pytest.mark.parametrize("pcm", [b"", b"\x01", bytes(64_001), bytes(64_002)], ids=len)
def test_what_is_no_sound_is_refused(listener: SpeechListener, pcm: bytes) -> None:
    with pytest.raises(ExamhallError) as refused:
        listener(AudioJob("a/sound", pcm))
    assert refused.value.code == "sound_unreadable"


@given(
    samples=st.binary(min_size=1, max_size=1_000).map(lambda data: data * 2), memory=st.binary(max_size=2_200)
)
def test_any_bytes_give_numbers_or_a_refusal(listener: SpeechListener, samples: bytes, memory: bytes) -> None:
    heard = listener(AudioJob("a/sound", samples, memory))
    assert 0.0 <= heard.speech_share <= 1.0
    assert 0.0 <= heard.probability <= 1.0
    assert -120.0 <= heard.level_dbfs <= 0.0
    assert 0.0 <= heard.clipped_share <= 1.0
    assert math.isfinite(heard.duration_s)
    assert np.isfinite(Memory.unpack(heard.memory).state).all()


def test_a_memory_of_nonsense_is_forgotten() -> None:
    poisoned = np.full(256, np.nan, "<f4").tobytes() + bytes(128)
    assert not Memory.unpack(poisoned).state.any()
    assert Memory.unpack(b"short").pack() == Memory.fresh().pack()
