"""`make fuzz` and `make faults`: runs them and writes what came of it into docs/reliability.md, between its markers."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "reliability.md"
PYTEST = [sys.executable, "-m", "pytest", "-q"]
PIECES = 10_000
LIMIT_S = 45 * 60  # of all faults; each test has its own limit as well
# Faults that are quick enough for `make test` and are no longer here: their rows come from there.
QUICK_FAULTS = [
    f"tests/integration/{where}"
    for where in (
        "test_replicas.py::test_a_killed_server_s_candidates_are_back_at_another_and_nothing_is_missing",
        "test_recording_crash.py::test_uploads_that_a_crash_cut_off_are_taken_once_when_they_come_again",
        "test_migrations.py::test_a_start_that_was_killed_halfway_is_done_again_as_if_it_had_not_been",
    )
]

sys.path.insert(0, str(ROOT / "tests"))
from support.mutations import FORMATS  # noqa: E402
from support.reliability import rows, table  # noqa: E402


def faults() -> int:
    """All rows are written, also those of tests that failed."""
    folder = Path(tempfile.mkdtemp(prefix="faults-"))
    began_s = time.monotonic()
    code = _pytest("tests/faults", *QUICK_FAULTS, limit_s=LIMIT_S, EXAMHALL_FAULT_ROWS=str(folder))
    found = rows(folder)
    took_s = time.monotonic() - began_s
    ended = "every test passed" if code == 0 else "**not every test passed**"
    _write("faults", f"`make faults`: {len(found)} faults in {took_s:.0f} s; {ended}.\n\n{table(found)}")
    return code


def fuzz() -> int:
    """The pieces first, then the whole API as every role."""
    result = Path(tempfile.mkdtemp(prefix="fuzz-")) / "pieces.json"
    code = _pytest(
        "tests/integration/test_mutations.py",
        EXAMHALL_FUZZ_PIECES=str(PIECES),
        EXAMHALL_FUZZ_RESULT=str(result),
    )
    if code:
        return code
    began_s = time.monotonic()
    code = _pytest(
        "tests/integration/test_api_answers.py",
        EXAMHALL_FUZZ_EXAMPLES="25",
        EXAMHALL_FUZZ_PHASES="coverage,fuzzing",
    )
    asked = "no 5xx, no answer that the schema does not say" if code == 0 else "**there were findings**"
    words = _pieces_table(json.loads(result.read_text()))
    words += f"\nThe API, every operation as every role with all of schemathesis' checks: {asked}"
    _write("fuzz", f"{words} ({time.monotonic() - began_s:.0f} s).\n")
    return code


def _pieces_table(found: dict[str, object]) -> str:
    tried, outcomes = dict(found["tried"]), dict(found["outcomes"])  # type: ignore[call-overload]
    words = (
        f"`make fuzz`: {sum(tried.values()):,} broken pieces of {len(FORMATS)} formats through HTTP and sockets into "
        f"two worker processes, in {found['took_s']} s. The server never stopped; workers replaced: "
        f"{found['workers_replaced']}, of which {found['killed_by_us']} was killed by the test itself (hung: "
        f"{found['hangs']}). The candidate beside them was looked at all the while "
        f"({found['honest_pictures']} thumbnails on the wall).\n\n"
    )
    lines = [words, "| format | tried | looked at or kept | refused, by code |\n|---|---|---|---|\n"]
    for kind in FORMATS:
        codes = dict(outcomes[kind])
        good = codes.pop("looked at", 0) + codes.pop("taken", 0)
        refused = ", ".join(f"`{code}` {n}" for code, n in sorted(codes.items(), key=lambda one: -one[1]))
        lines.append(f"| {kind} | {tried[kind]} | {good} | {refused} |\n")
    return "".join(lines)


def _pytest(*what: str, limit_s: float | None = None, **settings: str) -> int:
    place = tempfile.mkdtemp(prefix="reliability-")  # not where other runs of pytest tidy up
    command = [*PYTEST, *what, f"--basetemp={place}/tests"]
    environment = {**os.environ, **settings}
    try:
        done = subprocess.run(command, cwd=ROOT, env=environment, check=False, timeout=limit_s)  # noqa: S603
    except subprocess.TimeoutExpired:
        return 1
    if done.returncode == 0:  # else its logs are wanted
        shutil.rmtree(place)
    return done.returncode


def _write(part: str, words: str) -> None:
    begin, end = f"<!-- {part}:begin -->", f"<!-- {part}:end -->"
    before, _, rest = PAGE.read_text().partition(begin)
    _, _, after = rest.partition(end)
    PAGE.write_text(f"{before}{begin}\n{words.strip()}\n{end}{after}")
    print(words)


if __name__ == "__main__":
    sys.exit({"faults": faults, "fuzz": fuzz}[sys.argv[1]]())
