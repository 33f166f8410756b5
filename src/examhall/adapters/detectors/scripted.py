"""A vision pool that answers by script: for tests and for trying screens without models."""

from collections.abc import Mapping
from dataclasses import dataclass

from examhall.application.ports.vision import (
    AudioAnalysis,
    AudioJob,
    CameraFacts,
    DropReason,
    FaceFacts,
    FrameAnalysis,
    FrameDropped,
    FrameJob,
    HeadFacts,
    IdentityFacts,
    Look,
    ObjectFacts,
    PoolHealth,
    StageTimings,
)
from examhall.domain.observation import FaceBox, ObjectLabel, SeenObject
from examhall.vision.headers import read_header
from examhall.vision.sound import SAMPLE_RATE_HZ, clipped_share, level_dbfs, read_pcm

# What the script takes for a voice: whatever is louder.
_VOICE_DBFS = -40.0


@dataclass(frozen=True, slots=True)
class ScriptedFrame:
    """What a picture shows to closer looks too; each is answered only when it was asked for."""

    faces: tuple[FaceBox, ...]
    head: HeadFacts | None = None
    embedding: tuple[float, ...] | None = None
    objects: tuple[SeenObject, ...] = ()


ScriptedAnswer = tuple[FaceBox, ...] | ScriptedFrame | DropReason


class ScriptedPool:
    """A `VisionPool` that reads only the header and takes the faces from a script.

    `script` goes by payload; what is not in it shows `otherwise`. Camera facts and the thumbnail
    follow from the payload alone, so equal pictures stay equal.
    """

    def __init__(self, script: Mapping[bytes, ScriptedAnswer], otherwise: ScriptedAnswer = ()) -> None:
        self._script = script
        self._otherwise = otherwise
        self._started = False

    async def start(self) -> None:
        self._started = True

    async def stop(self) -> None:
        self._started = False

    async def analyze(self, job: FrameJob) -> FrameAnalysis:
        if not self._started:
            raise FrameDropped(DropReason.STOPPING)
        header = read_header(job.payload)
        answer = self._script.get(job.payload, self._otherwise)
        if isinstance(answer, DropReason):
            raise FrameDropped(answer)
        shown = answer if isinstance(answer, ScriptedFrame) else ScriptedFrame(answer)
        fingerprint = int.from_bytes(job.payload[-10:-2].ljust(8, b"\x00"), "big")
        camera = CameraFacts(
            luma_mean=120.0, luma_sd=50.0, sharpness=500.0, fingerprint=fingerprint, exact_hash=fingerprint
        )
        return FrameAnalysis(
            width=header.width,
            height=header.height,
            faces=None if job.scan is None else FaceFacts(job.scan, shown.faces),
            camera=camera,
            thumbnail=job.payload[:6_000] if job.thumbnail else None,
            timings=StageTimings(0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
            heads=(shown.head,) if shown.head is not None and Look.HEAD in job.looks else (),
            identities=(
                (IdentityFacts(0, shown.embedding, None),)
                if shown.embedding is not None and Look.IDENTITY in job.looks
                else ()
            ),
            objects=ObjectFacts(tuple(ObjectLabel), shown.objects) if Look.OBJECTS in job.looks else None,
        )

    async def listen(self, job: AudioJob) -> AudioAnalysis:
        if not self._started:
            raise FrameDropped(DropReason.STOPPING)
        samples = read_pcm(job.pcm)
        level = level_dbfs(samples)
        said = 1.0 if level > _VOICE_DBFS else 0.0
        return AudioAnalysis(
            duration_s=samples.size / SAMPLE_RATE_HZ,
            speech_share=said,
            probability=said,
            level_dbfs=level,
            clipped_share=clipped_share(samples),
            total_ms=0.0,
            memory=job.memory,
        )

    def health(self) -> PoolHealth:
        ready = 1 if self._started else 0
        return PoolHealth(workers=1, ready=ready, restarts=0, busy_ratio=0.0, waiting=0, oldest_wait_ms=0.0)
