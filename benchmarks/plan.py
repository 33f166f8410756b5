"""(c) a candidate-second of the default policy with everything on: against one picture of the tutorial, against what
`examhall plan` says, and against its own floor."""

import statistics
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from examhall.adapters.detectors.analyzer import FrameAnalyzer
from examhall.adapters.detectors.model_registry import ModelRegistry, default_models_dir
from examhall.adapters.detectors.model_signature import open_model
from examhall.adapters.detectors.speech import ListenerFactory
from examhall.adapters.simulation.behaviours import Scene
from examhall.adapters.simulation.reel import Reel, artist_of, shoot_reel
from examhall.application.ports.vision import AudioJob, FrameJob, Look
from examhall.application.seeing import observations_of
from examhall.bootstrap.step_costs import measure_step_costs
from examhall.bootstrap.vision import build_analyzer
from examhall.domain.observation import Scan, WatchChanged
from examhall.domain.plan_cost import CHUNK_S, PlanCost, Step, candidates_per_core, plan_cost
from examhall.domain.policy import Policy, Preset
from examhall.domain.presets import PRESETS
from examhall.domain.rules.engine import RulesState, step
from examhall.domain.rules.plan import looks_wanted, wants_fine
from examhall.pipeline.sampling import BUSY
from face_path import SeedPath
from report import Report
from seats import seats

SPAN_S = 60
PASSES = 3
# The enrolled face: any point is as far from a real embedding as another; it costs the same.
TEMPLATE = tuple([0.1] * 128)


@dataclass
class Minute:
    """What one candidate's minute took, CPU milliseconds, and what was done."""

    frames_ms: float = 0.0
    done: Counter[str] = field(default_factory=Counter)


async def measure(report: Report) -> None:
    """Fill in candidate_second_vs_seed, plan_vs_measured and frame_path_vs_floor_all."""
    cv2.setNumThreads(1)
    policy, folder = PRESETS[Preset.STANDARD], default_models_dir()
    analyzer = build_analyzer(folder)
    reels = [shoot_reel(artist_of(folder, number), frozenset({Scene.NORMAL})) for number in range(2)]
    seed, minutes, seeds = SeedPath(), [], []
    try:
        for number in range(PASSES + 1):
            minute = _minute(analyzer, policy, reels[number % len(reels)])
            taken = [seed.ms(seat) for seat in seats() for _ in range(3)]
            if number:  # the first warms up
                minutes.append(minute)
                seeds += taken
    finally:
        seed.close()
    planned = plan_cost(policy, measure_step_costs(policy.scan, folder))
    seed_ms, second_ms = statistics.median(seeds), _second_ms(minutes)
    sound_ms = _sound_ms(folder)
    talking_ms = second_ms + sound_ms + _burst_ms(policy, planned)
    report.add("tutorial's path, one picture", seed_ms, "ms", key=False)
    report.add("a quiet candidate-second", second_ms, "ms/s", key=False)
    report.add("a second of sound", sound_ms, "ms/s", key=False)
    report.add("a talking candidate-second", talking_ms, "ms/s", key=False)
    report.add("candidate_second_vs_seed", second_ms / seed_ms, "times", at_most=0.45)
    report.add("candidate_second_talking_vs_seed", talking_ms / seed_ms, "times", at_most=0.45)
    report.add("the plan says, quiet", planned.quiet_ms_per_s, "ms/s", key=False)
    report.add("plan_vs_measured", planned.quiet_ms_per_s / second_ms, "times", at_most=1.25)
    report.add("candidates_per_core", candidates_per_core(second_ms, BUSY), "")
    floor_ms = _floor_ms(minutes[0], reels[0].picture(Scene.NORMAL, 0))
    report.add("frame_path_vs_floor_all", second_ms * SPAN_S / floor_ms, "times", at_most=1.35)
    report.details["plan"] = {row.step.value: round(row.run_ms, 3) for row in planned.rows}
    report.details["candidate_minute"] = {
        "frames_ms": [round(minute.frames_ms, 1) for minute in minutes],
        "done": dict(minutes[0].done),
    }


def _minute(analyzer: FrameAnalyzer, policy: Policy, reel: Reel) -> Minute:
    """60 candidate-seconds as the server would look at them: the rules say what is wanted next."""
    minute = Minute()
    state, _ = step(RulesState(), WatchChanged(0.0, watching=True), policy)
    for second in range(1, SPAN_S + 1):
        at_s = float(second)
        scan = Scan.FINE if wants_fine(state, at_s, policy.scan) else Scan.COARSE
        looks = frozenset(Look(wanted.value) for wanted in looks_wanted(state, at_s, policy))
        job = FrameJob("bench", reel.picture(Scene.NORMAL, second), scan, policy.scan, looks=looks)
        began = time.process_time()
        analysis = analyzer(job)
        minute.frames_ms += (time.process_time() - began) * 1000
        minute.done.update([scan.value, *(look.value for look in looks)])
        for seen in observations_of(analysis, at_s, second, TEMPLATE):
            state, _ = step(state, seen, policy)
    return minute


def _second_ms(minutes: list[Minute]) -> float:
    return statistics.median(minute.frames_ms for minute in minutes) / SPAN_S


def _sound_ms(folder: Path) -> float:
    """A second of sound, CPU milliseconds."""
    listener, noise = ListenerFactory(folder)(), np.random.default_rng(1)
    taken, memory = [], b""
    for _ in range(40):
        pcm = noise.integers(-3000, 3000, 8000, dtype=np.int16).tobytes()
        began = time.process_time()
        memory = listener(AudioJob("bench", pcm, memory)).memory
        taken.append((time.process_time() - began) * 1000)
    return statistics.median(taken) / CHUNK_S


def _burst_ms(policy: Policy, planned: PlanCost) -> float:
    """The pictures for the lips of one who talks all the time: each is a coarse frame with a head."""
    plan, prices = policy.scan, {row.step: row.run_ms for row in planned.rows}
    frames_per_s = plan.burst_s / plan.burst_interval_s / plan.burst_every_s
    return frames_per_s * (prices[Step.FRAME] + prices[Step.COARSE] + prices[Step.HEAD])


def _floor_ms(minute: Minute, jpeg: bytes) -> float:
    """What cannot be spared: decode each JPEG, run each model as often, on inputs that are ready for it."""
    registry = ModelRegistry(default_models_dir())
    runs = {
        ("faces", "coarse"): minute.done["coarse"] + minute.done["fine"],
        ("faces", "fine"): minute.done["fine"],
        ("mesh", ""): minute.done["head"],
        ("iris", ""): 2 * minute.done["head"],
        ("identity", ""): minute.done["identity"],
        ("phone_book", ""): minute.done["objects"],
        ("person_laptop", ""): minute.done["objects"],
    }
    encoded = np.frombuffer(jpeg, np.uint8)
    total = SPAN_S * _median_ms(lambda: cv2.imdecode(encoded, cv2.IMREAD_COLOR))
    plan = PRESETS[Preset.STANDARD].scan
    sizes = {"coarse": (plan.coarse_height, plan.coarse_width), "fine": (plan.fine_height, plan.fine_width)}
    for (task, size), count in runs.items():
        model = open_model(registry.model_for(task))
        (image,) = model.get_inputs()
        shape = (*sizes[size], 3) if size else tuple(image.shape)
        ready = np.random.default_rng(2).integers(0, 255, shape, dtype=np.uint8)
        total += count * _median_ms(
            lambda model=model, image=image, ready=ready: model.run(None, {image.name: ready})
        )
    return total


def _median_ms(run: Callable[[], object]) -> float:
    run()
    taken = []
    for _ in range(15):
        began = time.process_time()
        run()
        taken.append((time.process_time() - began) * 1000)
    return statistics.median(taken)
