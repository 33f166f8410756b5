"""What the server says of STUN and TURN."""

import pytest

from examhall.adapters.meetings.p2p import PeerToPeer, TurnSecret, turn_credentials
from examhall.application.ports.meetings import Booth, Seat
from examhall.application.views import IceServer
from examhall.domain.errors import ExamhallError
from support.attempts import NOON, HeldClock

STUN = IceServer(("stun:stun.example.org",))
TURN = IceServer(("turn:turn.example.org", "turns:turn.example.org?transport=tcp"))


def test_turn_credentials_are_what_coturn_computes() -> None:
    # openssl: printf '1700000000:watch' | openssl dgst -sha1 -hmac north -binary | base64
    assert turn_credentials("north", "watch", 1_700_000_000) == (
        "1700000000:watch",
        "yV2l0WVutfuFGx1lmlrULE4zaCA=",
    )


async def test_credentials_are_made_for_turn_servers_only_and_end_in_time() -> None:
    provider = PeerToPeer((STUN, TURN), HeldClock(), turn_secret=TurnSecret("north", 3600))
    terms = await provider.watch_terms("w")
    stun, turn = terms.ice_servers
    assert stun == STUN
    ends_s = NOON // 1000 + 3600
    assert (turn.username, turn.credential) == turn_credentials("north", "w", ends_s)
    join = await provider.issue(Booth("e", "a"), Seat("a", "candidate"))
    assert join.expires_at == ends_s * 1000
    assert join.ice_servers[1].username == f"{ends_s}:a"


async def test_fixed_credentials_are_passed_on() -> None:
    fixed = IceServer(("turn:turn.example.org",), "exam", "hall")
    terms = await PeerToPeer((fixed,), HeldClock(), relay_only=True).watch_terms("w")
    assert (terms.ice_servers, terms.relay_only) == ((fixed,), True)


def test_relay_only_without_a_relay_is_refused() -> None:
    with pytest.raises(ExamhallError) as refused:
        PeerToPeer((STUN,), HeldClock(), relay_only=True)
    assert refused.value.code == "relay_missing"
