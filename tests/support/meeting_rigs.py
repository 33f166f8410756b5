"""Every meeting provider with what stands behind it, for the contract suite."""

import base64
import contextlib
import hashlib
import json
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from livekit import api

from examhall.adapters.meetings.livekit import LiveKit
from examhall.adapters.meetings.p2p import PeerToPeer, TurnSecret
from examhall.adapters.system import SystemClock
from examhall.application.ports.meetings import Media, MeetingEventKind, MeetingProvider
from examhall.application.views import IceServer
from examhall.bootstrap.meetings import build_provider
from examhall.settings import Settings
from support.hosted_service import HostedService, hosted_service
from support.livekit_server import KEY, SECRET, livekit_node
from support.reports import Report


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


ACCOUNT, APP, TOKEN = "account", "app", "the-secret-token-of-the-tests"


def realtimekit_settings(service: HostedService) -> dict[str, str]:
    return {
        "meetings": "realtimekit",
        "realtimekit_account_id": ACCOUNT,
        "realtimekit_app_id": APP,
        "realtimekit_api_token": TOKEN,
        "realtimekit_base_url": service.url,
        "realtimekit_webhook_keys_url": f"{service.url}/.well-known/webhooks.json",
    }


def dyte_settings(service: HostedService) -> dict[str, str]:
    return {
        "meetings": "dyte",
        "dyte_org_id": ACCOUNT,
        "dyte_api_key": TOKEN,
        "dyte_base_url": f"{service.url}/v2",
        "dyte_webhook_keys_url": f"{service.url}/.well-known/webhooks.json",
    }


@contextlib.contextmanager
def realtimekit_service() -> Iterator[HostedService]:
    prefix = f"/accounts/{ACCOUNT}/realtime/kit/{APP}"
    with hosted_service(prefix, f"Bearer {TOKEN}", "rtk") as service:
        yield service


@contextlib.contextmanager
def dyte_service() -> Iterator[HostedService]:
    basic = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
    with hosted_service("/v2", f"Basic {basic}", "dyte") as service:
        yield service


@contextlib.asynccontextmanager
async def realtimekit_rig(folder: Path) -> AsyncIterator[Rig]:
    with realtimekit_service() as service:
        async with hosted_rig(service, realtimekit_settings(service)) as rig:
            yield rig


@contextlib.asynccontextmanager
async def dyte_rig(folder: Path) -> AsyncIterator[Rig]:
    with dyte_service() as service:
        async with hosted_rig(service, dyte_settings(service)) as rig:
            yield rig


@contextlib.asynccontextmanager
async def hosted_rig(service: HostedService, settings: dict[str, str]) -> AsyncIterator[Rig]:
    provider = build_provider(Settings(**settings), SystemClock())  # type: ignore[arg-type]
    async with _started(provider):
        yield Rig(provider, (TOKEN,), service.report, service.stop, service.start)


RIGS = {"p2p": p2p_rig, "livekit": livekit_rig, "realtimekit": realtimekit_rig, "dyte": dyte_rig}
