"""A worker that a hostile picture took over may answer anything: it is a reply of ours, or a `ProtocolError`."""

import json

from hypothesis import example, given
from hypothesis import strategies as st

from examhall.application.ports.vision import AudioAnalysis, AudioJob, FrameAnalysis
from examhall.domain.errors import ErrorKind, ExamhallError
from examhall.pipeline.worker_protocol import (
    PREFIX,
    ProtocolError,
    decode_job,
    decode_reply,
    encode_error,
    encode_heard,
    encode_job,
    encode_ready,
)

JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(), inner, max_size=3)),
    max_leaves=10,
)
HEARD = ("duration_s", "speech_share", "probability", "level_dbfs", "clipped_share", "total_ms")
HEADS = st.one_of(
    st.binary(max_size=200),
    JSON.map(lambda value: json.dumps(value).encode()),
    st.fixed_dictionaries(
        dict.fromkeys(HEARD, st.floats() | st.integers()), optional={"type": st.just("heard")}
    ).map(lambda value: json.dumps(value).encode()),
)


@given(HEADS, st.binary(max_size=200))
@example(b"[" * 200_000, b"")
@example(b'{"type": "heard"}', b"x" * 9000)
def test_any_reply_is_ours_or_an_error(head: bytes, blob: bytes) -> None:
    try:
        reply = decode_reply(head, blob)
    except ProtocolError:
        return
    assert reply is None or isinstance(reply, FrameAnalysis | AudioAnalysis | ExamhallError)
    if isinstance(reply, AudioAnalysis):
        assert 0 <= reply.speech_share <= 1
        assert 0 <= reply.probability <= 1
        assert 0 <= reply.duration_s <= 2


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40), st.binary(), st.binary(max_size=8192))
def test_a_piece_of_sound_and_its_memory_come_apart_as_they_were(
    lane: str, pcm: bytes, memory: bytes
) -> None:
    packed = encode_job(AudioJob(lane, pcm, memory))
    head_bytes, blob_bytes = PREFIX.unpack_from(packed)
    head, blob = packed[PREFIX.size : PREFIX.size + head_bytes], packed[PREFIX.size + head_bytes :]
    assert len(blob) == blob_bytes
    assert decode_job(head, blob) == AudioJob(lane, pcm, memory)


def test_what_workers_really_say_is_understood() -> None:
    analysis = AudioAnalysis(0.5, 0.25, 0.9, -20.0, 0.0, 3.0, b"memory")
    packed = encode_heard(analysis)
    assert decode_reply(*_parts(packed)) == analysis
    assert decode_reply(*_parts(encode_ready())) is None
    told = decode_reply(*_parts(encode_error(ExamhallError(ErrorKind.INVALID, "sound_unreadable", "No."))))
    assert isinstance(told, ExamhallError)
    assert told.code == "sound_unreadable"


def _parts(packed: bytes) -> tuple[bytes, bytes]:
    size, _ = PREFIX.unpack_from(packed)
    return packed[PREFIX.size : PREFIX.size + size], packed[PREFIX.size + size :]
