"""Measure everything and write docs/accuracy.md and benchmarks/out/accuracy.json."""

import sys
import time

import cv2

from accuracy import page, stills
from accuracy.dataset import DatasetError, data_folder, read_clips, read_stills
from accuracy.report import JSON_PATH, PAGE_PATH, ROOT, Report
from examhall.bootstrap.vision import build_analyzer


def main() -> int:
    started = time.perf_counter()
    try:
        folder = data_folder()
        pictures, clips = read_stills(folder), read_clips(folder)
    except DatasetError as error:
        print(error, file=sys.stderr)
        return 1
    cv2.setNumThreads(1)
    report = Report()
    analyzer = build_analyzer()
    stills.measure(pictures, analyzer, report)
    report.write(page.head(pictures, clips), page.tail())
    for goal in report.goals:
        print(f"{'ok    ' if goal.holds else 'MISSED'} {goal.words}: {goal.reached}")
    for path in (PAGE_PATH, JSON_PATH):
        print(f"written to {path.relative_to(ROOT)}")
    print(f"{time.perf_counter() - started:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
