"""Pasted candidates: whatever comes, an answer for each row and never an exception."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examhall.application.roster_csv import CandidateDraft, parse_roster

PLAIN = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30).map(str.strip)


def test_the_order_of_columns_comes_from_the_header() -> None:
    drafts, errors = parse_roster("Ref;Extra Minutes;Name\n17;7,5;Ada\n")
    assert errors == []
    assert drafts == [CandidateDraft("Ada", None, "17", 450, 2)]


def test_a_spreadsheets_paste_with_empty_lines_and_a_mark() -> None:
    drafts, errors = parse_roster("\ufeff\n\nAda\tada@x.org\n\nAlan\n")
    assert errors == []
    assert [(draft.name, draft.email, draft.row) for draft in drafts] == [
        ("Ada", "ada@x.org", 3),
        ("Alan", None, 5),
    ]


def test_quotes_may_hold_separators_and_lines() -> None:
    drafts, errors = parse_roster('name,email\n"Love, Ada\nCountess",a@b\nAlan,c@d\n')
    assert errors == []
    assert [(draft.name, draft.row) for draft in drafts] == [("Love, Ada\nCountess", 2), ("Alan", 4)]


@pytest.mark.parametrize(
    ("text", "row", "column"),
    [
        ("", 1, None),
        ("name,email\n", None, None),
        ("name,emial\nAda,a@b\n", 1, "emial"),
        ("name,name\nAda,Ada\n", 1, None),
        ("Ada,a,b,0,more\n", 1, None),
        ("Ada,,,-1\n", 1, "extra_minutes"),
        ("Ada,,,nan\n", 1, "extra_minutes"),
        ("Ada,,,1e9\n", 1, "extra_minutes"),
        ("Ada\n" + "x" * 201, 2, "name"),
        ('Ada\n"open', 2, None),
        ("A\0da", 1, None),
    ],
)
def test_what_is_wrong_is_said_for_its_row(text: str, row: int | None, column: str | None) -> None:
    drafts, errors = parse_roster(text)
    if row is None:
        assert (drafts, errors) == ([], [])
    else:
        assert (errors[0].row, errors[0].column) == (row, column)


@given(st.text(max_size=300))
def test_any_text_gets_an_answer(text: str) -> None:
    drafts, errors = parse_roster(text)
    assert all(1 <= one.row <= text.count("\n") + text.count("\r") + 2 for one in [*drafts, *errors])


@given(st.lists(st.tuples(PLAIN.filter(bool), PLAIN, PLAIN), min_size=1, max_size=5))
def test_what_a_csv_writer_wrote_comes_back_as_it_was(people: list[tuple[str, str, str]]) -> None:
    file = io.StringIO()
    csv.writer(file).writerows([("name", "email", "ref"), *people])
    drafts, errors = parse_roster(file.getvalue())
    assert errors == []
    assert [(d.name, d.email or "", d.ref or "") for d in drafts] == people
