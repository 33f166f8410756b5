"""What was kept long enough goes, once and for all, and the chain still verifies."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import create_async_engine

from examhall.adapters.db import rows, tables
from examhall.adapters.db.engine import sqlite_url
from examhall.adapters.db.photo_store import DbPhotoStore
from examhall.adapters.db.record_store import DbRecordStore
from examhall.adapters.db.retention_store import DbRetentionStore
from examhall.adapters.db.roster_store import DbRosterStore
from examhall.adapters.detectors.scripted import ScriptedPool
from examhall.adapters.evidence.object_store import SealedBlobs
from examhall.application.biometrics import BiometricRetention
from examhall.application.personal_data import PersonalData
from examhall.application.photos import Photos
from examhall.application.ports.attempt_store import IdentityTemplateRecord
from examhall.application.ports.photos import PhotoRecord
from examhall.application.retention import Retention
from examhall.domain.errors import ErrorKind, ExamhallError
from support.attempts import EXAM, PROCTOR
from support.exports import ADA, NAME, PICTURES, Archive, archive, unpack, verified

BOB = f"{EXAM}-bob"
DAY_S = 24 * 3600.0
SAID = ("Look at the screen", "seen twice", "fire alarm", "2 faces for 4 s", "Hello", "alert(1)")


@dataclass(slots=True)
class StubbornBlobs:
    """A real store that refuses to delete some paths until it is told otherwise."""

    blobs: SealedBlobs
    refused: set[str] = field(default_factory=set)

    def __getattr__(self, name: str) -> object:
        return getattr(self.blobs, name)

    async def delete(self, path: str) -> None:
        if path in self.refused:
            raise ExamhallError(ErrorKind.UNAVAILABLE, "evidence_unreadable", "Not now.")
        await self.blobs.delete(path)


@dataclass(slots=True)
class House:
    archive: Archive
    blobs: StubbornBlobs
    photos: Photos
    retention: Retention

    def files(self) -> set[str]:
        folder = self.archive.folder / "evidence"
        return {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}

    async def give_photo_and_face(self) -> None:
        blob = await self.archive.evidence.put(f"{ADA}/photo.jpg", b"her face")
        await self.photos.store.keep(
            PhotoRecord(ADA, blob.path, blob.key_id, "image/jpeg", 9, 9, blob.size, 1)
        )
        async with self.archive.world.store.begin(ADA) as tx:
            await tx.keep_template(IdentityTemplateRecord(ADA, b"sealed", "key", 1))

    async def stored_bytes(self) -> bytes:
        """Every row; of SQLite also the files as they lie on the disk, the log of what is not yet in them included."""
        async with self.archive.world.database.read() as session:
            rows = [
                repr((await session.execute(select(table))).all())
                for table in tables.Base.metadata.sorted_tables
            ]
        files = [file.read_bytes() for file in self.archive.folder.glob("examhall.db*")]
        return b"".join([*files, *(row.encode() for row in rows)])


@pytest.fixture
async def house(tmp_path: Path, database_url: str) -> AsyncIterator[House]:
    async with archive(tmp_path, database_url) as made:
        world = made.world
        blobs = StubbornBlobs(made.evidence)
        photos = Photos(
            DbPhotoStore(world.database),
            DbRosterStore(world.database),
            blobs,
            ScriptedPool({}),
            world.clock,
            world.ids,
        )
        biometrics = BiometricRetention(world.store, photos, world.clock)
        retention = Retention(
            DbRetentionStore(world.database), world.store, blobs, photos, biometrics, world.clock
        )
        yield House(made, blobs, photos, retention)


async def texts(house: House) -> str:
    """Everything that any table holds of Ada's attempt, as text."""
    dump = await DbRecordStore(house.archive.world.database).dump(ADA)
    return repr(dump) + dump.attempt.candidate_name


async def test_nothing_goes_before_its_time(house: House) -> None:
    house.archive.world.clock.pass_s(29 * DAY_S)
    before = await texts(house)
    assert set(await house.retention.purge()) == {"outbox lines"}
    assert await texts(house) == before


async def test_a_dry_run_counts_and_touches_nothing(house: House) -> None:
    house.archive.world.clock.pass_s(31 * DAY_S)
    before, files = await texts(house), house.files()
    counts = await house.retention.purge(dry_run=True)
    assert counts["records of attempts"] == 1
    assert counts["pictures and sounds"] == len(PICTURES)
    assert (await texts(house), house.files()) == (before, files)


async def test_what_is_due_goes_once_and_the_chain_verifies_as_erased(house: House) -> None:
    world = house.archive.world
    await house.archive.evidence.put(f"{ADA}/orphan.jpg", b"written before a crash, no row names it")
    world.clock.pass_s(31 * DAY_S)
    counts = await house.retention.purge()
    assert counts["pictures and sounds"] == len(PICTURES)
    assert house.files() == set()
    left = await texts(house)
    assert [said for said in (*SAID, "ada@example.org", "'Ada'") if said in left] == []
    assert (await world.review.story(ADA)).chain == "erased"
    lines = await world.store.log_of_attempt(ADA)
    assert [line.type for line in lines if line.payload is not None] == ["purged"]
    assert json.loads(lines[-1].payload or "")["counts"]["log lines"] == len(lines) - 1
    assert (await world.store.attempt(ADA)).candidate_name == "(erased)"
    assert await house.retention.purge() == {}
    assert len(await world.store.log_of_attempt(ADA)) == len(lines)
    assert verified(await house.archive.export()).problems == ()


async def test_what_is_erased_is_gone_from_the_disk_too(house: House) -> None:
    assert b"seen twice" in await house.stored_bytes()
    house.archive.world.clock.pass_s(31 * DAY_S)
    await house.retention.purge()
    if (house.archive.folder / "examhall.db").exists():  # of PostgreSQL it is enough that no row says it
        engine = create_async_engine(
            sqlite_url(house.archive.folder / "examhall.db"), isolation_level="AUTOCOMMIT"
        )
        async with engine.connect() as connection:
            await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        await engine.dispose()
    stored = await house.stored_bytes()
    assert [said for said in SAID if said.encode() in stored] == []


async def test_a_blob_that_cannot_be_deleted_keeps_its_row_and_is_tried_again(house: House) -> None:
    world = house.archive.world
    world.clock.pass_s(31 * DAY_S)
    house.blobs.refused = {f"{ADA}/evidence-2.jpg"}
    assert (await house.retention.purge())["failed, tried again later"] == 1
    (record,) = [
        e for e in await world.store.evidence_of_incidents(await _incidents(house)) if e.id == "evidence-2"
    ]
    assert record.path is not None
    assert (await world.review.story(ADA)).chain == "intact"
    house.blobs.refused = set()
    assert (await house.retention.purge())["pictures and sounds"] == len(PICTURES)
    assert house.files() == set()


async def _incidents(house: House) -> list[str]:
    return [one.id for one in await house.archive.world.store.incidents_of_attempt(ADA)]


async def test_expired_logins_and_links_go_and_others_stay(house: House) -> None:
    world = house.archive.world
    now = world.clock.now_ms()
    async with world.database.write() as session:
        for name, expires_at in (("old", now - 1), ("new", now + 1)):
            await session.execute(
                insert(tables.StaffSessionRow).values(
                    id=name,
                    token_hash=name,
                    user_id=PROCTOR,
                    created_at=0,
                    expires_at=expires_at,
                    last_used_at=0,
                )
            )
    assert await house.retention.purge() == {"staff logins": 1}
    async with world.database.read() as session:
        assert list(await session.scalars(select(tables.StaffSessionRow.id))) == ["new"]


async def test_old_outbox_lines_go_and_a_page_behind_takes_a_snapshot(house: House) -> None:
    world = house.archive.world
    world.clock.pass_s(8 * DAY_S)
    assert (await house.retention.purge())["outbox lines"] > 0
    assert await world.store.outbox_after(EXAM, 0) is None
    assert await world.store.outbox_after(EXAM, await world.store.outbox_head(EXAM)) == []


async def test_one_candidate_is_erased_on_demand_with_a_receipt(house: House) -> None:
    world = house.archive.world
    await house.give_photo_and_face()
    receipt = await house.retention.erase_candidate(ADA, by=PROCTOR, reason="asked for it in writing")
    assert receipt.erased["enrolled faces"] == receipt.erased["roster photos"] == 1
    assert receipt.erased["pictures and sounds"] == len(PICTURES)
    assert receipt.head == await world.store.log_head(ADA)
    assert house.files() == set()
    assert [said for said in SAID if said in await texts(house)] == []
    line = (await world.store.log_of_attempt(ADA))[-1]
    assert (line.type, json.loads(line.payload or "")["reason"]) == ("data_erased", "asked for it in writing")
    assert (await world.review.story(ADA)).chain == "erased"
    again = await house.retention.erase_candidate(ADA, by=PROCTOR, reason="again")
    assert (again.erased, again.head) == ({}, receipt.head)
    assert (await world.store.attempt(BOB)).candidate_name == "Bob"


async def test_nobody_who_sits_is_erased(house: House) -> None:
    await house.archive.world.go_live(BOB)
    with pytest.raises(ExamhallError) as refused:
        await house.retention.erase_candidate(BOB, by=PROCTOR, reason="too early")
    assert refused.value.code == "attempt_running"
    house.archive.world.clock.pass_s(31 * DAY_S)
    await house.retention.purge()
    assert (await house.archive.world.store.attempt(BOB)).candidate_name == "Bob"


async def test_an_exams_own_days_count(house: House) -> None:
    world = house.archive.world
    policy = await world.store.policy(await world.store.attempt(ADA))
    async with world.database.write() as session:
        await session.execute(
            insert(rows.POLICY_REVISION).values(
                id="longer",
                exam_id=EXAM,
                number=2,
                body=rows.policy_body(replace(policy, retention_days=90)),
                created_at=0,
            )
        )
        await session.execute(
            rows.ATTEMPT.update().where(rows.ATTEMPT.c.id == ADA).values(policy_revision_id="longer")
        )
    world.clock.pass_s(31 * DAY_S)
    assert "pictures and sounds" not in await house.retention.purge()
    world.clock.pass_s(60 * DAY_S)
    assert (await house.retention.purge())["pictures and sounds"] == len(PICTURES)


async def test_a_candidates_own_data_are_readable_and_name_no_staff(house: House) -> None:
    await house.give_photo_and_face()
    world = house.archive.world
    personal = PersonalData(
        DbRecordStore(world.database), world.store, house.archive.evidence, house.photos, world.clock
    )
    with await personal.of_candidate(ADA, by=PROCTOR) as content:
        files = unpack(content.read())
    data = json.loads(files["data.json"])
    assert data["candidate"]["name"] == "Ada"
    assert data["enrolled_face_is_kept"] is True
    assert files[data["roster_photo"]] == b"her face"
    assert {files[name] for name in data["incidents"][0]["files"]} == set(PICTURES.values())
    assert data["chat"][0]["text"] == f"Hello {NAME}"
    text = files["data.json"].decode()
    assert [secret for secret in ("Grace Hopper", PROCTOR, "salt", "hash", "key_id") if secret in text] == []
