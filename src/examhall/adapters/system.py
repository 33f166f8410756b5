"""The real clock and real randomness."""

import base64
import secrets
import time


class SystemClock:
    """Implements `application.ports.clock.Clock`."""

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def monotonic_s(self) -> float:
        return time.monotonic()


class SystemIds:
    """Implements `application.ports.clock.Ids`."""

    def new_id(self) -> str:
        return base64.b32encode(secrets.token_bytes(17)).decode().lower()[:26]

    def new_token(self) -> str:
        return secrets.token_urlsafe(32)

    def new_salt(self) -> bytes:
        return secrets.token_bytes(32)
