"""Measure, print what must hold, write docs/reliability.md and benchmarks/out/load.json."""

import argparse
import asyncio
import json
import logging
import os
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

import structlog

from load import page
from load.crowd import Say, Shape, watch_crowd
from load.figures import Figures
from load.tiles import Tiles, watch_tiles
from report import OUT


def main() -> int:
    # The server of the tiles runs in this process: its lines are not what is wanted on the terminal.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    asked = _arguments()
    started = time.perf_counter()

    def say(words: str) -> None:
        print(f"{time.perf_counter() - started:5.0f} s  {words}", flush=True)

    runs = [asyncio.run(_run(size, asked, say)) for size in asked.candidates]
    tiles = asyncio.run(_tiles(asked, say)) if asked.tiles else None
    out = OUT.with_name("load.json")
    out.parent.mkdir(parents=True, exist_ok=True)
    found = {"runs": [asdict(run) for run in runs], "tiles": tiles and asdict(tiles)}
    out.write_text(json.dumps(found, indent=2) + "\n", "utf-8")
    command = "make load" if asked.minutes == 10 else f"make load MINUTES={asked.minutes:g}"
    text = page.section(runs, tiles, command, os.cpu_count() or 1)
    print(text)
    if asked.write:
        page.write(text)
    judged = page.goals(runs, tiles)
    for words, holds in judged:
        print(f"{'ok    ' if holds else 'MISSED'} {words}")
    return 0 if all(holds for _, holds in judged) else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make load", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0, help="how long each crowd is watched")
    parser.add_argument("--candidates", type=int, nargs="*", default=[50, 100], help="sizes of the crowds")
    parser.add_argument("--tiles", type=int, default=200, help="tiles on the proctor's page; 0 leaves it out")
    parser.add_argument("--tiles-s", type=float, default=60.0, help="how long the page is watched")
    parser.add_argument("--port", type=int, default=0, help="of the server; 0 takes a free one")
    parser.add_argument(
        "--no-write", dest="write", action="store_false", help="leave docs/reliability.md alone"
    )
    parser.add_argument("--keep-log", type=Path, help="folder for the server's log")
    return parser.parse_args()


async def _run(size: int, asked: argparse.Namespace, say: Say) -> Figures:
    say(f"{size} candidates: drawing their pictures, then they join within 10 s")
    with tempfile.TemporaryDirectory(prefix="examhall-load-") as folder:
        try:
            return await watch_crowd(Shape(size, asked.minutes * 60), Path(folder), say, port=asked.port)
        finally:
            if asked.keep_log:
                asked.keep_log.mkdir(parents=True, exist_ok=True)
                log = Path(folder) / "server.log"
                (asked.keep_log / f"server-{size}.log").write_bytes(log.read_bytes())


async def _tiles(asked: argparse.Namespace, say: Say) -> Tiles | None:
    say(f"{asked.tiles} tiles on one page")
    with tempfile.TemporaryDirectory(prefix="examhall-load-") as folder:
        return await watch_tiles(asked.tiles, asked.tiles_s, Path(folder))


if __name__ == "__main__":
    sys.exit(main())
