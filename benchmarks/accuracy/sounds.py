"""Sounds with a known truth: recorded speech from a package, spoken sentences, and synthesised noises.

Everything is 16 kHz mono float64 in -1..1. Noises are seeded, so a run can be made again.
"""

import io
import json
import subprocess
import tempfile
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from examhall.adapters.detectors.model_fetch import PackageShelf
from examhall.adapters.detectors.model_registry import PackageSource

ROOT = Path(__file__).resolve().parents[2]
BENCH_PYTHON = ROOT / ".venv-bench" / "bin" / "python"
RECORDED = ROOT / ".cache" / "accuracy"
HERTZ = 16_000
SPEECH_DBFS = -23.0
MICROPHONE_DBFS = -66.0

Sound = npt.NDArray[np.float64]

# Thirty seconds of a real conversation of two people, with who speaks when, in an MIT-licensed package.
_CONVERSATION = PackageSource(
    registry="pypi",
    package="pyannote-audio",
    version="4.0.7",
    package_sha256="852ea15c4d85bc34773e618267603ffca6a521669a74d33742692cc67fc700d6",
    files={
        "pyannote/audio/sample/sample.wav": "c319b4abca767b124e41432d364fd7df006cb26bb79d09326c487d606a134e6e",
        "pyannote/audio/sample/sample.rttm": "d78fe62c69d8e6dcbb42c26adfce83faccb374c5a1e6d987fe37f85f1c173c87",
    },
)

_SENTENCES = {
    "en-gb": "Question four: the answer should be B, because both terms are equal. What did you get?",
    "en-us": "Wait a moment, I think the second option is wrong. Read me the last line again, please.",
    "de": "Frage vier: die Antwort ist B, weil beide Terme gleich sind. Was hast du?",
    "fr-fr": "Question quatre: la réponse est B, parce que les deux termes sont égaux.",
    "es": "Pregunta cuatro: la respuesta es B, porque los dos términos son iguales.",
    "pt": "Questão quatro: a resposta é B, porque os dois termos são iguais.",
    "it": "Domanda quattro: la risposta è B, perché i due termini sono uguali.",
    "pl": "Pytanie czwarte: odpowiedź to B, bo oba wyrazy są równe.",
    "ru": "Вопрос четыре: ответ Б, потому что оба выражения равны.",  # noqa: RUF001
    "tr": "Dördüncü soru: cevap B, çünkü iki terim eşit.",
    "hi": "प्रश्न चार: उत्तर बी है, क्योंकि दोनों पद बराबर हैं।",
    "sw": "Swali la nne: jibu ni B, kwa sababu pande zote mbili ni sawa.",
}
_VARIANTS = ("+m1", "+m3", "+f2", "+f4")


@dataclass(frozen=True, slots=True)
class Track:
    """`spoken`: for each sample whether somebody speaks; `kind` groups tracks, `scene` is one voice or room."""

    kind: str
    scene: str
    sound: Sound
    spoken: npt.NDArray[np.bool_]


def spoken_tracks() -> list[Track]:
    """Every voice with a second of quiet room before and after; who speaks is told by the clean sound."""
    tracks = []
    for name, clean in _voices():
        quiet = np.zeros(HERTZ)
        sound = np.concatenate([quiet, clean, quiet])
        seed = sum(name.encode())
        tracks.append(Track("voice", name, sound + microphone(sound.size, seed), _loud(sound)))
    return tracks


def conversation() -> Track:
    """The recorded one. Raises ExamhallError when its package cannot be fetched."""
    files = _conversation_files()
    sound = _read_wave(files["sample.wav"])
    spoken = np.zeros(sound.size, np.bool_)
    for line in files["sample.rttm"].decode().splitlines():
        begin_s, length_s = map(float, line.split()[3:5])
        spoken[round(begin_s * HERTZ) : round((begin_s + length_s) * HERTZ)] = True
    return Track("conversation", "conversation", sound, spoken)


def noise_tracks(seconds: int = 30, seeds: Sequence[int] = (1, 2, 3)) -> list[Track]:
    """Rooms in which nobody speaks."""
    count = seconds * HERTZ
    tracks = [_silent("silence", "digital zero", np.zeros(count))]
    for seed in seeds:
        room = at_level(_fan(count, seed), -48.0 + 6.0 * (seed - 1))
        keys = keyboard(count, seed)
        tracks += [
            _silent("silence", f"microphone {seed}", microphone(count, seed)),
            _silent("room", f"room {seed}", room),
            _silent("keyboard", f"keyboard {seed}", keys + microphone(count, seed)),
            _silent("keyboard in a room", f"keyboard and room {seed}", keys + room),
        ]
    return tracks


def with_noise(track: Track, decibels: float, seed: int) -> Track:
    """The same speech in a room with somebody typing, `decibels` below it."""
    noise = _fan(track.sound.size, seed) + 0.5 * keyboard(track.sound.size, seed) / 0.05
    level = SPEECH_DBFS - decibels
    return Track(f"{decibels:g} dB", track.scene, track.sound + at_level(noise, level), track.spoken)


def microphone(count: int, seed: int) -> Sound:
    return at_level(np.random.default_rng(seed).normal(size=count), MICROPHONE_DBFS)


def keyboard(count: int, seed: int) -> Sound:
    """Six key strokes a second in bursts of typing: a click down, a duller one up."""
    dice = np.random.default_rng(1000 + seed)
    out = np.zeros(count + HERTZ)
    at = 0.0
    while at < count / HERTZ:
        at += dice.exponential(0.16) + (dice.exponential(2.5) if dice.random() < 0.04 else 0.0)
        for delay, gain, decay in ((0.0, 1.0, 0.004), (dice.uniform(0.06, 0.12), 0.4, 0.009)):
            length = int(0.05 * HERTZ)
            click = dice.normal(size=length) * np.exp(-np.arange(length) / (decay * HERTZ))
            ring = np.sin(np.arange(length) * dice.uniform(1500, 4500) * 2 * np.pi / HERTZ)
            begin = int((at + delay) * HERTZ)
            if begin + length < out.size:
                out[begin : begin + length] += (
                    gain * dice.uniform(0.5, 1.0) * (click + 0.3 * ring * np.abs(click))
                )
    return 0.12 * out[:count]


def at_level(sound: Sound, dbfs: float) -> Sound:
    """Scaled to this RMS."""
    rms = float(np.sqrt(np.mean(sound**2)))
    return sound * (10 ** (dbfs / 20) / rms) if rms > 0 else sound


def pcm(sound: Sound) -> bytes:
    return np.clip(np.round(sound * 32_768), -32_768, 32_767).astype("<i2").tobytes()


def _fan(count: int, seed: int) -> Sound:
    """Noise that falls with frequency, and the mains' hum."""
    dice = np.random.default_rng(2000 + seed)
    spectrum = np.fft.rfft(dice.normal(size=count))
    hertz = np.fft.rfftfreq(count, 1 / HERTZ)
    spectrum *= 1 / np.maximum(hertz, 40.0)
    noise = np.fft.irfft(spectrum, count)
    time = np.arange(count) / HERTZ
    hum = sum(np.sin(2 * np.pi * 50 * k * time + dice.uniform(0, 6)) / k for k in (1, 2, 3))
    return noise / noise.std() + 0.3 * hum


def _silent(kind: str, scene: str, sound: Sound) -> Track:
    return Track(kind, scene, sound, np.zeros(sound.size, np.bool_))


def _loud(clean: Sound) -> npt.NDArray[np.bool_]:
    """Where clean speech is within 40 dB of its loudest 32 ms."""
    window = 512
    count = clean.size // window
    power = (clean[: count * window].reshape(count, window) ** 2).mean(axis=1)
    loud = np.repeat(power > power.max() * 1e-4, window)
    return np.concatenate([loud, np.zeros(clean.size - loud.size, np.bool_)])


def _voices() -> list[tuple[str, Sound]]:
    with tempfile.TemporaryDirectory() as folder:
        wanted = [
            (voice + variant, text, str(Path(folder) / f"{voice}{variant}.wav"))
            for voice, text in _SENTENCES.items()
            for variant in _VARIANTS
        ]
        subprocess.run(
            [BENCH_PYTHON, Path(__file__).with_name("voices.py")],
            input=json.dumps(wanted),
            text=True,
            check=True,
        )
        return [
            (name, at_level(_read_wave(Path(path).read_bytes()), SPEECH_DBFS)) for name, _, path in wanted
        ]


def _conversation_files() -> dict[str, bytes]:
    """From the cache, where they lie after the first run."""
    names = [Path(path).name for path in _CONVERSATION.files]
    if not all((RECORDED / name).is_file() for name in names):
        RECORDED.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as folder:
            for name, data in PackageShelf(Path(folder)).files(_CONVERSATION).items():
                (RECORDED / name).write_bytes(data)
    return {name: (RECORDED / name).read_bytes() for name in names}


def _read_wave(data: bytes) -> Sound:
    with wave.open(io.BytesIO(data)) as file:
        hertz = file.getframerate()
        sound = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float64) / 32_768
    if hertz == HERTZ:
        return sound
    # Cut the spectrum at the new limit: no aliases, and no library needed.
    count = round(sound.size * HERTZ / hertz)
    return np.fft.irfft(np.fft.rfft(sound)[: count // 2 + 1], count) * (count / sound.size)
