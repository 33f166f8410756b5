"""Golden answers: what the built models must say to the portraits and to a synthesised sound."""

from collections.abc import Callable, Mapping
from dataclasses import astuple
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import onnxruntime
from pydantic import BaseModel, ConfigDict

from examhall.adapters.detectors.centerface import CenterFace
from examhall.adapters.detectors.model_registry import ModelEntry
from examhall.adapters.detectors.model_signature import open_session
from examhall.domain.errors import ErrorKind, ExamhallError

GOLDEN_NAME = "golden.json"
SOUND_RATE = 16_000
_SPEECH_SAMPLES, _SPEECH_CONTEXT = 512, 64

Picture = npt.NDArray[np.uint8]
Sound = npt.NDArray[np.float32]


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Case(_Record):
    model: str


class GoldenFaces(_Case):
    """Faces of one portrait: rows of x1, y1, x2, y2 in pixels and the score."""

    portrait: str
    width: int
    height: int
    min_score: float
    faces: list[list[float]]


class GoldenValues(_Record):
    """Numbers of one output: `are[i]`, a number or a row, is what lies at index `at[i]`."""

    at: list[list[int]]
    are: list[float] | list[list[float]]
    within: float


class GoldenCrop(_Case):
    """A model that takes one square picture: `crop` is x, y, side in pixels of the portrait, scaled to
    the model's input."""

    portrait: str
    crop: tuple[int, int, int]
    outputs: dict[str, GoldenValues]


class GoldenSound(_Case):
    """Probabilities of speech in the blocks `at` of one second of a synthesised sound."""

    sound: str
    at: list[int]
    are: list[float]
    within: float


class Golden(_Record):
    faces: tuple[GoldenFaces, ...]
    crops: tuple[GoldenCrop, ...] = ()
    sounds: tuple[GoldenSound, ...] = ()


def check_golden(
    models_dir: Path, entries: tuple[ModelEntry, ...], golden_path: Path, report: Callable[[str], None]
) -> None:
    """Run the built models and compare; raises ExamhallError `model_golden_differs`.

    The site's own models are not asked: nobody knows their answers.
    """
    files = {entry.name: models_dir / entry.file for entry in entries if not entry.is_local}
    golden = Golden.model_validate_json(golden_path.read_text("utf-8"))
    sessions = {
        name: open_session(files[name])
        for name in sorted({case.model for case in (*golden.crops, *golden.sounds)})
    }
    for faces in golden.faces:
        where = f"on {faces.portrait} at {faces.width}x{faces.height}"
        _compare_faces(faces, files, where)
        report(f"{faces.model}: golden answer {where}")
    for crop in golden.crops:
        where = f"on {crop.portrait}"
        outputs = run_crop(sessions[crop.model], read_portrait(files[crop.portrait]), crop.crop)
        for name, values in crop.outputs.items():
            seen = [outputs[name][tuple(index)] for index in values.at]
            _compare(crop.model, f"{where} ({name})", np.array(seen), np.array(values.are), values.within)
        report(f"{crop.model}: golden answer {where}")
    for sound in golden.sounds:
        where = f"to {sound.sound}"
        probabilities = run_sound(sessions[sound.model], SOUNDS[sound.sound]())
        _compare(sound.model, where, probabilities[sound.at], np.array(sound.are), sound.within)
        report(f"{sound.model}: golden answer {where}")


def read_portrait(path: Path) -> Picture:
    picture = cv2.imread(str(path))
    if picture is None:
        raise _differs(path.name, "as a picture")
    return np.asarray(picture, np.uint8)


def run_crop(
    session: onnxruntime.InferenceSession, picture: Picture, crop: tuple[int, int, int]
) -> dict[str, npt.NDArray[np.float32]]:
    """Every output by its name, for a square of the picture."""
    x, y, side = crop
    wanted = session.get_inputs()[0].shape[0]
    square = cv2.resize(picture[y : y + side, x : x + side], (wanted, wanted), interpolation=cv2.INTER_AREA)
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, {"image": square}), strict=True))


def run_sound(session: onnxruntime.InferenceSession, sound: Sound) -> npt.NDArray[np.float32]:
    """The probability of speech in every block of 512 samples (32 ms)."""
    state = np.zeros((2, 1, 128), np.float32)
    context = np.zeros(_SPEECH_CONTEXT, np.float32)
    found = []
    for block in sound[: sound.size // _SPEECH_SAMPLES * _SPEECH_SAMPLES].reshape(-1, _SPEECH_SAMPLES):
        feed = {"input": np.concatenate([context, block])[None], "state": state, "sr": np.array(SOUND_RATE)}
        probability, state = session.run(["output", "stateN"], feed)
        found.append(float(probability[0, 0]))
        context = block[-_SPEECH_CONTEXT:]
    return np.array(found, np.float32)


def vowels() -> Sound:
    """A second of a voice that says vowels: pulses of the vocal cords through two resonances."""
    time = np.arange(SOUND_RATE) / SOUND_RATE
    phase = np.cumsum(120 + 15 * np.sin(2 * np.pi * 3 * time)) / SOUND_RATE
    source = np.diff(np.floor(phase), prepend=0.0)
    sound = source
    for first, last, width in ((700, 350, 90), (1200, 2100, 110), (2600, 2800, 160)):
        sound = _resonance(sound, np.linspace(first, last, SOUND_RATE), width)
    sound = sound * (0.55 + 0.45 * np.sin(2 * np.pi * 4 * time))
    return np.asarray(sound / np.abs(sound).max() * 0.5, np.float32)


def _resonance(
    sound: npt.NDArray[np.float64], frequencies: npt.NDArray[np.float64], width: float
) -> npt.NDArray[np.float64]:
    """A second-order resonator whose frequency (Hz) glides."""
    radius = np.exp(-np.pi * width / SOUND_RATE)
    turns = 2 * radius * np.cos(2 * np.pi * frequencies / SOUND_RATE)
    out = np.zeros(sound.size + 2)
    for index, value in enumerate(sound):
        out[index + 2] = value + turns[index] * out[index + 1] - radius**2 * out[index]
    return out[2:]


def hum() -> Sound:
    """A second of a mains hum with a little noise: no speech."""
    time = np.arange(SOUND_RATE) / SOUND_RATE
    noise = np.random.default_rng(7).normal(0, 0.01, SOUND_RATE)
    return np.asarray(0.05 * np.sin(2 * np.pi * 50 * time) + noise, np.float32)


SOUNDS: Mapping[str, Callable[[], Sound]] = {"vowels": vowels, "hum": hum}


def _compare_faces(expected: GoldenFaces, files: Mapping[str, Path], where: str) -> None:
    faces = CenterFace(open_session(files[expected.model])).find(
        read_portrait(files[expected.portrait]), expected.width, expected.height, expected.min_score
    )
    seen = np.array([[*astuple(face.box)] for face in faces])
    # Pixels may move by one and scores by a hundredth between processors, not more.
    _compare(expected.model, where, seen, np.array(expected.faces), (1, 1, 1, 1, 0.01))


def _compare(
    model: str,
    where: str,
    seen: npt.NDArray[np.floating],
    wanted: npt.NDArray[np.floating],
    within: float | tuple[float, ...],
) -> None:
    if seen.shape != wanted.shape or not np.allclose(seen, wanted, rtol=0, atol=within):
        raise _differs(model, where)


def _differs(model: str, where: str) -> ExamhallError:
    return ExamhallError(
        ErrorKind.INVALID,
        "model_golden_differs",
        f"The built model {model} does not give the golden answer {where}. Do not use it; report this with "
        "the versions of onnx and onnxruntime.",
    )
