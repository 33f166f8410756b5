"""Silero VAD on onnxruntime: is somebody speaking in this piece of sound?

The model is as its package ships it: `input` (1, 576) float32 in -1..1, which is the last 64 samples and 512
new ones (32 ms at 16 kHz), `state` (2, 1, 128) float32 and `sr` int64; out come the probability of
speech in that window and the next state. Pieces of half a second are no whole number of windows: what is
left over goes into the memory that the caller gives back with the next piece.
"""

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from examhall.adapters.detectors.model_registry import ModelRegistry, TaskModel
from examhall.adapters.detectors.model_signature import open_model
from examhall.application.ports.vision import AudioAnalysis, AudioJob
from examhall.vision.sound import SAMPLE_RATE_HZ, Samples, clipped_share, level_dbfs, read_pcm

WINDOW = 512
_CONTEXT = 64
_STATE_SHAPE = (2, 1, 128)
_STATE_BYTES = 2 * 128 * 4
_CONTEXT_BYTES = _CONTEXT * 2
_MAX_STATE = 1e4  # far above what the model makes; beyond, its numbers would overflow
_SPEECH = 0.5  # the model's own threshold

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Memory:
    """What goes from one piece to the next. state (2, 1, 128) float32; context (64,) and rest (0..511,) int16."""

    state: Floats
    context: Samples
    rest: Samples

    @classmethod
    def fresh(cls) -> "Memory":
        return cls(np.zeros(_STATE_SHAPE, np.float32), np.zeros(_CONTEXT, np.int16), np.zeros(0, np.int16))

    @classmethod
    def unpack(cls, data: bytes) -> "Memory":
        """Fresh for empty or senseless bytes: forgetting costs a window, believing nonsense a verdict."""
        fixed = _STATE_BYTES + _CONTEXT_BYTES
        if not fixed <= len(data) < fixed + WINDOW * 2 or len(data) % 2:
            return cls.fresh()
        state = np.frombuffer(data, "<f4", 2 * 128).reshape(_STATE_SHAPE)
        if not (np.abs(state) <= _MAX_STATE).all():  # NaN compares false
            return cls.fresh()
        context = np.frombuffer(data, "<i2", _CONTEXT, _STATE_BYTES)
        return cls(state, context, np.frombuffer(data, "<i2", offset=fixed))

    def pack(self) -> bytes:
        return self.state.astype("<f4").tobytes() + self.context.tobytes() + self.rest.tobytes()


class SpeechListener:
    """Stateless; one per worker process."""

    def __init__(self, model: TaskModel) -> None:
        self._session = open_model(model)
        self._rate = np.array(SAMPLE_RATE_HZ, np.int64)

    def __call__(self, job: AudioJob) -> AudioAnalysis:
        """Raises ExamhallError `sound_unreadable` as `examhall.vision.sound.read_pcm` does."""
        started = time.perf_counter()
        samples = read_pcm(job.pcm)
        probabilities, memory = self._hear(samples, Memory.unpack(job.memory))
        return AudioAnalysis(
            duration_s=samples.size / SAMPLE_RATE_HZ,
            speech_share=float(np.mean(probabilities >= _SPEECH)) if probabilities.size else 0.0,
            probability=float(np.mean(probabilities)) if probabilities.size else 0.0,
            level_dbfs=level_dbfs(samples),
            clipped_share=clipped_share(samples),
            total_ms=(time.perf_counter() - started) * 1000,
            memory=memory.pack(),
        )

    def run(self, window: Floats, state: Floats) -> tuple[float, Floats]:
        """One run of the model: window (1, 576), state (2, 1, 128) -> probability 0..1, the next state."""
        output, following = self._session.run(None, {"input": window, "state": state, "sr": self._rate})
        return float(output[0, 0]), following

    def _hear(self, samples: Samples, memory: Memory) -> tuple[Floats, Memory]:
        """The probability of each whole window, and what the next piece needs."""
        line = np.concatenate((memory.context, memory.rest, samples))
        count = (line.size - _CONTEXT) // WINDOW
        scaled = line.astype(np.float32) / np.float32(32_768)
        probabilities = np.zeros(count, np.float32)
        state = memory.state
        for index in range(count):
            begin = index * WINDOW
            probabilities[index], state = self.run(scaled[None, begin : begin + _CONTEXT + WINDOW], state)
        used = count * WINDOW
        return probabilities, Memory(state, line[used : used + _CONTEXT], line[used + _CONTEXT :])


@dataclass(frozen=True, slots=True)
class ListenerFactory:
    """Builds the listener inside a worker process: picklable, opens nothing before it is called."""

    models_dir: Path

    def __call__(self) -> SpeechListener:
        """Open and warm up. Raises ExamhallError `model_missing`, `model_altered` or `model_does_not_fit`."""
        listener = SpeechListener(ModelRegistry(self.models_dir).model_for("speech"))
        listener.run(np.zeros((1, _CONTEXT + WINDOW), np.float32), np.zeros(_STATE_SHAPE, np.float32))
        return listener
