"""Evidence when things go wrong: a full disk, no pictures; and the store of sealed blobs itself."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from examhall.adapters.detectors.scripted import ScriptedPool
from examhall.adapters.evidence.object_store import evidence_in_folder
from examhall.adapters.keys import FileKeyRing
from examhall.application.ports.evidence import StoredBlob
from examhall.application.ports.vision import DropReason
from examhall.domain.errors import ErrorKind, ExamhallError
from support.live import ALONE, TOGETHER, TWO_FACES, Json, live_house, sending


class FullDisk:
    """An evidence store with no room left."""

    async def start(self) -> None:
        return

    async def check(self) -> str | None:
        return None

    async def paths(self, folder: str) -> Sequence[str]:
        return []

    async def drop_unfinished(self, folder: str) -> None:
        return

    async def put(self, path: str, plain: bytes) -> StoredBlob:
        raise ExamhallError(ErrorKind.STORAGE_FULL, "storage_full", "The disk for evidence is full.")

    async def get(self, path: str, key_id: str) -> bytes:
        raise ExamhallError(ErrorKind.NOT_FOUND, "evidence_not_found", "This picture is not kept any more.")

    async def delete(self, path: str) -> None:
        return


class DeafDriver(FullDisk):
    """A store that answers nothing, and takes the word to stop for a fault of its own."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()

    async def put(self, path: str, plain: bytes) -> StoredBlob:
        self.asked.set()
        try:
            return await asyncio.get_running_loop().create_future()
        except asyncio.CancelledError:
            message = "The store for evidence does not answer."
            raise ExamhallError(ErrorKind.UNAVAILABLE, "evidence_not_kept", message) from None


def with_gap(update: Json) -> bool:
    body = update["body"]
    return body["type"] == "incident" and any(e["kind"] == "gap" for e in body["incident"]["evidence"])


async def test_a_full_disk_loses_pictures_not_incidents_and_says_so(tmp_path: Path) -> None:
    async with live_house(tmp_path, evidence=FullDisk()) as house:
        candidate = await house.live_candidate()
        async with house.wall() as wall, house.page(candidate) as page:
            await page.next("welcome")
            async with sending(page, TOGETHER):
                update = await wall.next("update", where=with_gap)
                await page.next("warning")
        gap = next(e for e in update["body"]["incident"]["evidence"] if e["kind"] == "gap")
        assert "disk is full" in gap["note"]
        assert gap["url"] is None
        assert house.metric("examhall_evidence_gaps_total") >= 1
        assert house.metric("examhall_evidence_kept_total") == 0


@pytest.mark.timeout(60)
async def test_a_store_that_does_not_hear_the_word_to_stop_keeps_no_server_from_stopping(
    tmp_path: Path,
) -> None:
    store = DeafDriver()
    async with live_house(tmp_path, evidence=store) as house:
        candidate = await house.live_candidate()
        async with house.page(candidate) as page, sending(page, TOGETHER):
            await store.asked.wait()
    assert not house.house.services.live.running, "it has stopped, in the time that tests have"


async def test_an_incident_without_pictures_says_that_there_are_none(tmp_path: Path) -> None:
    async with live_house(tmp_path) as house:
        candidate = await house.live_candidate()
        async with house.wall() as wall, house.page(candidate) as page:
            await page.next("welcome")
            await page.say(type="event", seq=1, kind="clipboard_paste", page_ms=1, occurred_at=1)
            update = await wall.next(
                "update",
                where=lambda m: with_gap(m) and len(m["body"]["incident"]["evidence"]) == 2,
            )
        notes = [e["note"] for e in update["body"]["incident"]["evidence"]]
        assert notes == ["No picture came before it.", "No picture came after it."]


async def test_frames_that_workers_do_not_survive_are_counted_and_told(tmp_path: Path) -> None:
    script = {ALONE[0]: DropReason.WORKER_CRASHED, ALONE[1]: DropReason.LANE_PAUSED}
    async with live_house(tmp_path, vision=ScriptedPool(script, otherwise=TWO_FACES)) as house:
        candidate = await house.live_candidate()
        async with house.wall() as wall, house.page(candidate) as page:
            await page.next("welcome")
            await page.frame(ALONE[0])
            async with sending(page, [ALONE[1]]):
                noted = await wall.next(
                    "update",
                    where=lambda m: m["body"]["type"] == "attempt" and m["body"]["attempt"]["note"],
                )
            assert "not looked at for 60 s" in noted["body"]["attempt"]["note"]
            after = len(wall.messages)
            async with sending(page, TOGETHER):
                await wall.next(
                    "update",
                    after=after,
                    where=lambda m: m["body"]["type"] == "attempt" and m["body"]["attempt"]["note"] is None,
                )
        assert house.metric("examhall_frames_dropped_total") >= 2


async def test_pictures_that_come_too_fast_give_way_to_the_newest_and_are_counted(tmp_path: Path) -> None:
    async with live_house(tmp_path) as house:
        candidate = await house.live_candidate()
        async with house.wall() as wall, house.page(candidate) as page:
            await page.next("welcome")
            await wall.next("snapshot")
            for payload in ALONE[:20]:
                await page.frame(payload)
            await wall.until(lambda w: any(ALONE[19][:6000] in data for data in w.pictures))
            assert house.metric("examhall_frames_dropped_total") >= 15


async def test_blobs_are_sealed_bound_to_their_path_and_gone_when_deleted(tmp_path: Path) -> None:
    store = evidence_in_folder(tmp_path / "evidence", FileKeyRing(tmp_path / "keys"))
    blob = await store.put("a1/e1.jpg", ALONE[0])
    assert (blob.size, blob.path) == (len(ALONE[0]), "a1/e1.jpg")
    assert await store.get("a1/e1.jpg", blob.key_id) == ALONE[0]
    sealed = tmp_path / "evidence" / "a1" / "e1.jpg"
    assert ALONE[0][:32] not in sealed.read_bytes()
    sealed.with_name("e2.jpg").write_bytes(sealed.read_bytes())
    with pytest.raises(ExamhallError, match="blob_altered"):
        await store.get("a1/e2.jpg", blob.key_id)
    await store.delete("a1/e1.jpg")
    await store.delete("a1/e1.jpg")
    with pytest.raises(ExamhallError, match="evidence_not_found"):
        await store.get("a1/e1.jpg", blob.key_id)
    with pytest.raises(ExamhallError, match="evidence_path_invalid"):
        await store.put("../outside.jpg", b"x")
