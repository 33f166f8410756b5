"""Every stored field says what it is, for how long it is kept and who sees it; docs/privacy.md says the same."""

from pathlib import Path

from sqlalchemy import Column, MetaData, Table, Text

from examhall.adapters.db.privacy import RETENTION, Privacy, class_of, privacy_table
from examhall.adapters.db.tables import Base

PAGE = Path(__file__).resolve().parents[2] / "docs" / "privacy.md"


def undeclared(metadata: MetaData) -> list[str]:
    return [
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.columns
        if not isinstance(class_of(column), Privacy)
    ]


def test_every_column_declares_its_class() -> None:
    assert undeclared(Base.metadata) == []


def test_a_column_without_a_class_is_found() -> None:
    metadata = MetaData()
    Table("new", metadata, Column("words", Text), Column("id", Text, info={"privacy": Privacy.FRAME}))
    assert undeclared(metadata) == ["new.words"]


def test_every_class_has_its_retention() -> None:
    assert set(RETENTION) == set(Privacy)


def test_the_page_shows_the_columns_as_they_are() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page.endswith(privacy_table(Base.metadata)), "docs/privacy.md is out of date: run 'make format'"
