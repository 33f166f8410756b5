"""Puts the vision workers and the model folder together."""

from pathlib import Path

from examhall.adapters.detectors.analyzer import AnalyzerFactory, FrameAnalyzer
from examhall.adapters.detectors.model_registry import default_models_dir
from examhall.adapters.detectors.speech import ListenerFactory
from examhall.application.ports.vision import DETECT_FACES_LANE
from examhall.pipeline.lanes import LaneRule, WhenFull
from examhall.pipeline.worker_pool import PoolConfig, WorkerPool


def build_vision_pool(
    models_dir: Path | None = None, *, workers: int = 1, hang_limit_s: float = 2.0
) -> WorkerPool:
    """The pool of worker processes that look at frames and hear sound. `models_dir` None is the usual folder."""
    folder = models_dir or default_models_dir()
    config = PoolConfig(
        workers=workers,
        hang_limit_s=hang_limit_s,
        lanes={DETECT_FACES_LANE: LaneRule(waiting=8, when_full=WhenFull.REFUSE, background=True)},
    )
    return WorkerPool(AnalyzerFactory(folder), config, listener=ListenerFactory(folder))


def build_analyzer(models_dir: Path | None = None) -> FrameAnalyzer:
    """The same analyzer in this process, for files a person names on the command line."""
    return AnalyzerFactory(models_dir or default_models_dir())()
