"""A new key for what comes, and then for what is there: nothing is lost on the way, nothing comes back."""

from base64 import b32decode
from pathlib import Path

import pytest
from sqlalchemy import insert
from typer.testing import CliRunner

from examhall.adapters.db import tables
from examhall.adapters.db.sealed_store import DbSealedStore
from examhall.adapters.db.second_factor_store import DbSecondFactorStore
from examhall.adapters.evidence.object_store import SealedBlobs, evidence_in_folder
from examhall.adapters.keys import FileKeyRing
from examhall.adapters.system import SystemIds
from examhall.application.biometrics import template_context
from examhall.application.ports.attempt_store import IdentityTemplateRecord
from examhall.application.ports.evidence import StoredBlob
from examhall.application.reencrypt import Reencryption
from examhall.application.second_factor import SecondFactors
from examhall.cli import app
from examhall.domain.one_time_code import STEP_S, code_at
from support.attempts import PROCTOR
from support.exports import ADA, PICTURES, Archive, archive

FACE = b"128 numbers"


async def enrol(made: Archive) -> None:
    sealed = made.keys.seal(FACE, context=template_context(ADA))
    async with made.world.store.begin(ADA) as tx:
        await tx.keep_template(IdentityTemplateRecord(ADA, sealed, made.keys.blob_key_id, 1))


def drop_old_keys(made: Archive, newest: str) -> None:
    for file in (made.folder / "keys").glob("blob-*.key"):
        if newest not in file.name:
            file.unlink()


async def test_all_is_sealed_with_the_newest_key_and_the_old_one_may_go(tmp_path: Path) -> None:
    async with archive(tmp_path) as made:
        await enrol(made)
        newest = made.keys.rotate()
        work = Reencryption(DbSealedStore(made.world.database), made.evidence, made.keys)
        assert await work.run() == {
            "pictures and sounds sealed anew": len(PICTURES),
            "enrolled faces sealed anew": 1,
        }
        assert await work.run() == {}
        drop_old_keys(made, newest)
        keys = FileKeyRing(tmp_path / "keys")
        evidence = evidence_in_folder(tmp_path / "evidence", keys)
        incidents = await made.world.store.incidents_of_attempt(ADA)
        for record in await made.world.store.evidence_of_incidents([one.id for one in incidents]):
            assert record.key_id == newest
            assert await evidence.get(record.path or "", record.key_id) == PICTURES[record.id]
        template = await made.world.store.template(ADA)
        assert template is not None
        assert keys.open(template.sealed, context=template_context(ADA)) == FACE


async def test_second_factors_are_sealed_anew_and_their_codes_go_on(
    tmp_path: Path, database_url: str
) -> None:
    async with archive(tmp_path, database_url) as made:
        world, store = made.world, DbSecondFactorStore(made.world.database)
        before = SecondFactors(store, made.keys, world.clock, SystemIds())
        secret = b32decode((await before.begin(PROCTOR, "grace@example.org")).secret)
        newest = made.keys.rotate()
        work = Reencryption(DbSealedStore(world.database), made.evidence, made.keys)
        assert (await work.run())["second factors sealed anew"] == 1
        assert await work.run() == {}
        drop_old_keys(made, newest)
        after = SecondFactors(store, FileKeyRing(tmp_path / "keys"), world.clock, SystemIds())
        code = code_at(secret, world.clock.wall_ms() // 1000 // STEP_S)
        assert await after.confirm(PROCTOR, code)
        factor = await store.factor(PROCTOR)
        assert factor is not None
        assert factor.key_id == newest


class Crash(Exception):
    pass


class CrashesAfter(SealedBlobs):
    """A real store of a process that dies right after it has written a blob."""

    left = 1

    async def put(self, path: str, plain: bytes) -> StoredBlob:
        kept = await super().put(path, plain)
        self.left -= 1
        if self.left < 0:
            raise Crash
        return kept


async def test_stopped_midway_it_goes_on(tmp_path: Path) -> None:
    async with archive(tmp_path) as made:
        newest = made.keys.rotate()
        store = DbSealedStore(made.world.database)
        dying = CrashesAfter(made.evidence._store, made.keys)
        with pytest.raises(Crash):
            await Reencryption(store, dying, made.keys).run()
        assert len(await store.blobs_of_other_keys(newest)) == 1
        done = await Reencryption(store, made.evidence, made.keys).run()
        assert done == {"pictures and sounds sealed anew": 1}
        assert {await made.evidence.get(f"{ADA}/{id_}.jpg", newest) for id_ in PICTURES} == set(
            PICTURES.values()
        )


class ErasesMeanwhile(SealedBlobs):
    """A real store beside which a purge runs."""

    made: Archive

    async def put(self, path: str, plain: bytes) -> StoredBlob:
        await self.delete(path)
        async with self.made.world.store.begin(ADA) as tx:
            await tx.erase_record(frozenset())
        return await super().put(path, plain)


async def test_what_a_purge_erases_meanwhile_does_not_come_back(tmp_path: Path) -> None:
    async with archive(tmp_path) as made:
        made.keys.rotate()
        store = ErasesMeanwhile(made.evidence._store, made.keys)
        store.made = made
        counts = await Reencryption(DbSealedStore(made.world.database), store, made.keys).run()
        assert counts == {"erased meanwhile": len(PICTURES)}
        assert [file for file in (tmp_path / "evidence").rglob("*") if file.is_file()] == []


async def test_the_commands(tmp_path: Path) -> None:
    from asyncio import to_thread

    async with archive(tmp_path) as made, made.world.database.write() as session:
        await session.execute(
            insert(tables.StaffSessionRow).values(
                id="old", token_hash="old", user_id=PROCTOR, created_at=0, expires_at=1, last_used_at=0
            )
        )
    folder = ["--data-dir", str(tmp_path)]
    for words, said in (
        (["keys", "rotate"], "New key: 0002"),
        (["keys", "reencrypt"], f"{len(PICTURES)} pictures and sounds sealed anew"),
        (["keys", "reencrypt"], "Everything is sealed with the newest key."),
        (["purge", "--dry-run"], "Due; nothing was erased."),
        (["purge"], "1 staff logins"),
        (["purge"], "Nothing is due."),
    ):
        ran = await to_thread(CliRunner().invoke, app, [*words, *folder])
        assert (ran.exit_code, said in ran.output) == (0, True), ran.output
