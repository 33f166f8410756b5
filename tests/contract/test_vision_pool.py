"""What every `VisionPool` does: worker processes with the real models, and the scripted one."""

from collections.abc import AsyncIterator

import pytest

from examhall.adapters.detectors.analyzer import AnalyzerFactory
from examhall.adapters.detectors.scripted import ScriptedFrame, ScriptedPool
from examhall.adapters.detectors.speech import ListenerFactory
from examhall.application.ports.vision import (
    AudioJob,
    DropReason,
    FrameDropped,
    FrameJob,
    HeadFacts,
    Look,
    VisionPool,
)
from examhall.domain.errors import ExamhallError
from examhall.domain.observation import FaceBox, ObjectLabel, Scan, SeenObject
from examhall.domain.policy import ScanPlan
from examhall.pipeline.worker_pool import PoolConfig, WorkerPool
from support.people import MODELS_DIR, portrait, seat_jpeg
from support.pictures import encode, jpeg_claiming, noise, png_header_only
from support.voice import pieces, voice

ONE = FaceBox(10, 10, 50, 60, 0.9)
OTHER = FaceBox(80, 10, 120, 60, 0.8)
CLOSE = encode(portrait("astronaut"), ".jpg")
HEAD = HeadFacts(0, -2.0, -10.0, 3.0, 0.49, 0.05, 0.2, 0.4, 1.0, 177.0, None, None)
PERSON = SeenObject(ObjectLabel.PERSON, 0.7, 20, 10, 380, 500)


def unstarted(kind: str) -> VisionPool:
    if kind == "processes":
        return WorkerPool(AnalyzerFactory(MODELS_DIR), PoolConfig(), listener=ListenerFactory(MODELS_DIR))
    return ScriptedPool(
        {
            seat_jpeg(people=1): (ONE,),
            seat_jpeg(people=2): (ONE, OTHER),
            CLOSE: ScriptedFrame((ONE,), HEAD, tuple(0.1 for _ in range(128)), (PERSON,)),
        }
    )


@pytest.fixture(params=["processes", "scripted"])
def new_pool(request: pytest.FixtureRequest) -> VisionPool:
    return unstarted(request.param)


@pytest.fixture
async def pool(new_pool: VisionPool) -> AsyncIterator[VisionPool]:
    await new_pool.start()
    yield new_pool
    await new_pool.stop()


def job(payload: bytes, scan: Scan | None = Scan.COARSE, *looks: Look, thumbnail: bool = True) -> FrameJob:
    return FrameJob("attempt", payload, scan, ScanPlan(), thumbnail, frozenset(looks))


@pytest.mark.parametrize("people", [0, 1, 2])
async def test_faces_are_counted(pool: VisionPool, people: int) -> None:
    analysis = await pool.analyze(job(seat_jpeg(people=people), Scan.FINE))
    assert analysis.faces is not None
    assert analysis.faces.scan is Scan.FINE
    assert len(analysis.faces.faces) == people
    assert (analysis.width, analysis.height) == (640, 480)


async def test_a_thumbnail_is_a_small_jpeg_when_asked_for(pool: VisionPool) -> None:
    with_one = await pool.analyze(job(encode(noise(160, 120), ".jpg")))
    assert with_one.thumbnail is not None
    assert with_one.thumbnail.startswith(b"\xff\xd8")
    assert len(with_one.thumbnail) <= 6_000
    assert (await pool.analyze(job(seat_jpeg(people=1), thumbnail=False))).thumbnail is None


async def test_no_scan_no_faces(pool: VisionPool) -> None:
    assert (await pool.analyze(job(seat_jpeg(people=1), None))).faces is None


async def test_closer_looks_come_when_asked_for_and_only_then(pool: VisionPool) -> None:
    plain = await pool.analyze(job(CLOSE))
    assert (plain.heads, plain.identities, plain.objects) == ((), (), None)
    looked = await pool.analyze(job(CLOSE, Scan.FINE, Look.HEAD, Look.IDENTITY, Look.OBJECTS))
    (head,) = looked.heads
    assert head.doubt is None
    assert abs(head.yaw_deg or 90) < 10
    (identity,) = looked.identities
    assert identity.embedding is not None
    assert len(identity.embedding) == 128
    assert looked.objects is not None
    assert set(looked.objects.looked_for) == set(ObjectLabel)
    assert looked.objects.objects[0].label is ObjectLabel.PERSON


async def test_an_embedding_is_in_no_words(pool: VisionPool) -> None:
    looked = await pool.analyze(job(CLOSE, Scan.FINE, Look.HEAD, Look.IDENTITY))
    assert "embedding" not in repr(looked)


async def test_objects_need_no_search_for_faces(pool: VisionPool) -> None:
    looked = await pool.analyze(job(CLOSE, None, Look.OBJECTS))
    assert looked.faces is None
    assert looked.objects is not None
    assert looked.objects.objects[0].label is ObjectLabel.PERSON


async def test_an_empty_seat_has_no_head(pool: VisionPool) -> None:
    looked = await pool.analyze(job(seat_jpeg(people=0), Scan.COARSE, Look.HEAD, Look.IDENTITY))
    assert (looked.heads, looked.identities) == ((), ())


async def test_equal_pictures_have_equal_hashes_and_others_do_not(pool: VisionPool) -> None:
    first = await pool.analyze(job(seat_jpeg(people=1)))
    again = await pool.analyze(job(seat_jpeg(people=1), Scan.FINE))
    other = await pool.analyze(job(encode(noise(640, 480), ".jpg")))
    assert first.camera == again.camera
    assert first.camera.exact_hash != other.camera.exact_hash


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (b"", "not_a_picture"),
        (b"no picture at all", "not_a_picture"),
        (b"GIF89a" + b"\x00" * 40, "unsupported_picture"),
        (encode(noise(640, 480), ".jpg")[:4000], "truncated_picture"),
        (png_header_only(10_000, 5_000), "picture_too_large"),
        (jpeg_claiming(encode(noise(64, 48), ".jpg"), 10_000, 5_000), "picture_too_large"),
    ],
    ids=["empty", "text", "gif", "truncated", "50 megapixel png", "50 megapixel jpeg"],
)
async def test_bad_input_is_told_and_the_next_frame_goes_on(
    pool: VisionPool, payload: bytes, code: str
) -> None:
    with pytest.raises(ExamhallError) as refused:
        await pool.analyze(job(payload))
    assert refused.value.code == code
    assert (await pool.analyze(job(seat_jpeg(people=1)))).width == 640
    assert pool.health().restarts == 0


async def test_before_the_start_and_after_the_stop_frames_are_dropped(new_pool: VisionPool) -> None:
    for _ in range(2):
        with pytest.raises(FrameDropped) as dropped:
            await new_pool.analyze(job(seat_jpeg(people=1)))
        assert dropped.value.reason is DropReason.STOPPING
        await new_pool.start()
        assert new_pool.health().ready == new_pool.health().workers
        await new_pool.stop()
        assert new_pool.health().ready == 0


async def test_a_voice_is_speech_and_silence_is_none(pool: VisionPool) -> None:
    memory = b""
    shares = []
    for piece in (*pieces(voice(2.0)), bytes(16_000), bytes(16_000)):
        heard = await pool.listen(AudioJob("attempt/sound", piece, memory))
        memory = heard.memory
        shares.append(heard.speech_share)
        assert heard.duration_s == 0.5
    assert min(shares[1:4]) >= 0.9
    assert shares[-1] == 0.0
    assert heard.level_dbfs == -120.0


@pytest.mark.parametrize("pcm", [b"", b"\x01", bytes(64_002)], ids=["empty", "half a sample", "too long"])
async def test_bytes_that_are_no_sound_are_told(pool: VisionPool, pcm: bytes) -> None:
    with pytest.raises(ExamhallError) as refused:
        await pool.listen(AudioJob("attempt/sound", pcm))
    assert refused.value.code == "sound_unreadable"
    assert pool.health().restarts == 0


async def test_no_sound_is_heard_before_the_start(new_pool: VisionPool) -> None:
    with pytest.raises(FrameDropped) as dropped:
        await new_pool.listen(AudioJob("attempt/sound", bytes(16_000)))
    assert dropped.value.reason is DropReason.STOPPING
