"""Back-up of a running server and restore into an empty folder; PostgreSQL by its own programs."""

import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from examhall.adapters.db.engine import sqlite_url
from examhall.bootstrap.backup import lay_back, make_backup
from examhall.domain.errors import ExamhallError
from examhall.settings import Settings
from support.database_outage import acknowledged, chain_is_whole, dumped, say_event, shown_incident
from support.live import TOGETHER, LiveHouse, live_house, sending
from support.postgres import Cluster, programs


def examhall(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "examhall", *map(str, arguments)], capture_output=True, text=True, check=False
    )


async def an_exam(house: LiveHouse):
    """A candidate with an event and an incident with a picture."""
    candidate = await house.live_candidate()
    async with house.page(candidate) as page, house.wall() as wall:
        await page.next("welcome")
        await say_event(page, 1)
        await acknowledged(page, 1)
        async with sending(page, TOGETHER):
            await shown_incident(wall, "multiple_faces", pictured=True)
    return candidate


@pytest.mark.parametrize("with_keys", [True, False])
async def test_what_was_backed_up_while_the_server_ran_is_served_from_another_folder(
    tmp_path: Path, *, with_keys: bool
) -> None:
    old, new, file = tmp_path / "old", tmp_path / "new", tmp_path / "backup.zip"
    async with live_house(old) as house:
        candidate = await an_exam(house)
        keys = ["--with-keys"] if with_keys else []
        made = examhall("backup", "--out", file, "--data-dir", old, *keys)
        assert made.returncode == 0, made.stderr
        assert ("it holds the keys" in made.stderr) is with_keys
        before = await dumped(sqlite_url(old / "examhall.db"), candidate)
    assert file.stat().st_mode & 0o777 == 0o600
    assert [name for name in tmp_path.iterdir() if name.name.startswith(".")] == []
    restored = examhall("restore", file, "--data-dir", new)
    assert restored.returncode == 0, restored.stderr
    if not with_keys:
        assert "Put the key ring" in restored.stderr
        (old / "keys").rename(new / "keys")
    async with live_house(new, again=house) as again:
        after = await dumped(sqlite_url(new / "examhall.db"), candidate)
        assert [e.seq for e in after.events] == [e.seq for e in before.events] == [1]
        assert {i.id for i in before.incidents} == {i.id for i in after.incidents}
        assert await chain_is_whole(again, candidate)
        async with again.http(again.staff_token) as http:
            for one in before.evidence:
                if one.kind == "camera":
                    picture = await http.get(f"/api/v1/evidence/{one.id}")
                    assert picture.status_code == 200, picture.text


async def test_a_restore_neither_overwrites_nor_believes_a_damaged_file(tmp_path: Path) -> None:
    file = tmp_path / "backup.zip"
    old, new = Settings(data_dir=tmp_path / "old"), Settings(data_dir=tmp_path / "new")  # type: ignore[call-arg]
    async with live_house(old.data_dir) as house:
        await an_exam(house)
    make_backup(old, file, with_keys=False)
    with refused("backup_exists"):
        make_backup(old, file, with_keys=False)
    with refused("restore_would_overwrite"):
        lay_back(old, file)

    def with_other(name: str, content: bytes) -> Path:
        other = tmp_path / "other.zip"
        with zipfile.ZipFile(file) as source, zipfile.ZipFile(other, "w") as target:
            for each in source.namelist():
                target.writestr(each, content if each == name else source.read(each))
        return other

    with zipfile.ZipFile(file) as archive:
        picture = next(name for name in archive.namelist() if name.startswith("evidence/"))
    with refused("backup_damaged"):
        lay_back(new, with_other(picture, b"x"))
    outside = b'{"format": 1, "made_at": 1, "files": {"../keys/stolen": {"sha256": "", "size": 0}}}'
    with refused("backup_unreadable"):
        lay_back(new, with_other("backup.json", outside))
    file.write_bytes(file.read_bytes()[:-500])
    with refused("backup_unreadable"):
        lay_back(new, file)
    assert list(new.data_dir.iterdir()) == []
    with refused("database_not_found"):
        make_backup(new, tmp_path / "none.zip", with_keys=False)
    elsewhere = Settings(data_dir=tmp_path, database_url="postgresql://localhost/exams")  # type: ignore[call-arg]
    with refused("backup_elsewhere"):
        make_backup(elsewhere, tmp_path / "none.zip", with_keys=False)
    assert not (tmp_path / "none.zip").exists()


@contextmanager
def refused(code: str) -> Iterator[None]:
    with pytest.raises(ExamhallError) as error:
        yield
    assert error.value.code == code


async def test_postgresql_is_backed_up_by_its_own_program_and_restored_into_a_new_database(
    tmp_path: Path, postgres: Cluster
) -> None:
    name, file = postgres.create(), tmp_path / "exams.dump"
    async with live_house(tmp_path, database_url=postgres.url(name)) as house:
        candidate = await an_exam(house)
        run(postgres, "pg_dump", "--format=custom", f"--file={file}", name)
    copy = postgres.create(template="template0")
    run(postgres, "pg_restore", "--exit-on-error", "--no-owner", f"--dbname={copy}", str(file))
    async with live_house(tmp_path, again=house, database_url=postgres.url(copy)) as again:
        assert [event.seq for event in (await dumped(postgres.url(copy), candidate)).events] == [1]
        assert await chain_is_whole(again, candidate)
    postgres.drop(name)
    postgres.drop(copy)


def run(cluster: Cluster, program: str, *arguments: str) -> None:
    subprocess.run([programs() / program, *arguments], env=cluster.environment(), check=True)
