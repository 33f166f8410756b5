"""Codes of authenticator apps: TOTP (RFC 6238) over HOTP (RFC 4226), SHA-1, 6 digits, 30 s, as every app has them."""

import hashlib
import hmac

STEP_S = 30
DIGITS = 6
SECRET_BYTES = 20  # as RFC 4226 recommends
_STEPS_OFF = 1  # a clock may be off by one step, and typing takes time


def code_at(secret: bytes, step: int) -> str:
    """The code of one step; step = seconds since the epoch // 30."""
    mac = hmac.new(secret, step.to_bytes(8, "big"), hashlib.sha1).digest()
    offset = mac[-1] & 0x0F
    number = int.from_bytes(mac[offset : offset + 4], "big") & 0x7FFF_FFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def step_of(secret: bytes, code: str, *, now_ms: int, after_step: int) -> int | None:
    """The step whose code this is, at most one off; None for a wrong code.

    Steps up to `after_step` are refused: the code of a step that was taken once is worth nothing any more.
    """
    now_step = now_ms // 1000 // STEP_S
    found = None
    for step in range(now_step - _STEPS_OFF, now_step + _STEPS_OFF + 1):
        same = hmac.compare_digest(code_at(secret, step).encode(), code.encode())
        if same and step > after_step:
            found = step
    return found
