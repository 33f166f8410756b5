"""What goes into a spreadsheet never runs there."""

import pytest

from examhall.application.spreadsheet import safe_cell


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        " =1",
        "\u3000=1",
        "\ufeff=1",
        "\uff1dcmd|' /C calc'!A0",
    ],
)
def test_what_looks_like_a_formula_is_disarmed(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Ada", "a=b", "2026-11-22", "1-2", "'quoted"])
def test_everything_else_stays(text: str) -> None:
    assert safe_cell(text) == text
