"""`examhall` and `python -m examhall`."""

import sys

from examhall.cli import app
from examhall.domain.errors import ExamhallError


def main() -> None:
    """Run the command line; an error somebody can act on is one line on stderr and exit code 1."""
    try:
        app()
    except ExamhallError as error:
        sys.stderr.write(f"{error.message} [{error.code}]\n")
        sys.exit(1)


if __name__ == "__main__":
    main()
