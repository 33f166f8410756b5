"""The port to second factors: the sealed secret of an authenticator app, and recovery codes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class FactorRecord:
    """confirmed_at None: no code has come yet, so it does not count. last_step: no code up to it is taken."""

    user_id: str
    sealed: bytes = field(repr=False)
    key_id: str
    created_at: int
    confirmed_at: int | None
    last_step: int


class SecondFactorStore(Protocol):
    async def factor(self, user_id: str) -> FactorRecord | None: ...

    async def begin(self, record: FactorRecord) -> bool:
        """Replace what is not confirmed; False when a confirmed one is there."""
        ...

    async def confirm(
        self, user_id: str, *, sealed: bytes, step: int, at_ms: int, code_hashes: Sequence[str]
    ) -> bool:
        """It counts from now on, if it is still the one with `sealed`; with new recovery codes."""
        ...

    async def take_step(self, user_id: str, step: int) -> bool:
        """Mark a code as used; False when it, or a later one, was used already."""
        ...

    async def take_recovery_code(self, user_id: str, code_hash: str, at_ms: int) -> bool:
        """Mark it used; False when there is none such, or it was used."""
        ...

    async def codes_left(self, user_id: str) -> int: ...

    async def replace_codes(self, user_id: str, code_hashes: Sequence[str]) -> None: ...

    async def remove(self, user_id: str) -> bool:
        """The factor and its recovery codes; False when there was none."""
        ...
