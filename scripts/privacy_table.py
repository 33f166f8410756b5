"""Writes the tables of docs/privacy.md anew from the columns themselves."""

import sys
from pathlib import Path

from examhall.adapters.db.privacy import privacy_table
from examhall.adapters.db.tables import Base

PAGE = Path(__file__).resolve().parent.parent / "docs" / "privacy.md"
HEAD = "## Every field\n"


def page() -> str:
    return PAGE.read_text().split(HEAD)[0] + HEAD + "\n" + privacy_table(Base.metadata)


def main() -> int:
    PAGE.write_text(page())
    return 0


if __name__ == "__main__":
    sys.exit(main())
