"""`make bench`: measure, print the table, write benchmarks/out/bench.json."""

import asyncio

import face_path
import live
import meetings
import plan
from report import Report

PARTS = (face_path.measure, plan.measure, live.measure, meetings.measure)


async def measure_all(report: Report) -> None:
    for part in PARTS:
        await part(report)


def main() -> None:
    report = Report()
    try:
        asyncio.run(measure_all(report))
    finally:
        # What was measured before something broke is worth having.
        if report.rows:
            report.write()
            report.print()


if __name__ == "__main__":
    main()
