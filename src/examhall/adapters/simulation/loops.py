"""Camera and microphone as encoded packets that go around: encoded once, sent for hours.

Encoding live would cost six times the processor; a player that loops a file has the wrong rate.
"""

import asyncio
import fractions
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import av
import numpy as np
from aiortc import MediaStreamTrack
from aiortc.mediastreams import MediaStreamError
from numpy.typing import NDArray

from examhall.adapters.simulation.scenes import HEIGHT, WIDTH, Picture

CAMERA_FPS: Final = 10
CAMERA_BITRATE: Final = 500_000
OPUS_RATE: Final = 48_000
OPUS_SAMPLES: Final = 960  # 20 ms
SOUND_S: Final = 6
LONGEST_LAG_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class PacketLoop:
    """Packets of one encoder run that starts with a key frame, each `1 / rate_hz` seconds long."""

    packets: tuple[bytes, ...] = field(repr=False)
    rate_hz: int


def encode_camera(pictures: Sequence[Picture]) -> PacketLoop:
    """VP8 at 10 frames/s with a key frame each second; forwards, then backwards, so that nothing jumps.

    pictures: at least two, uint8 BGR of shape (480, 640, 3).
    """
    codec = av.CodecContext.create("libvpx", "w")
    assert isinstance(codec, av.VideoCodecContext)  # noqa: S101  what this codec's context is
    codec.width, codec.height, codec.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    codec.time_base = fractions.Fraction(1, CAMERA_FPS)
    codec.framerate = fractions.Fraction(CAMERA_FPS, 1)
    codec.bit_rate = CAMERA_BITRATE
    codec.gop_size = CAMERA_FPS
    codec.thread_count = 1
    # No frame may wait for a later one, and none may be invisible: one packet per picture.
    codec.options = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0", "auto-alt-ref": "0"}
    packets: list[bytes] = []
    for index, picture in enumerate([*pictures, *pictures[-2:0:-1]]):
        frame = av.VideoFrame.from_ndarray(picture, format="bgr24").reformat(format="yuv420p")
        frame.pts, frame.time_base = index, fractions.Fraction(1, CAMERA_FPS)
        packets += [bytes(packet) for packet in codec.encode(frame)]
    packets += [bytes(packet) for packet in codec.encode(None)]
    return PacketLoop(tuple(packets), CAMERA_FPS)


def encode_sound(samples: NDArray[np.int16]) -> PacketLoop:
    """Opus, 20 ms a packet. samples: mono PCM at 48 kHz."""
    codec = av.CodecContext.create("libopus", "w")
    assert isinstance(codec, av.AudioCodecContext)  # noqa: S101  what this codec's context is
    codec.sample_rate, codec.layout, codec.format = OPUS_RATE, "mono", "s16"
    codec.bit_rate = 24_000
    packets: list[bytes] = []
    for start in range(0, len(samples) - OPUS_SAMPLES + 1, OPUS_SAMPLES):
        part = samples[start : start + OPUS_SAMPLES].reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(part, format="s16", layout="mono")
        frame.sample_rate, frame.pts = OPUS_RATE, start
        packets += [bytes(packet) for packet in codec.encode(frame)]
    return PacketLoop(tuple(packets), OPUS_RATE // OPUS_SAMPLES)


def quiet_room(seed: int) -> NDArray[np.int16]:
    """A fan's hum and now and then a key press: mono PCM at 48 kHz, `SOUND_S` seconds."""
    rng = np.random.default_rng(seed)
    count = OPUS_RATE * SOUND_S
    t_s = np.arange(count) / OPUS_RATE
    sound = 90 * np.sin(2 * np.pi * 110 * t_s) + rng.normal(0, 60, count)
    click = rng.normal(0, 1, 1400) * np.exp(-np.arange(1400) / 220)
    for at in rng.integers(0, count - click.size, 14):
        sound[at : at + click.size] += click * rng.uniform(900, 2200)
    return np.clip(sound, -32768, 32767).astype(np.int16)


class LoopTrack(MediaStreamTrack):
    """A track that plays the loop it is shown, and starts a new one at its key frame."""

    def __init__(self, kind: Literal["video", "audio"], now_playing: Callable[[], PacketLoop]) -> None:
        super().__init__()
        self.kind = kind
        self._now_playing = now_playing
        self._playing: PacketLoop | None = None
        self._at = 0
        self._count = 0
        self._due_s = 0.0

    async def recv(self) -> "av.Packet[av.stream.Stream]":
        """The next packet, when it is due."""
        if self.readyState != "live":
            raise MediaStreamError
        now_s = time.monotonic()
        if self._count == 0 or now_s - self._due_s > LONGEST_LAG_S:
            self._due_s = now_s  # after a standstill go on from here, do not run to catch up
        await asyncio.sleep(max(0.0, self._due_s - now_s))
        loop = self._now_playing()
        if loop is not self._playing:
            self._playing, self._at = loop, 0
        packet = av.Packet(loop.packets[self._at])
        packet.pts, packet.time_base = self._count, fractions.Fraction(1, loop.rate_hz)
        self._at = (self._at + 1) % len(loop.packets)
        self._count += 1
        self._due_s += 1 / loop.rate_hz
        return packet
