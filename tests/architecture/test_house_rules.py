"""Rules of the house that no linter knows: see CONTRIBUTING.md, "How we write"."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "examhall"
SOURCES = sorted(PACKAGE.rglob("*.py"))
MOST_LINES = 450
NO_HOME_FOR_CONCEPTS = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "managers"}
# Modules by which a rule could read a clock, roll dice, wait or reach outside.
IMPURE = {
    "asyncio",
    "logging",
    "multiprocessing",
    "os",
    "random",
    "secrets",
    "socket",
    "subprocess",
    "threading",
    "time",
}
CLOCK_READS = {"now", "today", "utcnow"}


def _imports(path: Path) -> Iterator[tuple[str, bool]]:
    """Yields (module, whether at the top level of the file)."""
    tree = ast.parse(path.read_text(), str(path))
    type_only = {
        id(child)
        for node in tree.body
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for child in node.body
    }
    top = {id(node) for node in tree.body} | type_only
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, id(node) in top
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield node.module, id(node) in top


def _relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", SOURCES, ids=_relative)
def test_a_file_holds_one_concept(path: Path) -> None:
    names = {path.stem, *(part for part in path.relative_to(PACKAGE).parts[:-1])}
    assert not names & NO_HOME_FOR_CONCEPTS, "name the module after what it knows"
    lines = len(path.read_text().splitlines())
    assert lines <= MOST_LINES, f"{lines} lines: split it by concept"


@pytest.mark.parametrize("path", SOURCES, ids=_relative)
def test_our_own_modules_are_imported_at_the_top(path: Path) -> None:
    hidden = [name for name, at_top in _imports(path) if name.split(".")[0] == "examhall" and not at_top]
    assert hidden == [], "a function-local import of our own hides a cycle"


@pytest.mark.parametrize("path", sorted((PACKAGE / "domain").rglob("*.py")), ids=_relative)
def test_the_domain_is_pure(path: Path) -> None:
    allowed = (sys.stdlib_module_names - IMPURE) | {"examhall"}
    assert {name.split(".")[0] for name, _ in _imports(path)} <= allowed
    reads = [
        ast.unparse(node)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in CLOCK_READS
    ]
    assert reads == [], "time comes in as an argument"


def test_only_bootstrap_knows_the_adapters() -> None:
    outside = [
        _relative(path)
        for path in SOURCES
        if path.relative_to(PACKAGE).parts[0] not in {"adapters", "bootstrap", "bootstrap.py"}
        and any(name.startswith("examhall.adapters") for name, _ in _imports(path))
    ]
    assert outside == []


def test_no_lock_names_an_address() -> None:
    for lock in sorted((ROOT / "requirements").glob("*.lock")):
        assert "://" not in lock.read_text(), f"{lock.name} names an address"
    assert '"resolved"' not in (ROOT / "frontend" / "package-lock.json").read_text()
