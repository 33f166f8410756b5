"""The second factor: an authenticator app, and recovery codes for who has lost it."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

from examhall.application.access import token_hash
from examhall.application.ports.clock import Clock, Ids
from examhall.application.ports.keys import KeyRing
from examhall.application.ports.second_factor_store import FactorRecord, SecondFactorStore
from examhall.domain.errors import ErrorKind, ExamhallError
from examhall.domain.one_time_code import DIGITS, SECRET_BYTES, STEP_S, step_of

_ISSUER = "Examhall"
_RECOVERY_CODES = 10
_RECOVERY_CHARS = 16  # of base32: 80 random bits, so that a plain hash cannot be searched


@dataclass(frozen=True, slots=True)
class Enrolment:
    """Shown once: the secret to type, and the same as the address that a QR code carries."""

    secret: str = field(repr=False)
    uri: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class FactorState:
    confirmed_at: int | None
    codes_left: int


@dataclass(frozen=True, slots=True)
class SecondFactors:
    """The use cases around second factors."""

    store: SecondFactorStore
    keys: KeyRing
    clock: Clock
    ids: Ids

    async def state(self, user_id: str) -> FactorState:
        factor = await self.store.factor(user_id)
        if factor is None or factor.confirmed_at is None:
            return FactorState(None, 0)
        return FactorState(factor.confirmed_at, await self.store.codes_left(user_id))

    async def begin(self, user_id: str, label: str) -> Enrolment:
        """A new secret, which counts once a code of it has come. Raises `second_factor_is_on`."""
        secret = self.ids.new_salt()[:SECRET_BYTES]
        sealed = self.keys.seal(secret, context=factor_context(user_id))
        record = FactorRecord(user_id, sealed, self.keys.blob_key_id, self.clock.now_ms(), None, 0)
        if not await self.store.begin(record):
            raise ExamhallError(
                ErrorKind.CONFLICT,
                "second_factor_is_on",
                "The second factor is on already; switch it off before a new one is set up.",
            )
        text = base64.b32encode(secret).decode().rstrip("=")
        query = urlencode({"secret": text, "issuer": _ISSUER, "digits": DIGITS, "period": STEP_S})
        return Enrolment(text, f"otpauth://totp/{quote(f'{_ISSUER}:{label}')}?{query}")

    async def confirm(self, user_id: str, code: str) -> Sequence[str]:
        """The app works: the factor counts from now on. Answers recovery codes, which are shown once.

        Raises `second_factor_not_begun`, `wrong_code`.
        """
        factor = await self.store.factor(user_id)
        if factor is None or factor.confirmed_at is not None:
            raise ExamhallError(
                ErrorKind.CONFLICT, "second_factor_not_begun", "Begin to set up the second factor first."
            )
        now = self.clock.now_ms()
        phone_ms = self.clock.wall_ms()
        step = step_of(self._secret(factor), _plain(code), now_ms=phone_ms, after_step=factor.last_step)
        codes, hashes = self._new_codes(user_id)
        if step is None or not await self.store.confirm(
            user_id, sealed=factor.sealed, step=step, at_ms=now, code_hashes=hashes
        ):
            raise wrong_code(ErrorKind.FORBIDDEN)
        return codes

    async def is_on(self, user_id: str) -> bool:
        factor = await self.store.factor(user_id)
        return factor is not None and factor.confirmed_at is not None

    async def is_right(self, user_id: str, code: str) -> bool:
        """Whether it is a code of the app or a recovery code; either is good once."""
        factor = await self.store.factor(user_id)
        if factor is None or factor.confirmed_at is None:
            return False
        plain = _plain(code)
        if len(plain) == DIGITS:
            phone_ms = self.clock.wall_ms()
            step = step_of(self._secret(factor), plain, now_ms=phone_ms, after_step=factor.last_step)
            return step is not None and await self.store.take_step(user_id, step)
        return await self.store.take_recovery_code(user_id, _hash(user_id, plain), self.clock.now_ms())

    async def new_codes(self, user_id: str) -> Sequence[str]:
        """New recovery codes; the ones before are void."""
        codes, hashes = self._new_codes(user_id)
        await self.store.replace_codes(user_id, hashes)
        return codes

    async def remove(self, user_id: str) -> None:
        """Raises `second_factor_is_off`."""
        if not await self.store.remove(user_id):
            raise ExamhallError(
                ErrorKind.CONFLICT, "second_factor_is_off", "This account has no second factor."
            )

    def _secret(self, factor: FactorRecord) -> bytes:
        return self.keys.open(factor.sealed, context=factor_context(factor.user_id))

    def _new_codes(self, user_id: str) -> tuple[list[str], list[str]]:
        """(as they are shown, as they are stored)"""
        plain = [
            base64.b32encode(self.ids.new_salt()).decode()[:_RECOVERY_CHARS].lower()
            for _ in range(_RECOVERY_CODES)
        ]
        shown = ["-".join(one[i : i + 4] for i in range(0, _RECOVERY_CHARS, 4)) for one in plain]
        return shown, [_hash(user_id, one) for one in plain]


def factor_context(user_id: str) -> bytes:
    """What the secret is bound to: a row moved to another account does not open."""
    return f"second_factor:{user_id}".encode()


def code_needed() -> ExamhallError:
    return ExamhallError(
        ErrorKind.UNAUTHENTICATED,
        "second_factor_needed",
        "Give the code that your authenticator app shows, or one of your recovery codes.",
    )


def wrong_code(kind: ErrorKind = ErrorKind.UNAUTHENTICATED) -> ExamhallError:
    return ExamhallError(
        kind,
        "wrong_code",
        "This code is not right, or was used already. Wait for the next one; the clock of the phone must be right.",
    )


def _plain(code: str) -> str:
    return "".join(one for one in code.lower() if one.isalnum())


def _hash(user_id: str, plain: str) -> str:
    return token_hash(f"{user_id}:{plain}")
