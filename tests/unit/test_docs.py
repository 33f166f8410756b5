"""Pages that are made from code are current, and tables in prose say what the code does."""

import re
from pathlib import Path

from examhall.domain.attempt_diagram import attempt_states_page
from examhall.domain.policy import Preset, Signal
from examhall.domain.presets import PRESETS

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"


def test_the_attempt_states_are_current() -> None:
    written = (DOCS / "attempt-states.md").read_text(encoding="utf-8")
    assert written == attempt_states_page(), "run: python scripts/write_attempt_states.py"


def test_the_detection_page_has_the_standard_preset() -> None:
    lines = (DOCS / "detection.md").read_text(encoding="utf-8").splitlines()
    rows = {line.split("|")[1].strip().strip("`"): line for line in lines if line.startswith("| `")}
    for signal in Signal:
        rule = PRESETS[Preset.STANDARD].signals[signal]
        cells = [cell.strip() for cell in rows[signal].split("|")[1:-1]]
        assert cells[3] == f"{rule.hold_s:g} / {rule.release_s:g} / {rule.cooldown_s:g}"
        assert cells[4] == rule.severity
        assert cells[2].split()[0] == (f"{rule.threshold:g}" if rule.threshold else "none")


def test_the_reliability_page_names_tests_that_are_there() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", (DOCS / "reliability.md").read_text(encoding="utf-8"))
    assert named
    for file, test in named:
        assert re.search(rf"def {test}\(", (ROOT / file).read_text(encoding="utf-8")), f"{file}::{test}"
