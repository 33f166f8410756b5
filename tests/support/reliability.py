"""Rows of docs/reliability.md: what was done to the system, what people saw of it, and what was lost.

A fault's test keeps an `Account` of what was sent and of what is stored afterwards, and calls `record` with it.
`make faults` names a folder in EXAMHALL_FAULT_ROWS and makes the table of what lies there; without one
nothing is written.
"""

import json
import os
import re
from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

ROWS_ENV = "EXAMHALL_FAULT_ROWS"


@dataclass(slots=True)
class Account:
    """What was sent and what is stored, by kind ("event", "incident", "evidence", "chat", "segment", ...).

    What is sent counts from the moment that the sender believes it to be safe or is bound to send it again;
    ids are whatever tells one from another.
    """

    _sent: dict[str, list[Hashable]] = field(default_factory=dict)
    _stored: dict[str, list[Hashable]] = field(default_factory=dict)

    def sent(self, kind: str, ids: Iterable[Hashable]) -> None:
        self._sent.setdefault(kind, []).extend(ids)

    def stored(self, kind: str, ids: Iterable[Hashable]) -> None:
        self._stored.setdefault(kind, []).extend(ids)

    def lost(self) -> dict[str, list[Hashable]]:
        """By kind, what was sent and is not stored."""
        gone = {
            kind: [i for i in ids if i not in self._stored.get(kind, ())] for kind, ids in self._sent.items()
        }
        return {kind: ids for kind, ids in gone.items() if ids}

    def twice(self) -> dict[str, list[Hashable]]:
        """By kind, what is stored more than once."""
        many = {kind: [i for i, n in Counter(ids).items() if n > 1] for kind, ids in self._stored.items()}
        return {kind: ids for kind, ids in many.items() if ids}

    def words(self) -> str:
        """What was lost, as the table says it: "nothing of 40 events, 1 incident" or "2 of 40 events"."""
        if not self._sent:
            raise ValueError("an account of nothing says nothing: tell it what was sent")
        lost = self.lost()
        if not lost:
            return "nothing of " + ", ".join(_many(len(set(ids)), kind) for kind, ids in self._sent.items())
        return ", ".join(
            f"**{len(ids)} of {_many(len(set(self._sent[kind])), kind)}**" for kind, ids in lost.items()
        )


def _many(count: int, kind: str) -> str:
    return f"{count} {kind}" if count == 1 or kind == "evidence" else f"{count} {kind}s"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. how: by what the test saw it, and its measured times."""

    fault: str
    candidate: str
    proctor: str
    lost: str
    how: str


def record(fault: str, *, candidate: str, proctor: str, account: Account, how: str) -> Row:
    """Assert that nothing was lost or taken twice, and note the row; the row says so in either case."""
    row = Row(fault, candidate, proctor, account.words(), how)
    folder = os.environ.get(ROWS_ENV)
    if folder:
        name = re.sub(r"[^a-z0-9]+", "-", fault.lower()).strip("-")[:80]
        Path(folder).mkdir(parents=True, exist_ok=True)
        Path(folder, f"{name}.json").write_text(json.dumps(asdict(row)))
    assert not account.lost(), f"lost: {account.lost()}"
    assert not account.twice(), f"taken twice: {account.twice()}"
    return row


def rows(folder: Path) -> list[Row]:
    """All rows that were recorded into a folder, by fault."""
    return [Row(**json.loads(file.read_text())) for file in sorted(folder.glob("*.json"))]


def table(all_rows: Iterable[Row]) -> str:
    """The rows as a Markdown table."""
    head = "| fault | the candidate saw | the proctor saw | lost | how it was seen |\n|---|---|---|---|---|\n"
    return head + "".join(
        f"| {' | '.join(cell.replace('|', '/').replace(chr(10), ' ') for cell in asdict(row).values())} |\n"
        for row in all_rows
    )
