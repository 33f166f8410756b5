"""Writes what was measured into docs/reliability.md, between its markers."""

from collections.abc import Sequence
from pathlib import Path

from load.figures import Figures
from load.tiles import Tiles

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reliability.md"
BEGIN, END = "<!-- load:begin -->", "<!-- load:end -->"
JOINED_WITHIN_S = 20.0
SLOPE_MB_PER_MIN = 1.0
TILES_CPU_PERCENT, TILES_MEMORY_MB = 100.0, 500.0


def goals(runs: Sequence[Figures], tiles: Tiles | None) -> list[tuple[str, bool]]:
    """What must hold, in words, and whether it did."""
    judged = []
    for run in runs:
        who = f"{run.candidates} candidates"
        slope = sum(run.memory_slope_mb_per_min.values())
        judged += [
            (f"{who}: events lost {run.events_lost}", run.events_lost == 0),
            (
                f"{who}: slower sampling that the proctor was not shown {_hidden(run)}",
                not _hidden(run),
            ),
            (f"{who}: candidates who could not take part {len(run.errors)}", not run.errors),
            (
                f"{who}: all in {run.joined_within_s:.1f} s after the first",
                run.joined_within_s <= JOINED_WITHIN_S,
            ),
            (f"{who}: memory grows by {slope:.2f} MB a minute", slope < SLOPE_MB_PER_MIN),
        ]
    if tiles is not None:
        judged += [
            (
                f"{tiles.tiles} tiles: {tiles.cpu_percent:.0f}% of a core",
                tiles.cpu_percent < TILES_CPU_PERCENT,
            ),
            (f"{tiles.tiles} tiles: {tiles.memory_mb:.0f} MB", tiles.memory_mb < TILES_MEMORY_MB),
        ]
    return judged


def _hidden(run: Figures) -> list[float]:
    return sorted(set(run.sampling_asked_s) - set(run.sampling_shown_s))


def section(runs: Sequence[Figures], tiles: Tiles | None, command: str, cores: int) -> str:
    """The Markdown between the markers."""
    rows = [
        ("", [f"{run.candidates} candidates" for run in runs]),
        ("watched for, min", [f"{run.minutes:.1f}" for run in runs]),
        ("all in after, s (they come within 10 s)", [f"{run.joined_within_s:.1f}" for run in runs]),
        ("slowest from link to running exam, s", [f"{run.join_slowest_s:.1f}" for run in runs]),
        ("alert latency p50 / p95 / p99, ms", [_latency(run) for run in runs]),
        ("alerts it rests on", [str(run.alerts) for run in runs]),
        (
            "interval asked of all alike, s (all of it shown to the proctor)",
            [", ".join(f"{one:g}" for one in run.sampling_asked_s) for run in runs],
        ),
        ("pictures looked at, per candidate and second", [f"{run.frames_per_s['mean']:.2f}" for run in runs]),
        (
            "sent by the slowest and the quickest, per second",
            [f"{run.frames_per_s['least']:.2f} / {run.frames_per_s['most']:.2f}" for run in runs],
        ),
        ("dropped", [_dropped(run) for run in runs]),
        ("processor, % of one core: server + workers", [_pair(run.cpu_percent, 0) for run in runs]),
        ("memory, MB: server + workers", [_pair(run.memory_mb, 0) for run in runs]),
        (
            "memory slope after a warm-up of 2 min, MB/min: server + workers",
            [_pair(run.memory_slope_mb_per_min, 2) for run in runs],
        ),
        (
            "page events sent / stored / lost",
            [f"{r.events_sent} / {r.events_stored} / {r.events_lost}" for r in runs],
        ),
        ("connections made", [str(run.connections) for run in runs]),
    ]
    lines = [
        (
            f"`{command}` on {cores} cores, which the simulated candidates share (their processor is not counted). "
            "The default policy, without the camera check before the exam."
        ),
        "",
        *(f"| {name} | {' | '.join(cells)} |" for name, cells in rows[:1]),
        "|---" * (len(runs) + 1) + "|",
        *(f"| {name} | {' | '.join(cells)} |" for name, cells in rows[1:]),
    ]
    if tiles is not None:
        lines += ["", _tiles(tiles)]
    return "\n".join(lines)


def _tiles(found: Tiles) -> str:
    return (
        f"A proctor's page with {found.tiles} tiles, each with a new picture every second, over {found.lasted_s:.0f} s "
        f"in Chromium ({found.pictures_per_s:.0f} pictures a second shown): {found.cpu_percent:.0f}% of one core and "
        f"{found.memory_mb:.0f} MB for the page's own process; {found.browser_cpu_percent:.0f}% and "
        f"{found.browser_memory_mb:.0f} MB with all of the browser."
    )


def write(text: str, page: Path = PAGE) -> None:
    """Raises ValueError when the page has no markers."""
    before, _, rest = page.read_text("utf-8").partition(BEGIN)
    _, found, after = rest.partition(END)
    if not found:
        raise ValueError(f"{page} needs {BEGIN} and {END}")
    page.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", "utf-8")


def _latency(run: Figures) -> str:
    return (
        " / ".join(f"{run.latency_ms[p]:.0f}" for p in ("p50", "p95", "p99"))
        if run.latency_ms
        else "none opened"
    )


def _pair(by_kind: object, digits: int) -> str:
    assert isinstance(by_kind, dict)
    return " + ".join(f"{by_kind[kind]:.{digits}f}" for kind in ("server", "workers"))


def _dropped(run: Figures) -> str:
    named = [f"{value:.0f} {name.split(chr(34))[1].replace('_', ' ')}" for name, value in run.dropped.items()]
    return ", ".join(named) or "0"
