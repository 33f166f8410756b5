"""Prints functions, classes, methods and imports of the package that nothing uses; exits 1 if there are any.

Fields and variables are left out: wire models, tables and settings are read by the libraries they are
declared for. What a framework calls by name is listed in `scripts/dead_code_allowed.txt`,
one `name  # why` a line.
"""

import sys
from pathlib import Path

from vulture import Vulture

ROOT = Path(__file__).resolve().parent.parent
JUDGED = {"class", "function", "import", "method", "property", "unreachable_code"}
CALLED_BY_DECORATOR = [
    "@*.callback",
    "@*.command",
    "@*.event",
    "@*.exception_handler",
    "@*.listens_for",
    "@*.middleware",
    "@*router.*",
    "@app.*",
    "@computed_field",
    "@field_serializer",
    "@field_validator",
    "@listens_for",
    "@model_serializer",
    "@model_validator",
]


def allowed_names() -> list[str]:
    lines = (ROOT / "scripts" / "dead_code_allowed.txt").read_text().splitlines()
    return [name for line in lines if (name := line.split("#")[0].strip())]


def main() -> int:
    vulture = Vulture(ignore_names=allowed_names(), ignore_decorators=CALLED_BY_DECORATOR)
    vulture.scavenge([ROOT / "src" / "examhall"])
    unused = [item for item in vulture.get_unused_code(min_confidence=60) if item.typ in JUDGED]
    for item in unused:
        path = Path(item.filename).resolve().relative_to(ROOT)
        print(f"{path}:{item.first_lineno}: nothing uses the {item.typ} {item.name!r}")
    return 1 if unused else 0


if __name__ == "__main__":
    sys.exit(main())
