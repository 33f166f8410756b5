"""Packets that go around: encoded once, decodable from the start, at their own pace."""

import asyncio
from pathlib import Path

import av
import numpy as np
import pytest
from aiortc.mediastreams import MediaStreamError

from examhall.adapters.simulation.loops import (
    CAMERA_FPS,
    LoopTrack,
    PacketLoop,
    encode_camera,
    encode_sound,
    quiet_room,
)


def _pictures(count: int) -> list[np.ndarray]:
    """Each is a little lighter than the one before."""
    return [np.full((480, 640, 3), 40 + 10 * index, np.uint8) for index in range(count)]


def test_camera_goes_forwards_and_back_with_a_key_frame_each_second() -> None:
    loop = encode_camera(_pictures(16))
    assert len(loop.packets) == 16 + 14
    key_frames = [index for index, packet in enumerate(loop.packets) if packet[0] & 1 == 0]
    assert key_frames[0] == 0
    assert max(b - a for a, b in zip(key_frames, [*key_frames[1:], 30], strict=True)) <= CAMERA_FPS

    decoder = av.CodecContext.create("libvpx", "r")
    seen = [
        frame.to_ndarray(format="gray").mean()
        for packet in loop.packets
        for frame in decoder.decode(av.Packet(packet))
    ]
    assert len(seen) == 30
    assert int(np.argmax(seen)) == 15
    assert seen[1] == pytest.approx(seen[-1], abs=3)  # so the loop closes without a jump


def test_sound_is_twenty_milliseconds_a_packet() -> None:
    loop = encode_sound(quiet_room(seed=3)[:48_000])
    assert loop.rate_hz == 50
    assert 48 <= len(loop.packets) <= 51


async def test_track_counts_on_while_the_loop_comes_around() -> None:
    loop = PacketLoop((b"a", b"b", b"c"), rate_hz=1000)
    track = LoopTrack("audio", lambda: loop)
    packets = [await track.recv() for _ in range(7)]
    assert [bytes(packet) for packet in packets] == [b"a", b"b", b"c", b"a", b"b", b"c", b"a"]
    assert [packet.pts for packet in packets] == list(range(7))
    assert all(packet.time_base == 1 / 1000 or packet.time_base.denominator == 1000 for packet in packets)


async def test_track_starts_another_loop_at_its_key_frame() -> None:
    first, second = PacketLoop((b"a", b"b", b"c"), 1000), PacketLoop((b"K", b"l"), 1000)
    showing = [first]
    track = LoopTrack("video", lambda: showing[0])
    await track.recv()
    showing[0] = second
    assert [bytes(await track.recv()) for _ in range(3)] == [b"K", b"l", b"K"]


async def test_a_stopped_track_ends() -> None:
    track = LoopTrack("video", lambda: PacketLoop((b"a",), 1000))
    track.stop()
    with pytest.raises(MediaStreamError):
        await asyncio.wait_for(track.recv(), 5)


def test_media_is_loaded_by_the_simulation_alone() -> None:
    package = Path(__file__).resolve().parents[3] / "src" / "examhall"
    users = {
        path.relative_to(package).parts[:2]
        for path in package.rglob("*.py")
        for line in path.read_text().splitlines()
        if line.split()[:1] in (["import"], ["from"])
        and line.split()[1].split(".")[0] in {"av", "aiortc", "aioice", "pylibsrtp"}
    }
    assert users == {("adapters", "simulation")}
