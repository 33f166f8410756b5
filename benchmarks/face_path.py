"""(a) our face path against the tutorial's, (b) against its own floor: interleaved, in one run."""

import base64
import json
import math
import statistics
import subprocess
import time
from pathlib import Path

import cv2
import numpy as np

from examhall.adapters.detectors.model_registry import ModelRegistry, default_models_dir
from examhall.adapters.detectors.model_signature import open_session
from examhall.application.ports.vision import FrameJob
from examhall.bootstrap.vision import build_vision_pool
from examhall.domain.observation import Scan
from examhall.domain.policy import ScanPlan
from examhall.pipeline.worker_pool import WorkerPool
from examhall.vision.boxes import letterbox
from report import Report, spread
from seats import Seat, seats

ROOT = Path(__file__).resolve().parent.parent
SEED_PYTHON = ROOT / ".venv-bench" / "bin" / "python"
ROUNDS = 12
# Several frames in a row, so that no path is charged for another's memory caches alone.
BATCH = 3
PLAN_SPAN_S = 60.0


class SeedPath:
    """The tutorial's own process; one answer per picture."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [SEED_PYTHON, Path(__file__).with_name("seed_path.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ms(self, seat: Seat) -> float:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        data_url = "data:image/png;base64," + base64.b64encode(seat.png).decode()
        self._process.stdin.write(json.dumps(data_url) + "\n")
        self._process.stdin.flush()
        return float(json.loads(self._process.stdout.readline())["ms"])

    def close(self) -> None:
        self._process.communicate()


class FloorPath:
    """What cannot be spared: decode the JPEG, run the model on a picture that is ready for it."""

    def __init__(self, plan: ScanPlan) -> None:
        self._session = open_session(ModelRegistry(default_models_dir()).path_of("centerface"))
        self._plan = plan
        self._inputs: dict[str, np.ndarray] = {}

    def ms(self, seat: Seat) -> float:
        encoded = np.frombuffer(seat.jpeg, np.uint8)
        if seat.name not in self._inputs:
            picture = np.asarray(cv2.imdecode(encoded, cv2.IMREAD_COLOR), np.uint8)
            boxed = letterbox(picture, self._plan.coarse_width, self._plan.coarse_height)
            self._inputs[seat.name] = boxed.picture
        started = time.perf_counter()
        cv2.imdecode(encoded, cv2.IMREAD_COLOR)
        self._session.run(None, {"image": self._inputs[seat.name]})
        return (time.perf_counter() - started) * 1000


async def _ours_ms(pool: WorkerPool, seat: Seat, scan: Scan, plan: ScanPlan) -> float:
    started = time.perf_counter()
    await pool.analyze(FrameJob("bench", seat.jpeg, scan, plan))
    return (time.perf_counter() - started) * 1000


async def measure(report: Report) -> None:
    """Fill in face_path_vs_seed, face_plan_vs_seed and face_path_vs_floor."""
    cv2.setNumThreads(1)
    plan, pictures = ScanPlan(), seats()
    times: dict[str, list[float]] = {"seed": [], "coarse": [], "fine": [], "floor": []}
    pool, seed, floor = build_vision_pool(), SeedPath(), FloorPath(plan)
    await pool.start()
    try:
        for round_number in range(ROUNDS + 1):
            for seat in pictures:
                taken = {
                    "seed": [seed.ms(seat) for _ in range(BATCH)],
                    "coarse": [await _ours_ms(pool, seat, Scan.COARSE, plan) for _ in range(BATCH)],
                    "floor": [floor.ms(seat) for _ in range(BATCH)],
                    "fine": [await _ours_ms(pool, seat, Scan.FINE, plan) for _ in range(BATCH)],
                }
                if round_number:  # the first round warms up
                    for name, values in taken.items():
                        times[name] += values
    finally:
        seed.close()
        await pool.stop()
    _judge(report, times, plan)


def _judge(report: Report, times: dict[str, list[float]], plan: ScanPlan) -> None:
    seed, coarse, fine, floor = (
        statistics.median(times[name]) for name in ("seed", "coarse", "fine", "floor")
    )
    frames = round(PLAN_SPAN_S / plan.interval_s)
    fine_frames = math.ceil(PLAN_SPAN_S / plan.fine_period_s)
    per_plan_frame = ((frames - fine_frames) * coarse + fine_frames * fine) / frames
    for name, value in (("tutorial's path", seed), ("our coarse frame", coarse), ("our fine frame", fine)):
        report.add(name, value, "ms", key=False)
    report.add("our frame by the default plan", per_plan_frame, "ms", key=False)
    report.add("floor: decode and model alone", floor, "ms", key=False)
    report.add("face_path_vs_seed", seed / coarse, "times", at_least=6)
    report.add("face_plan_vs_seed", seed / per_plan_frame, "times", at_least=4.5)
    report.add("face_path_vs_floor", coarse / floor, "times", at_most=1.35)
    report.details["face_path"] = {
        **{f"{name}_ms": spread(values) for name, values in times.items()},
        "plan_ms": round(per_plan_frame, 3),
        "plan": {"frames": frames, "fine": fine_frames, "span_s": PLAN_SPAN_S},
    }
