"""Docs that stay true: links lead somewhere, settings and words are the code's."""

import re
from pathlib import Path

import pytest

from examhall.domain.policy import Signal
from examhall.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


def _relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=_relative)
def test_links_lead_somewhere(page: Path) -> None:
    targets = [link for link in LINK.findall(page.read_text()) if "://" not in link]
    assert [link for link in targets if not (page.parent / link).exists()] == []


def test_every_setting_is_documented_and_nothing_else() -> None:
    page = (ROOT / "docs" / "operations.md").read_text()
    documented = re.findall(r"^\| `(EXAMHALL_\w+)` \|", page, re.MULTILINE)
    assert documented == [f"EXAMHALL_{name.upper()}" for name in Settings.model_fields]
    for name, field in Settings.model_fields.items():
        assert field.description, f"{name} has no description"
        assert field.description in page, f"docs/operations.md is out of date for {name}: run 'make format'"


def test_every_signal_is_documented() -> None:
    page = (ROOT / "docs" / "detection.md").read_text()
    assert [signal.value for signal in Signal if f"`{signal.value}`" not in page] == []
