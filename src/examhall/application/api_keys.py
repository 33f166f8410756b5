"""API keys for programs: made by an administrator, for whom they act within their scopes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from examhall.application.access import KEY_PREFIX, token_hash
from examhall.application.identity import StaffIdentity
from examhall.application.ports.api_keys_store import ApiKeysStore, KeyListing, KeyRecord, Scope
from examhall.application.ports.clock import Clock, Ids
from examhall.domain.errors import ErrorKind, ExamhallError

_LONGEST_MS = 366 * 24 * 3_600_000


@dataclass(frozen=True, slots=True)
class ApiKeys:
    store: ApiKeysStore
    clock: Clock
    ids: Ids

    async def all(self) -> Sequence[KeyListing]:
        return await self.store.keys(self.clock.now_ms())

    async def make(
        self, name: str, scopes: Collection[Scope], expires_at: int, by: StaffIdentity
    ) -> tuple[KeyListing, str]:
        """A new key and its token, which is shown once. Raises `key_expiry_invalid`."""
        now = self.clock.now_ms()
        if not now < expires_at <= now + _LONGEST_MS:
            raise ExamhallError(
                ErrorKind.INVALID, "key_expiry_invalid", "A key ends in the future, within a year."
            )
        token = f"{KEY_PREFIX}{self.ids.new_token()}"
        record = KeyRecord(
            self.ids.new_id(), name, token_hash(token), frozenset(scopes), by.user_id, now, expires_at
        )
        await self.store.add(record)
        return KeyListing(record, by.name, works=True), token

    async def revoke(self, key_id: str) -> None:
        """Raises `key_not_found`."""
        if not await self.store.revoke(key_id, self.clock.now_ms()):
            raise ExamhallError(ErrorKind.NOT_FOUND, "key_not_found", "There is no such API key.")
