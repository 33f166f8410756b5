"""docs/api.md names every error code that the source can raise, with the status it is answered with."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from examhall.domain.errors import ErrorKind
from examhall.web.problems import STATUS

ROOT = Path(__file__).resolve().parents[2]
MODULES = {
    path: ast.parse(path.read_text(encoding="utf-8")) for path in (ROOT / "src/examhall").rglob("*.py")
}
NO_STATUS = "-"


@dataclass(frozen=True)
class Raised:
    """code: a text, or a pattern where a part of it is filled in. kind None: not told by the call."""

    code: str
    kind: ErrorKind | None
    where: str


def name_of(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def calls(tree: ast.AST, name: str) -> Iterator[ast.Call]:
    return (n for n in ast.walk(tree) if isinstance(n, ast.Call) and name_of(n.func) == name)


def constant(tree: ast.Module, name: str) -> str | None:
    for node in tree.body:
        if isinstance(node, ast.Assign) and name_of(node.targets[0]) == name:
            return str(ast.literal_eval(node.value))
    return None


def passed_in(tree: ast.Module, node: ast.Call, parameter: str) -> Iterator[str]:
    """What the callers of the function around `node` give for one of its parameters."""
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        names = [argument.arg for argument in function.args.args]
        if parameter in names and node in ast.walk(function):
            # A private function is called in its own module; two modules may have one of the same name.
            among = [tree] if function.name.startswith("_") else MODULES.values()
            for call in (one for other in among for one in calls(other, function.name)):
                given = call.args[names.index(parameter)]
                assert isinstance(given, ast.Constant), f"{function.name}: {ast.unparse(given)}"
                yield given.value


def codes(tree: ast.Module, call: ast.Call, given: ast.expr) -> Iterator[str]:
    match given:
        case ast.Constant(value=str(code)):
            yield code
        case ast.JoinedStr(values=parts):
            yield "".join(re.escape(p.value) if isinstance(p, ast.Constant) else "[a-z_]+" for p in parts)
        case ast.Name(id=name) if (code := constant(tree, name)) is not None:
            yield code
        case ast.Name(id=name):
            found = list(passed_in(tree, call, name))
            assert found, f"nobody gives {name} in {ast.unparse(call)}"
            yield from found
        case ast.Attribute():
            return  # handed on: it was raised, or given as a constant, elsewhere


def raised() -> Iterator[Raised]:
    for path, tree in MODULES.items():
        where = str(path.relative_to(ROOT))
        for call in calls(tree, "ExamhallError"):
            kind = ErrorKind[call.args[0].attr] if name_of(call.args[0]).isupper() else None
            yield from (Raised(code, kind, where) for code in codes(tree, call, call.args[1]))
        for name, position in (("problem", 1), ("Closed", 1), ("Fields", 1)):
            for call in calls(tree, name):
                given = call.args[position] if len(call.args) > position else None
                if isinstance(given, ast.Constant | ast.Name) and given is not None:
                    known = given.value if isinstance(given, ast.Constant) else constant(tree, given.id)
                    if isinstance(known, str):
                        yield Raised(known, None, where)
    problems = ROOT / "src/examhall/web/problems.py"
    for node in ast.walk(MODULES[problems]):  # the words for errors that the framework raises
        if isinstance(node, ast.Tuple) and isinstance(node.elts[0], ast.Constant):
            yield Raised(str(node.elts[0].value), None, "web/problems.py")
    yield Raised("illegal_state_change", ErrorKind.CONFLICT, "domain/errors.py")


def table() -> dict[str, list[str]]:
    """code -> [status, when, what to do]."""
    page = (ROOT / "docs/api.md").read_text(encoding="utf-8")
    section = page.partition("## Every error code")[2].partition("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| `")]
    found = {}
    for row in rows:
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        for code in re.findall(r"`([a-z0-9_]+)`", cells[0]):
            assert code not in found, f"{code} has two rows"
            found[code] = cells[1:]
    return found


def test_every_code_is_in_the_table_and_the_table_has_no_other() -> None:
    known, found = table(), list(raised())
    assert len(found) > 80, "the scan of the source finds too little"
    missing = {(one.code, one.where) for one in found if not any(re.fullmatch(one.code, c) for c in known)}
    assert sorted(missing) == []
    extra = [code for code in known if not any(re.fullmatch(one.code, code) for one in found)]
    assert extra == []


def test_statuses_are_those_of_the_answers() -> None:
    known = table()
    wrong = {
        (one.code, known[one.code][0], STATUS[one.kind])
        for one in raised()
        if one.kind is not None and one.code in known and known[one.code][0] != NO_STATUS
        if str(STATUS[one.kind]) not in known[one.code][0]
    }
    assert wrong == set()


def test_every_row_says_when_and_what_to_do() -> None:
    assert [code for code, (_, when, todo) in table().items() if not when or not todo] == []
