"""The credentials that we make, held against a real coturn, and live views that go through it alone."""

import asyncio
from pathlib import Path

import pytest
from aioice import Candidate, Connection, TransportPolicy
from aioice.stun import TransactionFailed
from aioice.turn import create_turn_endpoint

from examhall.adapters.meetings.p2p import turn_credentials
from examhall.adapters.meetings.stun import answers
from examhall.adapters.system import SystemClock
from examhall.bootstrap.meetings import build_provider
from examhall.settings import Settings
from support.livekit_server import LIMIT_S, free_ports
from support.turn import TURN_SECRET, Turn, coturn


async def made_credentials(turn: Turn) -> tuple[str, str]:
    settings = Settings(ice_servers=(turn.url,), ice_turn_secret=TURN_SECRET, ice_relay_only=True)
    terms = await build_provider(settings, SystemClock()).watch_terms("watch")
    (server,) = terms.ice_servers
    assert server.username
    assert server.credential
    return server.username, server.credential


async def allocate(turn: Turn, username: str, password: str) -> None:
    transport, _ = await create_turn_endpoint(
        asyncio.DatagramProtocol, ("127.0.0.1", turn.port), username, password
    )
    transport.close()


async def test_coturn_takes_what_we_make_and_nothing_else(tmp_path: Path) -> None:
    with coturn(tmp_path) as turn:
        username, password = await made_credentials(turn)
        await allocate(turn, username, password)
        expired, _, peer = username.partition(":")
        for name, word in (
            (f"{int(expired) + 60}:{peer}", password),  # a longer life than was given
            turn_credentials("another secret", "watch", int(expired)),
            turn_credentials(TURN_SECRET, "watch", 1_000_000_000),  # over long ago
        ):
            with pytest.raises(TransactionFailed):
                await allocate(turn, name, word)


async def test_two_peers_who_may_only_use_the_relay_reach_each_other(tmp_path: Path) -> None:
    with coturn(tmp_path) as turn:
        ends = []
        for controlling in (True, False):
            username, password = await made_credentials(turn)
            ends.append(
                Connection(
                    ice_controlling=controlling,
                    turn_server=("127.0.0.1", turn.port),
                    turn_username=username,
                    turn_password=password,
                    transport_policy=TransportPolicy.RELAY,
                )
            )
        one, other = ends
        async with asyncio.timeout(LIMIT_S):
            for end in ends:
                await end.gather_candidates()
            for end, peer in ((one, other), (other, one)):
                offered: list[Candidate] = peer.local_candidates
                assert {candidate.type for candidate in offered} == {"relay"}
                for candidate in offered:
                    await end.add_remote_candidate(candidate)
                await end.add_remote_candidate(None)
                end.remote_username, end.remote_password = peer.local_username, peer.local_password
            await asyncio.gather(one.connect(), other.connect())
            await one.send(b"seen through the relay")
            assert await other.recv() == b"seen through the relay"
            for end in ends:
                await end.close()


def test_a_server_that_answers_is_told_from_one_that_does_not(tmp_path: Path) -> None:
    with coturn(tmp_path) as turn:
        assert answers(turn.url)
        assert answers(turn.url.replace("turn", "stun", 1))
        assert answers(f"{turn.url}?transport=tcp")
    (free,) = free_ports(1)
    for url in (
        f"turn:127.0.0.1:{free}?transport=tcp",
        f"stun:127.0.0.1:{free}",
        "turn:[::1]:x",
        "turn:",
        "turn:no.such.host.invalid",
    ):
        assert not answers(url)
