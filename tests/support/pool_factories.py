"""Analyzers that worker processes build by name; payloads say what happens to the process."""

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from examhall.application.ports.vision import (
    AudioAnalysis,
    AudioJob,
    CameraFacts,
    FrameAnalysis,
    FrameJob,
    StageTimings,
)
from examhall.domain.errors import ErrorKind, ExamhallError
from examhall.domain.policy import ScanPlan

CRASH = b"crash"
HANG = b"hang"
SPIN = b"spin"
RAISE = b"raise"
NOT_A_PICTURE = b"not a picture"


def analysis(width: int, thumbnail: bytes | None = None) -> FrameAnalysis:
    return FrameAnalysis(
        width=width,
        height=1,
        faces=None,
        camera=CameraFacts(1.0, 2.0, 3.0, 2**64 - 1, 5),
        thumbnail=thumbnail,
        timings=StageTimings(0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
    )


def obey(job: FrameJob) -> FrameAnalysis:
    """Width is the length of the payload; magic payloads harm the process."""
    if job.payload == CRASH:
        os._exit(42)
    if job.payload == HANG:
        while True:
            time.sleep(60)
    if job.payload == SPIN:
        while True:
            pass
    if job.payload == RAISE:
        raise RuntimeError("a fault in a detector")
    if job.payload == NOT_A_PICTURE:
        raise ExamhallError(ErrorKind.INVALID, "not_a_picture", "These bytes are not a picture.")
    return analysis(len(job.payload), b"thumb" if job.thumbnail else None)


@dataclass(frozen=True)
class Obedient:
    def __call__(self) -> Callable[[FrameJob], FrameAnalysis]:
        return obey


@dataclass(frozen=True)
class Attentive:
    """Hears sound: the memory that comes back is the one given and this piece; magic sounds harm the process.

    `gate`: pieces wait until this file is there.
    """

    gate: Path | None = None

    def __call__(self) -> Callable[[AudioJob], AudioAnalysis]:
        return self._hear

    def _hear(self, job: AudioJob) -> AudioAnalysis:
        while self.gate is not None and not self.gate.exists():
            time.sleep(0.002)
        obey(FrameJob(job.lane, job.pcm, None, ScanPlan(), thumbnail=False))
        return AudioAnalysis(0.5, 1.0, 0.9, -20.0, 0.0, 1.5, job.memory + job.pcm)


@dataclass(frozen=True)
class Gated:
    """Frames are written to a log file in the order they are taken, and wait for a gate file."""

    log: Path
    gate: Path

    def __call__(self) -> Callable[[FrameJob], FrameAnalysis]:
        return self._look

    def _look(self, job: FrameJob) -> FrameAnalysis:
        with self.log.open("ab") as log:
            log.write(job.payload + b"\n")
        while not self.gate.exists():
            time.sleep(0.002)
        return obey(job)


@dataclass(frozen=True)
class Telling:
    """Answers with what its process is allowed and knows, as the thumbnail."""

    def __call__(self) -> Callable[[FrameJob], FrameAnalysis]:
        return self._look

    def _look(self, job: FrameJob) -> FrameAnalysis:
        import resource

        core, _ = resource.getrlimit(resource.RLIMIT_CORE)
        memory, _ = resource.getrlimit(resource.RLIMIT_AS)
        ignores_interrupt = signal.getsignal(signal.SIGINT) is signal.SIG_IGN
        names = ",".join(sorted(os.environ))
        return analysis(1, f"{core};{memory};{ignores_interrupt};{os.getpid()};{names}".encode())


@dataclass(frozen=True)
class Failing:
    def __call__(self) -> Callable[[FrameJob], FrameAnalysis]:
        raise ExamhallError(ErrorKind.UNAVAILABLE, "model_missing", "Run `examhall models build`.")


@dataclass(frozen=True)
class Babbling:
    """Says nonsense on the socket: what a taken-over worker might do."""

    def __call__(self) -> Callable[[FrameJob], FrameAnalysis]:
        return self._look

    def _look(self, job: FrameJob) -> FrameAnalysis:
        import gc
        import socket

        for thing in gc.get_objects():
            if isinstance(thing, socket.socket):
                thing.sendall(job.payload)
        return analysis(1)
