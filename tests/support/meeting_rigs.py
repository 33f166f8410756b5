"""Every meeting provider with what stands behind it, for the contract suite."""

import base64
import contextlib
import hashlib
import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from livekit import api

from examhall.adapters.meetings.livekit import LiveKit
from examhall.adapters.meetings.p2p import PeerToPeer, TurnSecret
from examhall.adapters.system import SystemClock
from examhall.application.ports.meetings import Media, MeetingEventKind, MeetingProvider
from examhall.application.views import IceServer
from support.livekit_server import KEY, SECRET, livekit_node


@dataclass(frozen=True, slots=True)
class Report:
    """A webhook as it would come in; headers in lower case."""

    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Rig:
    """A started provider. `report` is how its service would tell; secrets must never be seen."""

    provider: MeetingProvider
    secrets: tuple[str, ...] = ()
    report: Callable[[MeetingEventKind, str, str | None, Media | None], Report] | None = None
    go_down: Callable[[], None] | None = None
    come_back: Callable[[], None] | None = None


@contextlib.asynccontextmanager
async def p2p_rig(folder: Path) -> AsyncIterator[Rig]:
    turn = IceServer(("turn:turn.example.org:3478",))
    provider = PeerToPeer((turn,), SystemClock(), turn_secret=TurnSecret("shared with coturn", 3600))
    async with _started(provider):
        yield Rig(provider, secrets=("shared with coturn",))


@contextlib.asynccontextmanager
async def livekit_rig(folder: Path) -> AsyncIterator[Rig]:
    with livekit_node(folder) as node:
        provider = LiveKit(node.access, SystemClock())
        async with _started(provider):
            yield Rig(provider, (SECRET,), livekit_report, node.stop, node.start)


def livekit_report(
    kind: MeetingEventKind, room: str, participant_id: str | None, media: Media | None
) -> Report:
    """As LiveKit signs it: a token of our key that names the hash of the body."""
    names = {
        MeetingEventKind.JOINED: "participant_joined",
        MeetingEventKind.LEFT: "participant_left",
        MeetingEventKind.TRACK_PUBLISHED: "track_published",
        MeetingEventKind.ENDED: "room_finished",
    }
    told: dict[str, object] = {
        "event": names[kind],
        "id": f"EV_{kind}_{room}_{participant_id}",
        "createdAt": "1790000000",
        "room": {"name": room, "sid": "RM_1"},
    }
    if participant_id:
        told["participant"] = {"identity": participant_id, "sid": "PA_1"}
    if media:
        source = {"camera": "CAMERA", "microphone": "MICROPHONE", "screen": "SCREEN_SHARE"}[media]
        told["track"] = {"sid": "TR_1", "source": source}
    body = json.dumps(told).encode()
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    token = api.AccessToken(KEY, SECRET).with_sha256(digest).to_jwt()
    return Report({"authorization": token, "content-type": "application/webhook+json"}, body)


@contextlib.asynccontextmanager
async def _started(provider: MeetingProvider) -> AsyncIterator[None]:
    await provider.start()
    try:
        yield
    finally:
        await provider.stop()


RIGS = {"p2p": p2p_rig, "livekit": livekit_rig}
