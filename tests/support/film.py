"""What a browser's camera and microphone are fed with: files in the formats that Chromium's fake devices read."""

import base64
import math
import struct
import wave
from pathlib import Path

import numpy as np

from examhall.adapters.detectors.model_registry import default_models_dir
from examhall.adapters.simulation.behaviours import Scene
from examhall.adapters.simulation.scenes import LOOKS, SceneArtist, encode_jpeg
from support.voice import RATE_HZ, voice

PICTURES = 47  # at 30 a second none comes again at the next sample, which would look like a frozen camera
MICROPHONE_HZ = 48_000
SPOKEN_S, QUIET_S = 4, 4


def film(scene: Scene, number: int = 0) -> list[bytes]:
    """JPEGs of one simulated candidate, who moves a little."""
    drawn = SceneArtist(default_models_dir(), LOOKS[number], seed=number).drawing(scene)
    return [encode_jpeg(drawn(i * 0.7), 85) for i in range(PICTURES)]


def as_text(pictures: list[bytes]) -> list[str]:
    return [base64.b64encode(picture).decode() for picture in pictures]


def write_camera(path: Path, pictures: list[bytes]) -> Path:
    """A Motion JPEG file is its JPEGs one after the other."""
    path.write_bytes(b"".join(pictures))
    return path


def write_microphone(path: Path, seconds: int = 2) -> Path:
    """A tone that swells and fades like speech: mono, 16 bit."""
    samples = (
        round(9000 * math.sin(i / MICROPHONE_HZ * 2 * math.pi * 220) * abs(math.sin(i / MICROPHONE_HZ * 5)))
        for i in range(seconds * MICROPHONE_HZ)
    )
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(MICROPHONE_HZ)
        file.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))
    return path


def write_speech(path: Path) -> Path:
    """A quiet room where somebody speaks for 4 of 12 seconds; Chromium plays it again and again."""
    rng = np.random.default_rng(5)
    room = rng.normal(0, 3e-4, (2 * QUIET_S + SPOKEN_S) * RATE_HZ)
    room[QUIET_S * RATE_HZ : (QUIET_S + SPOKEN_S) * RATE_HZ] += voice(SPOKEN_S)
    times = MICROPHONE_HZ // RATE_HZ
    smooth = np.interp(np.arange(room.size * times) / times, np.arange(room.size), room)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(MICROPHONE_HZ)
        file.writeframes((smooth * 32_767).astype("<i2").tobytes())
    return path


CAMERA_THE_TEST_FEEDS = """
(() => {
  const canvas = Object.assign(document.createElement('canvas'), {width: 640, height: 480});
  const context = canvas.getContext('2d');
  const bitmap = async (text) => {
    const bytes = Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
    return createImageBitmap(new Blob([bytes], {type: 'image/jpeg'}));
  };
  let pictures = [];
  let index = 0;
  window.showToCamera = async (texts) => { pictures = await Promise.all(texts.map(bitmap)); };
  setInterval(() => {
    if (pictures.length > 0) context.drawImage(pictures[index++ % pictures.length], 0, 0);
  }, 100);
  const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (wanted) =>
    wanted.video ? canvas.captureStream(15) : real(wanted);
})();
"""
"""An init script: the page's camera shows what the test gives to `showToCamera`; the microphone stays."""
