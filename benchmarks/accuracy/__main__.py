"""Measure everything and write docs/accuracy.md and benchmarks/out/accuracy.json."""

import sys
import time

from accuracy import page
from accuracy.dataset import DatasetError, data_folder, read_clips, read_stills
from accuracy.report import JSON_PATH, PAGE_PATH, ROOT
from accuracy.work import measure_all

_VERDICTS = {"yes": "ok    ", "**no**": "MISSED", "not measured": "      "}


def main() -> int:
    started = time.perf_counter()

    def say(words: str) -> None:
        print(f"{time.perf_counter() - started:5.0f} s  {words}", flush=True)

    try:
        folder = data_folder()
        pictures, clips = read_stills(folder), read_clips(folder)
    except DatasetError as error:
        print(error, file=sys.stderr)
        return 1
    report = measure_all(pictures, clips, say)
    report.write(page.head(pictures, clips), page.tail())
    for goal in report.goals:
        print(f"{_VERDICTS[goal.verdict]} {goal.words}: {goal.reached}")
    for path in (PAGE_PATH, JSON_PATH):
        say(f"written to {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
