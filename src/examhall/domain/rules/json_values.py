"""Reading JSON values by name, with an error that says which one is wrong."""

import math
from collections.abc import Iterator, Mapping
from enum import IntEnum, StrEnum
from typing import TypeVar

from examhall.domain.errors import ErrorKind, ExamhallError

Json = dict[str, object]
_E = TypeVar("_E", bound=StrEnum)
_I = TypeVar("_I", bound=IntEnum)


class Fields:
    """One JSON object; every reader raises `ExamhallError` with the code given here."""

    def __init__(self, value: object, code: str, path: str = "") -> None:
        self._code, self._path = code, path
        if not isinstance(value, Mapping):
            raise self._error("", "an object")
        self._value: Mapping[str, object] = value

    def names(self) -> Iterator[str]:
        return iter(self._value)

    def is_none(self, name: str) -> bool:
        return self._value.get(name) is None

    def text(self, name: str) -> str:
        value = self._value.get(name)
        if not isinstance(value, str):
            raise self._error(name, "a text")
        return value

    def flag(self, name: str) -> bool:
        value = self._value.get(name)
        if not isinstance(value, bool):
            raise self._error(name, "true or false")
        return value

    def flag_or(self, name: str, default: bool) -> bool:
        return default if name not in self._value else self.flag(name)

    def integer(self, name: str) -> int:
        value = self._value.get(name)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self._error(name, "a whole number")
        return value

    def integer_or_none(self, name: str) -> int | None:
        return None if self.is_none(name) else self.integer(name)

    def rank(self, kind: type[_I], name: str) -> _I:
        value = self.integer(name)
        if value not in set(kind):
            raise self._error(name, f"one of {', '.join(str(int(one)) for one in kind)}")
        return kind(value)

    def number(self, name: str) -> float:
        return self._finite(name, self._value.get(name))

    def number_or_none(self, name: str) -> float | None:
        return None if self.is_none(name) else self.number(name)

    def hex64(self, name: str) -> int:
        """A 64-bit number as hex digits; JSON readers elsewhere round larger numbers."""
        text = self.text(name)
        if not (0 < len(text) <= 16 and all(c in "0123456789abcdef" for c in text)):
            raise self._error(name, "1 to 16 hex digits")
        return int(text, 16)

    def hex_row(self, name: str, digits: int) -> tuple[int, ...]:
        """Numbers of so many hex digits each, end to end."""
        text = self.text(name)
        if len(text) % digits or not all(c in "0123456789abcdef" for c in text):
            raise self._error(name, f"groups of {digits} hex digits")
        return tuple(int(text[i : i + digits], 16) for i in range(0, len(text), digits))

    def member(self, kind: type[_E], name: str) -> _E:
        return self._member(kind, self.text(name), name)

    def member_or_none(self, kind: type[_E], name: str) -> _E | None:
        return None if self.is_none(name) else self.member(kind, name)

    def members(
        self, kind: type[_E], name: str, former: Mapping[str, tuple[_E, ...]] | None = None
    ) -> tuple[_E, ...]:
        """former: what names of before stand for now."""
        known = former or {}
        return tuple(
            one for text in self.texts(name) for one in known.get(text) or (self._member(kind, text, name),)
        )

    def texts(self, name: str) -> tuple[str, ...]:
        rows = self.rows(name)
        texts = tuple(row for row in rows if isinstance(row, str))
        if len(texts) != len(rows):
            raise self._error(name, "a list of texts")
        return texts

    def key(self, kind: type[_E], name: str) -> _E:
        """Return the member of `kind` that this object has as a key."""
        return self._member(kind, name, name)

    def table(self, name: str) -> "Fields":
        return Fields(self._value.get(name), self._code, f"{self._path}{name}.")

    def rows(self, name: str) -> list[object]:
        value = self._value.get(name)
        if not isinstance(value, list):
            raise self._error(name, "a list")
        return value

    def numbers(self, value: object, count: int, name: str) -> tuple[float, ...]:
        """Read one row of `count` numbers."""
        if not isinstance(value, list) or len(value) != count:
            raise self._error(name, f"lists of {count} numbers")
        return tuple(self._finite(name, item) for item in value)

    def tables(self, name: str) -> "list[Fields]":
        return [Fields(row, self._code, f"{self._path}{name}.{i}.") for i, row in enumerate(self.rows(name))]

    def named_numbers(self, name: str) -> tuple[tuple[str, float], ...]:
        result: list[tuple[str, float]] = []
        for row in self.rows(name):
            if not isinstance(row, list) or len(row) != 2 or not isinstance(row[0], str):
                raise self._error(name, "pairs of a name and a number")
            result.append((row[0], self._finite(name, row[1])))
        return tuple(result)

    def _member(self, kind: type[_E], value: str, name: str) -> _E:
        if value not in set(kind):
            raise self._error(name, f"one of {', '.join(sorted(kind))}")
        return kind(value)

    def _finite(self, name: str, value: object) -> float:
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise self._error(name, "a number")
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if not math.isfinite(number):
            raise self._error(name, "a finite number")
        return number

    def _error(self, name: str, wanted: str) -> ExamhallError:
        where = f"{self._path}{name}".rstrip(".") or "the value"
        return ExamhallError(ErrorKind.INVALID, self._code, f"{where} must be {wanted}.")
