"""What server and worker say to each other: a length-prefixed JSON head and a blob.

Not pickle: a worker that a hostile picture took over could answer anything, and unpickling would
run it in the server. Only the start message, which goes from the server to the worker, is pickled.
"""

import struct
from dataclasses import dataclass, field
from typing import Literal

from pydantic import TypeAdapter

from examhall.application.ports.vision import (
    AudioAnalysis,
    AudioJob,
    CameraFacts,
    FaceFacts,
    FrameAnalysis,
    FrameJob,
    HeadFacts,
    IdentityFacts,
    Look,
    ObjectFacts,
    StageTimings,
)
from examhall.domain.errors import ErrorKind, ExamhallError
from examhall.domain.observation import Scan
from examhall.domain.policy import ScanPlan
from examhall.pipeline.sound_protocol import HeardHead, SoundHead, analysis_of, heard, job_of

PREFIX = struct.Struct("<II")  # bytes of the head, bytes of the blob
MAX_REPLY_HEAD = 256 * 1024
MAX_REPLY_BLOB = 64 * 1024


class ProtocolError(Exception):
    """The other side said something that makes no sense."""


@dataclass(frozen=True, slots=True)
class _JobHead:
    lane: str
    scan: Scan | None
    plan: ScanPlan
    thumbnail: bool
    looks: frozenset[Look]


@dataclass(frozen=True, slots=True)
class _Ready:
    type: Literal["ready"] = "ready"


@dataclass(frozen=True, slots=True)
class _Fault:
    kind: ErrorKind
    code: str
    message: str
    type: Literal["fault"] = "fault"


@dataclass(frozen=True, slots=True)
class _Result:
    width: int
    height: int
    faces: FaceFacts | None
    camera: CameraFacts
    thumbnail: bool
    timings: StageTimings
    heads: tuple[HeadFacts, ...]
    identities: tuple[IdentityFacts, ...]
    objects: ObjectFacts | None
    type: Literal["result"] = field(default="result")


_JOB: TypeAdapter[SoundHead | _JobHead] = TypeAdapter(SoundHead | _JobHead)
_REPLY: TypeAdapter[_Ready | _Fault | _Result | HeardHead] = TypeAdapter(
    _Ready | _Fault | _Result | HeardHead
)


def pack(head: bytes, blob: bytes = b"") -> bytes:
    return PREFIX.pack(len(head), len(blob)) + head + blob


def encode_job(job: FrameJob | AudioJob) -> bytes:
    if isinstance(job, AudioJob):
        return pack(_JOB.dump_json(SoundHead(job.lane, len(job.memory))), job.memory + job.pcm)
    head = _JobHead(job.lane, job.scan, job.plan, job.thumbnail, job.looks)
    return pack(_JOB.dump_json(head), job.payload)


def decode_job(head: bytes, blob: bytes) -> FrameJob | AudioJob:
    parsed = _JOB.validate_json(head)
    if isinstance(parsed, SoundHead):
        return job_of(parsed, blob)
    return FrameJob(parsed.lane, blob, parsed.scan, parsed.plan, parsed.thumbnail, parsed.looks)


def encode_ready() -> bytes:
    return pack(_REPLY.dump_json(_Ready()))


def encode_error(error: ExamhallError) -> bytes:
    return pack(_REPLY.dump_json(_Fault(error.kind, error.code, error.message)))


def encode_analysis(analysis: FrameAnalysis) -> bytes:
    head = _Result(
        analysis.width,
        analysis.height,
        analysis.faces,
        analysis.camera,
        analysis.thumbnail is not None,
        analysis.timings,
        analysis.heads,
        analysis.identities,
        analysis.objects,
    )
    return pack(_REPLY.dump_json(head), analysis.thumbnail or b"")


def encode_heard(analysis: AudioAnalysis) -> bytes:
    return pack(_REPLY.dump_json(heard(analysis)), analysis.memory)


def decode_reply(head: bytes, blob: bytes) -> FrameAnalysis | AudioAnalysis | ExamhallError | None:
    """An analysis, what is wrong with the bytes, or None for "ready". Raises ProtocolError."""
    try:
        reply = _REPLY.validate_json(head)
        if isinstance(reply, HeardHead):
            return analysis_of(reply, blob)
    except ValueError as error:
        raise ProtocolError("a reply that is no reply") from error
    if isinstance(reply, _Ready):
        return None
    if isinstance(reply, _Fault):
        return ExamhallError(reply.kind, reply.code, reply.message)
    return FrameAnalysis(
        reply.width,
        reply.height,
        reply.faces,
        reply.camera,
        blob if reply.thumbnail else None,
        reply.timings,
        reply.heads,
        reply.identities,
        reply.objects,
    )
