"""The heads of the messages between server and worker that are about sound; see `worker_protocol`."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from examhall.application.ports.vision import AudioAnalysis, AudioJob

# What a worker may give to be kept for the next piece; the speech detector needs about 2 kB.
_MAX_MEMORY = 8 * 1024

Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Finite = Annotated[float, Field(allow_inf_nan=False)]


@dataclass(frozen=True, slots=True)
class SoundHead:
    """The blob is the memory, `memory` bytes of it, and then the samples."""

    lane: str
    memory: Annotated[int, Field(ge=0, le=_MAX_MEMORY)]
    type: Literal["sound"] = "sound"


@dataclass(frozen=True, slots=True)
class HeardHead:
    """The blob is the memory."""

    duration_s: Annotated[float, Field(ge=0, le=2, allow_inf_nan=False)]
    speech_share: Share
    probability: Share
    level_dbfs: Finite
    clipped_share: Share
    total_ms: Finite
    type: Literal["heard"] = "heard"


def job_of(head: SoundHead, blob: bytes) -> AudioJob:
    return AudioJob(head.lane, blob[head.memory :], blob[: head.memory])


def heard(analysis: AudioAnalysis) -> HeardHead:
    return HeardHead(
        analysis.duration_s,
        analysis.speech_share,
        analysis.probability,
        analysis.level_dbfs,
        analysis.clipped_share,
        analysis.total_ms,
    )


def analysis_of(head: HeardHead, blob: bytes) -> AudioAnalysis:
    """Raises ValueError for a memory larger than any of ours."""
    if len(blob) > _MAX_MEMORY:
        raise ValueError("a memory that is too large")
    return AudioAnalysis(
        head.duration_s,
        head.speech_share,
        head.probability,
        head.level_dbfs,
        head.clipped_share,
        head.total_ms,
        blob,
    )
