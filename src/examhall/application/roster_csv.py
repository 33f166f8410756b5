"""Candidates pasted as text: name, email, ref, extra_minutes; from a file or straight out of a spreadsheet.

Cells are text and stay text: a formula or a tag is a strange name, nothing more.
"""

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

COLUMNS = ("name", "email", "ref", "extra_minutes")
_LONGEST = {"name": 200, "email": 320, "ref": 100}
_SEPARATORS = (",", ";", "\t")
_MOST_EXTRA_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class CandidateDraft:
    """`row`: the line of the pasted text, 1-based."""

    name: str = field(repr=False)
    email: str | None = field(default=None, repr=False)
    ref: str | None = field(default=None, repr=False)
    extra_time_s: int = 0
    row: int = 1


@dataclass(frozen=True, slots=True)
class RowError:
    row: int
    column: str | None
    message: str


def parse_roster(text: str) -> tuple[list[CandidateDraft], list[RowError]]:
    """Read the pasted text. A first line of column names is optional; without it the order is COLUMNS."""
    text = text.removeprefix("\ufeff")
    if "\0" in text:
        return [], [RowError(1, None, "This is not text; save the table as CSV (UTF-8) first.")]
    drafts: list[CandidateDraft] = []
    errors: list[RowError] = []
    columns: Sequence[str] | None = None
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    row = 1
    try:
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            first_line, row = row, reader.line_num + 1
            if not any(stripped):
                continue
            if columns is None:
                columns, is_header = _header(stripped)
                if is_header:
                    errors.extend(_header_errors(columns, first_line))
                    continue
            _read_row(stripped, columns, first_line, drafts, errors)
    except csv.Error as error:
        errors.append(RowError(row, None, f"This line cannot be read: {error}."))
    if columns is None and not errors:
        errors.append(RowError(1, None, "There is nobody in the text."))
    return drafts, errors


def _separator(text: str) -> str:
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(_SEPARATORS, key=first.count)


def _header(cells: Sequence[str]) -> tuple[Sequence[str], bool]:
    names = [cell.lower().replace(" ", "_").replace("-", "") for cell in cells]
    return (names, True) if "name" in names else (COLUMNS, False)


def _header_errors(columns: Sequence[str], row: int) -> list[RowError]:
    unknown = [column for column in columns if column not in COLUMNS]
    errors = [
        RowError(row, column, f"There is no column called this; the columns are {', '.join(COLUMNS)}.")
        for column in unknown
    ]
    if len(set(columns)) != len(columns):
        errors.append(RowError(row, None, "A column is there twice."))
    return errors


def _read_row(
    cells: Sequence[str],
    columns: Sequence[str],
    row: int,
    drafts: list[CandidateDraft],
    errors: list[RowError],
) -> None:
    if len(cells) > len(columns):
        errors.append(RowError(row, None, f"{len(cells)} cells, but only {len(columns)} columns."))
        return
    named = dict(zip(columns, cells, strict=False))
    wrong = [
        RowError(row, column, f"Too long; at most {longest} characters.")
        for column, longest in _LONGEST.items()
        if len(named.get(column, "")) > longest
    ]
    extra_s = _extra_time_s(named)
    if extra_s is None:
        wrong.append(RowError(row, "extra_minutes", f"Give minutes from 0 to {_MOST_EXTRA_MINUTES}."))
    errors.extend(wrong)
    if not wrong:
        drafts.append(
            CandidateDraft(
                named.get("name", ""), named.get("email") or None, named.get("ref") or None, extra_s or 0, row
            )
        )


def _extra_time_s(named: Mapping[str, str]) -> int | None:
    text = named.get("extra_minutes", "") or "0"
    try:
        minutes = float(text.replace(",", "."))
    except ValueError:
        return None
    if not math.isfinite(minutes) or not 0 <= minutes <= _MOST_EXTRA_MINUTES:
        return None
    return round(minutes * 60)
