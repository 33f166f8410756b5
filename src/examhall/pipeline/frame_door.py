"""Which pictures come in, and how they are stamped."""

from examhall.application.ports.attempt_store import AttemptRecord
from examhall.application.ports.vision import EncodedFrame
from examhall.domain.attempt import FRAMES_EXPECTED, AttemptState
from examhall.domain.clock import clamp_captured_ms
from examhall.domain.errors import ErrorKind, ExamhallError
from examhall.domain.frame_header import FrameCodec, FrameKind, FrameMessage

MAX_BYTES = {FrameKind.CAMERA: 512 * 1024, FrameKind.SCREEN: 1024 * 1024, FrameKind.AUDIO: 64_000}


_SOUND_EXPECTED = FRAMES_EXPECTED - {AttemptState.PAUSED}


def let_in(
    record: AttemptRecord, frame: FrameMessage, received_at_ms: int, *, listening: bool = False
) -> EncodedFrame:
    """Check one frame and stamp it; `captured_at` is the candidate's word, so it is held to the last 10 s.

    listening: whether the policy asks for sound. Raises `ExamhallError` `frame_not_expected`,
    `frame_too_large`, `frame_codec_mismatch` or `sound_unreadable`.
    """
    if record.consented_at is None or record.state not in FRAMES_EXPECTED:
        raise ExamhallError(
            ErrorKind.CONFLICT,
            "frame_not_expected",
            f"No pictures are taken while the attempt is {record.state.replace('_', ' ')}"
            f"{'' if record.consented_at else ' and before consent'}; stop sending.",
        )
    if frame.kind is FrameKind.AUDIO and not (listening and record.state in _SOUND_EXPECTED):
        raise ExamhallError(
            ErrorKind.CONFLICT, "frame_not_expected", "Sound is not asked for; stop sending it."
        )
    if len(frame.payload) > MAX_BYTES[frame.kind]:
        raise ExamhallError(
            ErrorKind.TOO_LARGE,
            "frame_too_large",
            f"It has {len(frame.payload)} bytes; at most {MAX_BYTES[frame.kind]} are taken"
            f"{' (2 s of sound)' if frame.kind is FrameKind.AUDIO else ''}.",
        )
    if frame.codec is FrameCodec.PCM16 and len(frame.payload) % 2:
        raise ExamhallError(
            ErrorKind.INVALID, "sound_unreadable", "The bytes are no whole number of 16 bit samples."
        )
    if not _looks_like(frame.codec, frame.payload):
        raise ExamhallError(
            ErrorKind.UNSUPPORTED,
            "frame_codec_mismatch",
            f"The header says {frame.codec.name}, the bytes do not begin like one.",
        )
    return EncodedFrame(
        attempt_id=record.id,
        kind=frame.kind,
        codec=frame.codec,
        sequence=frame.sequence,
        captured_at_ms=clamp_captured_ms(frame.captured_at_ms, received_at_ms),
        received_at_ms=received_at_ms,
        payload=frame.payload,
    )


def _looks_like(codec: FrameCodec, payload: bytes) -> bool:
    if codec is FrameCodec.PCM16:
        return True  # samples look like anything
    if codec is FrameCodec.JPEG:
        return payload.startswith(b"\xff\xd8")
    return payload[:4] == b"RIFF" and payload[8:12] == b"WEBP"
