"""What every evidence store does: a folder, and a bucket of a real S3 server."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import obstore
import pytest

from examhall.adapters.evidence.bucket import Bucket, evidence_in_bucket
from examhall.adapters.evidence.object_store import SealedBlobs, evidence_in_folder
from examhall.adapters.keys import FileKeyRing
from examhall.domain.errors import ExamhallError
from support.s3 import BUCKET, S3Server, s3_server


@pytest.fixture(scope="module")
def s3() -> Iterator[S3Server]:
    with s3_server() as server:
        yield server


@pytest.fixture
def keys(tmp_path: Path) -> FileKeyRing:
    return FileKeyRing(tmp_path / "keys")


@pytest.fixture(params=["folder", "bucket"])
async def store(
    request: pytest.FixtureRequest, tmp_path: Path, keys: FileKeyRing
) -> AsyncIterator[SealedBlobs]:
    if request.param == "folder":
        yield evidence_in_folder(tmp_path / "evidence", keys)
        return
    s3: S3Server = request.getfixturevalue("s3")
    yield bucket_of(s3, keys, f"s3://{BUCKET}/{tmp_path.name}")


def bucket_of(s3: S3Server, keys: FileKeyRing, url: str) -> SealedBlobs:
    return evidence_in_bucket(Bucket(url, s3.endpoint, None, "key", "secret"), keys)


def code(caught: pytest.ExceptionInfo[ExamhallError]) -> str:
    return caught.value.code


async def test_what_is_kept_comes_back_as_it_was(store: SealedBlobs) -> None:
    large = bytes(range(256)) * 28_000
    for path, content in (("ada/one.jpg", b"a picture"), ("ada/rec/two.webm", large), ("ada/three", b"")):
        blob = await store.put(path, content)
        assert (blob.path, blob.size) == (path, len(content))
        assert await store.get(blob.path, blob.key_id) == content


async def test_a_second_put_takes_the_place_of_the_first(store: SealedBlobs) -> None:
    await store.put("ada/one.jpg", b"before")
    blob = await store.put("ada/one.jpg", b"after")
    assert await store.get(blob.path, blob.key_id) == b"after"
    assert list(await store.paths("ada")) == ["ada/one.jpg"]


async def test_a_folder_is_listed_whole_and_alone(store: SealedBlobs) -> None:
    for path in ("ada/one.jpg", "ada/rec/two.webm", "ada2/other.jpg", "bob/one.jpg"):
        await store.put(path, b"x")
    assert sorted(await store.paths("ada")) == ["ada/one.jpg", "ada/rec/two.webm"]
    assert await store.paths("nobody") == []


async def test_what_is_deleted_is_gone_and_may_be_deleted_again(store: SealedBlobs) -> None:
    blob = await store.put("ada/one.jpg", b"x")
    await store.delete("ada/one.jpg")
    await store.delete("ada/one.jpg")
    with pytest.raises(ExamhallError) as gone:
        await store.get(blob.path, blob.key_id)
    assert code(gone) == "evidence_not_found"
    assert await store.paths("ada") == []
    await store.drop_unfinished("ada")


async def test_a_blob_opens_only_at_its_own_path(store: SealedBlobs, keys: FileKeyRing) -> None:
    sealed = keys.seal(b"of another", context=b"ada/other.jpg")
    await store.put("ada/one.jpg", b"x")
    await obstore.put_async(store._store, "ada/one.jpg", sealed)
    with pytest.raises(ExamhallError) as altered:
        await store.get("ada/one.jpg", keys.blob_key_id)
    assert code(altered) == "blob_altered"


@pytest.mark.parametrize("path", ["../ada.jpg", "/etc/passwd", "ada//one.jpg", "ada/one.jpg#1", ""])
async def test_no_path_leads_out(store: SealedBlobs, path: str) -> None:
    for call in (store.put(path, b"x"), store.get(path, ""), store.delete(path), store.paths(path)):
        with pytest.raises(ExamhallError) as refused:
            await call
        assert code(refused) == "evidence_path_invalid"


async def test_many_at_once_are_all_kept(store: SealedBlobs) -> None:
    blobs = await asyncio.gather(*(store.put(f"ada/{n}.jpg", b"%d" % n) for n in range(40)))
    assert len(await store.paths("ada")) == 40
    assert [await store.get(b.path, b.key_id) for b in blobs] == [b"%d" % n for n in range(40)]


async def test_it_says_that_it_answers(store: SealedBlobs) -> None:
    assert await store.check() is None
    await store.start()


async def test_a_bucket_that_is_not_there_is_said_and_refused_at_the_start(
    s3: S3Server, keys: FileKeyRing
) -> None:
    store = bucket_of(s3, keys, "s3://no-such-bucket/x")
    assert "bucket of EXAMHALL_EVIDENCE_URL is not there" in (await store.check() or "")
    with pytest.raises(ExamhallError) as refused:
        await store.start()
    assert code(refused) == "evidence_store_unusable"


async def test_a_store_that_is_away_is_said_soon_and_nothing_is_lost_by_waiting(keys: FileKeyRing) -> None:
    with s3_server() as server:
        store = bucket_of(server, keys, f"s3://{BUCKET}/x")
        server.stop()
        async with asyncio.timeout(30):
            await store.start()  # it may come
            assert "does not answer" in (await store.check() or "")
            with pytest.raises(ExamhallError) as away:
                await store.put("ada/one.jpg", b"x")
            assert code(away) == "evidence_not_kept"
            for call in (store.get("ada/one.jpg", ""), store.delete("ada/one.jpg"), store.paths("ada")):
                with pytest.raises(ExamhallError) as silent:
                    await call
                assert code(silent) == "evidence_unreadable"
        await asyncio.to_thread(server.start)
        server.make_bucket()
        await store.put("ada/one.jpg", b"x")
        assert await store.get("ada/one.jpg", "") == b"x"
