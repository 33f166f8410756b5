"""What every text and number that comes in must be: what any database keeps and any JSON reader reads."""

from typing import Annotated

from pydantic import Field

# The last millisecond of a JavaScript date: larger ones are no time to any page.
LAST_MS = 8_640_000_000_000_000
# The largest whole number that JSON carries unharmed everywhere, and that fits every column.
LARGEST = 2**53 - 1

Ms = Annotated[int, Field(ge=0, le=LAST_MS)]
Count = Annotated[int, Field(ge=0, le=LARGEST)]
Flag = Annotated[bool, Field(strict=True)]  # true or false; "yes" and 1 are something else


def refuse_nul(value: object) -> None:
    """Raise ValueError when a text anywhere in the value holds U+0000, which PostgreSQL does not keep."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            if "\0" in one:
                raise ValueError("text must not hold the character U+0000")
        elif isinstance(one, dict):
            waiting += [*one.keys(), *one.values()]
        elif isinstance(one, list | tuple):
            waiting += one
