"""Shares the measuring among processes, one for each core: every part fills a report of its own."""

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import cv2

from accuracy import conditions, gaze, identity, incidents, people, speech, stills
from accuracy.dataset import Clip, Still
from accuracy.report import Report
from accuracy.seen import SeenFrame, look_at_clips, look_at_stills
from examhall.adapters.detectors.analyzer import FrameAnalyzer
from examhall.application.ports.vision import FrameAnalysis
from examhall.bootstrap.vision import build_analyzer

_STILLS_A_SHARE = 40


@dataclass(frozen=True, slots=True)
class Material:
    """The labels, and what the analyzer saw in each picture and clip."""

    stills: Sequence[Still]
    clips: Sequence[Clip]
    seen: Mapping[Path, FrameAnalysis]
    frames: Mapping[str, Sequence[SeenFrame]]


def _faces(material: Material, analyzer: FrameAnalyzer, report: Report) -> None:
    stills.measure(material.stills, material.seen, analyzer, report)


def _gaze(material: Material, _: FrameAnalyzer, report: Report) -> None:
    gaze.measure(material.clips, material.frames, report)


def _identity(material: Material, _: FrameAnalyzer, report: Report) -> None:
    identity.measure(material.stills, material.seen, report)


def _phones(material: Material, _: FrameAnalyzer, report: Report) -> None:
    people.measure_phones(material.stills, material.clips, material.seen, material.frames, report)


def _second_person(material: Material, analyzer: FrameAnalyzer, report: Report) -> None:
    people.measure_second_person(material.stills, material.seen, analyzer, report)


def _speech(_: Material, __: FrameAnalyzer, report: Report) -> None:
    speech.measure(report)


def _incidents(material: Material, analyzer: FrameAnalyzer, report: Report) -> None:
    incidents.measure(material.clips, analyzer, report)


def _causes(material: Material, analyzer: FrameAnalyzer, report: Report) -> None:
    conditions.measure_causes(people.portraits_of(material.stills, material.seen), analyzer, report)


def _calm(material: Material, analyzer: FrameAnalyzer, report: Report) -> None:
    conditions.measure_calm(people.portraits_of(material.stills, material.seen), analyzer, report)


# In the order of the page.
PARTS: tuple[Callable[[Material, FrameAnalyzer, Report], None], ...] = (
    _faces, _gaze, _identity, _phones, _second_person, _speech, _incidents, _causes, _calm,
)  # fmt: skip


def measure_all(pictures: Sequence[Still], clips: Sequence[Clip], say: Callable[[str], None]) -> Report:
    """Look at everything, then measure the parts, in as many processes as there are cores."""
    report = Report()
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        shares = [pictures[i : i + _STILLS_A_SHARE] for i in range(0, len(pictures), _STILLS_A_SHARE)]
        longest_first = sorted(clips, key=lambda clip: -clip.duration_s)
        looked = [pool.submit(_look_at_clip, clip) for clip in longest_first]
        seen = {path: one for share in pool.map(_look_at_stills, shares) for path, one in share.items()}
        frames = {name: some for future in looked for name, some in future.result().items()}
        say(f"looked at {len(seen)} pictures and {len(frames)} clips")
        material = Material(pictures, clips, seen, frames)
        for part, done in zip(PARTS, [pool.submit(_measure, part, material) for part in PARTS], strict=True):
            report.take(done.result())
            say(f"measured{part.__name__.replace('_', ' ')}")
    return report


def _look_at_stills(some: Sequence[Still]) -> dict[Path, FrameAnalysis]:
    return look_at_stills(some, _analyzer())


def _look_at_clip(clip: Clip) -> dict[str, list[SeenFrame]]:
    return look_at_clips([clip], _analyzer())


def _measure(part: Callable[[Material, FrameAnalyzer, Report], None], material: Material) -> Report:
    report = Report()
    part(material, _analyzer(), report)
    return report


_opened: list[FrameAnalyzer] = []


def _analyzer() -> FrameAnalyzer:
    """One for each process, opened when first asked for."""
    if not _opened:
        cv2.setNumThreads(1)
        _opened.append(build_analyzer())
    return _opened[0]
