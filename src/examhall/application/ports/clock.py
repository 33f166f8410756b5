"""Time and identity come in through ports, so that tests can hold the clock."""

from typing import Protocol


class Clock(Protocol):
    def now_ms(self) -> int:
        """ms since the epoch (UTC); for records and for the exam's times.

        A steady line of time: it never goes back, and a system clock that is set meanwhile does not move it.
        """
        ...

    def wall_ms(self) -> int:
        """What the system's clock says now, ms since the epoch (UTC): for what other systems check."""
        ...

    def not_before(self, ms: int) -> None:
        """From now on `now_ms` is never before this moment: a server that starts goes on from the last one."""
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
