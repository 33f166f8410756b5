"""Time and identity come in through ports, so that tests can hold the clock."""

from typing import Protocol


class Clock(Protocol):
    def now_ms(self) -> int:
        """Wall clock, ms since the epoch (UTC); for records."""
        ...

    def monotonic_s(self) -> float:
        """Never goes back; for logic."""
        ...


class Ids(Protocol):
    def new_id(self) -> str:
        """An opaque, unguessable id: 26 characters, url-safe."""
        ...

    def new_token(self) -> str:
        """A secret of at least 256 bits, url-safe."""
        ...

    def new_salt(self) -> bytes:
        """32 random bytes."""
        ...
