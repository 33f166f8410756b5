"""Codes of authenticator apps: the vectors of RFC 6238, another library's answer, and that none counts twice."""

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from hypothesis import given
from hypothesis import strategies as st

from examhall.domain.one_time_code import STEP_S, code_at, step_of

SECRET = b"12345678901234567890"


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_the_vectors_of_the_standard(seconds: int, code: str) -> None:
    assert code_at(SECRET, seconds // STEP_S) == code[-6:]  # the standard's have 8 digits


@given(secret=st.binary(min_size=16, max_size=32), seconds=st.integers(0, 2**40))
def test_it_is_what_another_library_says(secret: bytes, seconds: int) -> None:
    theirs = TOTP(secret, 6, SHA1(), STEP_S, enforce_key_length=False).generate(seconds)
    assert code_at(secret, seconds // STEP_S) == theirs.decode()


@pytest.mark.parametrize(("off", "taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_one_step_off(off: int, taken: bool) -> None:
    now_step = 50_000_000
    found = step_of(SECRET, code_at(SECRET, now_step + off), now_ms=now_step * STEP_S * 1000, after_step=0)
    assert found == (now_step + off if taken else None)


def test_a_code_is_worth_nothing_once_it_or_a_later_one_was_taken() -> None:
    step = 50_000_000
    for after in (step, step + 1):
        assert step_of(SECRET, code_at(SECRET, step), now_ms=step * STEP_S * 1000, after_step=after) is None


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "\uff11\uff12\uff13\uff14\uff15\uff16"])
def test_what_is_no_code_is_wrong(code: str) -> None:
    assert step_of(SECRET, code, now_ms=1_500_000_000_000, after_step=0) is None
