"""Writes the table of settings in docs/operations.md anew from the settings themselves."""

import sys
from pathlib import Path

from examhall.settings import Settings

PAGE = Path(__file__).resolve().parent.parent / "docs" / "operations.md"
HEAD = "| variable | default | |\n|---|---|---|\n"


def table() -> str:
    rows = []
    for name, field in Settings.model_fields.items():
        default = field.get_default()
        shown = "" if default in (None, ()) else f"`{default}`"
        rows.append(f"| `EXAMHALL_{name.upper()}` | {shown} | {field.description} |\n")
    return HEAD + "".join(rows)


def main() -> int:
    before = PAGE.read_text()
    after = before.split(HEAD)[0].rstrip() + "\n\n" + table()
    if "--check" in sys.argv:
        if before != after:
            print("docs/operations.md does not show the settings as they are: run 'make format'")
        return int(before != after)
    PAGE.write_text(after)
    return 0


if __name__ == "__main__":
    sys.exit(main())
