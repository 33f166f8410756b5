"""The live view of a simulated candidate, watched by a real WebRTC peer."""

import asyncio

import av
from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamTrack

from examhall.adapters.simulation.behaviours import Scene
from examhall.adapters.simulation.live_view import LiveView
from examhall.adapters.simulation.reel import artist_of
from support.people import MODELS_DIR

LIMIT_S = 30
OPEN = {"type": "watch_open", "watch_id": "w1", "ice_servers": [], "relay_only": False, "profile": "focus"}


async def _brightness(track: MediaStreamTrack) -> float:
    frame = await track.recv()
    assert isinstance(frame, av.VideoFrame)
    assert (frame.width, frame.height) == (640, 480)
    return float(frame.to_ndarray(format="gray").mean())


async def test_a_watcher_gets_camera_and_sound_and_sees_the_scene_change() -> None:
    view = LiveView(artist_of(MODELS_DIR, 0))
    watcher = RTCPeerConnection()
    tracks: dict[str, MediaStreamTrack] = {}
    watcher.on("track", lambda track: tracks.setdefault(track.kind, track))
    try:
        (offer,) = await view.take(OPEN)
        assert offer["type"] == "watch_signal"
        assert offer["watch_id"] == "w1"
        assert offer["tracks"] == {"0": "camera", "1": "microphone"}
        description = offer["description"]
        assert isinstance(description, dict)
        assert "127.0.0.1" in description["sdp"]
        await watcher.setRemoteDescription(RTCSessionDescription(description["sdp"], "offer"))
        await watcher.setLocalDescription(await watcher.createAnswer())
        answer = {"type": "answer", "sdp": watcher.localDescription.sdp}
        assert await view.take({"type": "watch_signal", "watch_id": "w1", "description": answer}) == []

        async with asyncio.timeout(LIMIT_S):
            assert await _brightness(tracks["video"]) > 60
            sound = await tracks["audio"].recv()
            assert isinstance(sound, av.AudioFrame)
            view.show(Scene.COVERED)
            while await _brightness(tracks["video"]) > 20:
                pass
            assert await view.take({"type": "watch_close", "watch_id": "w1"}) == []
            assert await view.take({"type": "watch_signal", "watch_id": "w1", "description": answer}) == []
    finally:
        await view.close_all()
        await watcher.close()
