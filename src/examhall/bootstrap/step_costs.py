"""What each step of a plan takes on this machine: measured, on a drawn room with a portrait in it."""

import statistics
import time
from collections.abc import Callable
from pathlib import Path

from examhall.adapters.detectors.analyzer import FrameAnalyzer
from examhall.adapters.detectors.model_registry import default_models_dir
from examhall.adapters.detectors.speech import ListenerFactory, SpeechListener
from examhall.adapters.simulation.reel import artist_of
from examhall.adapters.simulation.scenes import encode_jpeg
from examhall.application.ports.vision import AudioJob, FrameJob, Look
from examhall.bootstrap.vision import build_analyzer
from examhall.domain.observation import Scan
from examhall.domain.plan_cost import CHUNK_S, Step, StepCost
from examhall.domain.policy import ScanPlan

ROUNDS = 15
_SAMPLE_RATE_HZ = 16_000


def measure_step_costs(plan: ScanPlan, models_dir: Path | None = None) -> tuple[StepCost, ...]:
    """Medians of 15 rounds, in CPU milliseconds of one thread; takes a few seconds.

    Each step is what it adds to a frame without it. Raises ExamhallError `model_missing`, `model_altered`.
    """
    folder = models_dir or default_models_dir()
    analyzer = build_analyzer(folder)
    jpeg = encode_jpeg(artist_of(folder, 0).normal(0.0), 80)
    jobs = {
        "bare": _job(jpeg, plan, None),
        "coarse": _job(jpeg, plan, Scan.COARSE),
        "fine": _job(jpeg, plan, Scan.FINE),
        "head": _job(jpeg, plan, Scan.COARSE, Look.HEAD),
        "identity": _job(jpeg, plan, Scan.COARSE, Look.HEAD, Look.IDENTITY),
        "objects": _job(jpeg, plan, Scan.COARSE, Look.OBJECTS),
    }
    ms = _medians({name: _looking(analyzer, job) for name, job in jobs.items()})
    return (
        StepCost(Step.FRAME, ms["bare"]),
        StepCost(Step.COARSE, _over(ms["coarse"], ms["bare"])),
        StepCost(Step.FINE, _over(ms["fine"], ms["bare"])),
        StepCost(Step.HEAD, _over(ms["head"], ms["coarse"])),
        StepCost(Step.IDENTITY, _over(ms["identity"], ms["head"])),
        StepCost(Step.OBJECTS, _over(ms["objects"], ms["coarse"])),
        StepCost(Step.SOUND, _medians({"sound": _listening(ListenerFactory(folder)())})["sound"]),
    )


def _job(jpeg: bytes, plan: ScanPlan, scan: Scan | None, *looks: Look) -> FrameJob:
    return FrameJob("plan", jpeg, scan, plan, looks=frozenset(looks))


def _looking(analyzer: FrameAnalyzer, job: FrameJob) -> Callable[[], object]:
    return lambda: analyzer(job)


def _listening(listener: SpeechListener) -> Callable[[], object]:
    silence = bytes(round(_SAMPLE_RATE_HZ * CHUNK_S) * 2)
    return lambda: listener(AudioJob("plan", silence))


def _medians(runs: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Interleaved, so that a busy moment of the machine falls on all alike; the first round warms up."""
    taken: dict[str, list[float]] = {name: [] for name in runs}
    for round_number in range(ROUNDS + 1):
        for name, run in runs.items():
            began = time.thread_time()
            run()
            if round_number:
                taken[name].append((time.thread_time() - began) * 1000)
    return {name: statistics.median(values) for name, values in taken.items()}


def _over(with_it: float, without: float) -> float:
    return max(0.0, with_it - without)
