"""The live view of a simulated candidate: offers camera and microphone to whoever watches."""

import asyncio
import functools
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Final

import aioice.ice
import structlog
from aiortc import (
    RTCBundlePolicy,
    RTCConfiguration,
    RTCIceServer,
    RTCIceTransportPolicy,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.sdp import candidate_from_sdp

from examhall.adapters.simulation.behaviours import Scene
from examhall.adapters.simulation.loops import (
    LoopTrack,
    PacketLoop,
    encode_camera,
    encode_sound,
    quiet_room,
)
from examhall.adapters.simulation.scenes import SceneArtist

log = structlog.get_logger()

LOOP_PICTURES: Final = 16
LOOPBACK: Final = "127.0.0.1"
# What would make a browser steer a bit rate that packets from memory cannot follow.
_NO_STEERING = ("goog-remb", "abs-send-time")

Message = Mapping[str, object]

_host_addresses: Callable[..., list[str]] = aioice.ice.get_host_addresses


def _with_loopback(use_ipv4: bool, use_ipv6: bool) -> list[str]:
    """aioice leaves 127.0.0.1 out, which is where a demo's proctor is."""
    found = _host_addresses(use_ipv4=use_ipv4, use_ipv6=use_ipv6)
    return [LOOPBACK, *found] if use_ipv4 and LOOPBACK not in found else found


aioice.ice.get_host_addresses = _with_loopback


@functools.cache
def _room_sound() -> PacketLoop:
    return encode_sound(quiet_room(seed=1))


@dataclass(slots=True)
class LiveView:
    """Shows one artist's scenes; each is drawn and encoded when somebody first watches it."""

    artist: SceneArtist
    _scene: Scene = Scene.NORMAL
    _loops: dict[Scene, PacketLoop] = field(default_factory=dict)
    _peers: dict[str, RTCPeerConnection] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _drawing: asyncio.Lock = field(default_factory=asyncio.Lock)

    def show(self, scene: Scene) -> None:
        """From now on the camera sees this."""
        if scene is not self._scene:
            self._scene = scene
            if self._peers:
                self._start(self._prepare(scene))

    async def take(self, message: Message) -> list[dict[str, object]]:
        """Answer what the server says of a live view; the answers go back over the same socket."""
        watch_id = str(message["watch_id"])
        match message["type"]:
            case "watch_open":
                return [await self._offer(watch_id, message)]
            case "watch_signal" if watch_id in self._peers:
                await self._signalled(self._peers[watch_id], message)
            case "watch_close" if watch_id in self._peers:
                await self._peers.pop(watch_id).close()
            case _:
                pass
        return []

    async def close_all(self) -> None:
        """Nobody watches any more."""
        for task in self._tasks:
            task.cancel()
        peers, self._peers = list(self._peers.values()), {}
        await asyncio.gather(*(peer.close() for peer in peers), *self._tasks, return_exceptions=True)

    async def _offer(self, watch_id: str, opened: Message) -> dict[str, object]:
        await self._prepare(self._scene)
        peer = RTCPeerConnection(_configuration(opened))
        self._peers[watch_id] = peer
        senders = {
            "camera": peer.addTransceiver(LoopTrack("video", self._now_playing), direction="sendonly"),
            "microphone": peer.addTransceiver(LoopTrack("audio", _room_sound), direction="sendonly"),
        }
        await peer.setLocalDescription(await peer.createOffer())
        return {
            "type": "watch_signal",
            "watch_id": watch_id,
            "description": {"type": "offer", "sdp": _without_steering(peer.localDescription.sdp)},
            "tracks": {sender.mid: name for name, sender in senders.items()},
        }

    async def _signalled(self, peer: RTCPeerConnection, signal: Message) -> None:
        description, candidate = signal.get("description"), signal.get("candidate")
        if isinstance(description, dict) and description.get("type") == "answer":
            await peer.setRemoteDescription(RTCSessionDescription(description["sdp"], "answer"))
        if isinstance(candidate, dict) and candidate.get("candidate"):
            self._start(self._add(peer, candidate))

    async def _add(self, peer: RTCPeerConnection, candidate: Message) -> None:
        parsed = candidate_from_sdp(str(candidate["candidate"]).removeprefix("candidate:"))
        mid, index = candidate.get("sdpMid"), candidate.get("sdpMLineIndex")
        parsed.sdpMid = str(mid) if mid is not None else None
        parsed.sdpMLineIndex = int(index) if isinstance(index, int) else None
        await peer.addIceCandidate(parsed)

    def _now_playing(self) -> PacketLoop:
        """The scene; while it is still being drawn, the one before."""
        return self._loops.get(self._scene) or next(iter(self._loops.values()))

    async def _prepare(self, scene: Scene) -> None:
        async with self._drawing:
            if scene not in self._loops:
                self._loops[scene] = await asyncio.to_thread(self._draw, scene)

    def _draw(self, scene: Scene) -> PacketLoop:
        draw = self.artist.drawing(scene)
        return encode_camera([draw(i / 10) for i in range(LOOP_PICTURES)])

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.warning("simulated_live_view_failed", error=repr(task.exception()))


def _configuration(opened: Message) -> RTCConfiguration:
    servers = opened.get("ice_servers")
    return RTCConfiguration(
        iceServers=[
            RTCIceServer(list(one["urls"]), one.get("username"), one.get("credential"))
            for one in (servers if isinstance(servers, list) else [])
        ],
        iceTransportPolicy=RTCIceTransportPolicy.RELAY
        if opened.get("relay_only")
        else RTCIceTransportPolicy.ALL,
        bundlePolicy=RTCBundlePolicy.MAX_BUNDLE,
    )


def _without_steering(sdp: str) -> str:
    return "".join(
        line for line in sdp.splitlines(keepends=True) if not any(word in line for word in _NO_STEERING)
    )
