"""A recording in the record: exported and checked, sealed anew, erased, handed to the candidate."""

import hashlib
import json
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from examhall.adapters.db.photo_store import DbPhotoStore
from examhall.adapters.db.record_store import DbRecordStore
from examhall.adapters.db.recording_store import DbRecordingStore
from examhall.adapters.db.retention_store import DbRetentionStore
from examhall.adapters.db.roster_store import DbRosterStore
from examhall.adapters.db.sealed_store import DbSealedStore
from examhall.adapters.detectors.scripted import ScriptedPool
from examhall.adapters.metrics import PrometheusMetrics
from examhall.adapters.signing import Ed25519Signer
from examhall.application.biometrics import BiometricRetention
from examhall.application.personal_data import PersonalData
from examhall.application.photos import Photos
from examhall.application.ports.recording_store import SegmentRecord
from examhall.application.recording_page import recording_section
from examhall.application.recordings import Recordings, SegmentNumber, SegmentSaid
from examhall.application.reencrypt import Reencryption
from examhall.application.retention import Retention
from examhall.domain.recording import Gap, GapLabel, SegmentKind, Span
from support.attempts import NOON, PROCTOR
from support.exports import ADA, PICTURES, Archive, archive, signed_anew, unpack, verified
from support.recordings import film

FILMS = [film(b"the first ten seconds"), film(b"the next ten")]
DAY_S = 24 * 3600.0


@pytest.fixture
async def made(tmp_path: Path) -> AsyncIterator[Archive]:
    async with archive(tmp_path) as one:
        recordings = recordings_of(one)
        for seq, content in enumerate(FILMS):
            said = SegmentSaid(NOON + seq * 10_000, 10_000, hashlib.sha256(content).hexdigest())
            assert await recordings.take(SegmentNumber(ADA, "page", SegmentKind.CAMERA, seq), said, content)
        yield one


def recordings_of(made: Archive) -> Recordings:
    world = made.world
    store = DbRecordingStore(world.database)
    return Recordings(store, world.store, made.evidence, world.clock, world.ids, PrometheusMetrics())


def photos_of(made: Archive) -> Photos:
    database, world = made.world.database, made.world
    roster = DbRosterStore(database)
    return Photos(DbPhotoStore(database), roster, made.evidence, ScriptedPool({}), world.clock, world.ids)


def retention_of(made: Archive) -> Retention:
    world, photos = made.world, photos_of(made)
    biometrics = BiometricRetention(world.store, photos, world.clock)
    return Retention(
        DbRetentionStore(world.database), world.store, made.evidence, photos, biometrics, world.clock
    )


async def test_an_export_holds_the_recording_and_an_altered_or_missing_piece_is_named(
    made: Archive, tmp_path: Path
) -> None:
    files = await made.export()
    assert verified(files).problems == ()
    listed = json.loads(files["recording.json"])
    first, second = listed["segments"]
    assert [files[one["file"]] for one in (first, second)] == FILMS
    assert "path" not in first

    mine = Ed25519Signer(tmp_path / "mine")
    falsified = files | {first["file"]: FILMS[1]}
    assert verified(falsified).problems[0].startswith(f"{first['file']} was altered")
    assert (
        "is not the piece of the recording that the chain speaks of"
        in verified(signed_anew(falsified, mine)).problems[0]
    )
    less = {name: content for name, content in files.items() if name != second["file"]}
    assert f"'{second['file']}' is missing." in verified(less).problems
    unlisted = files | {"recording.json": json.dumps(listed | {"segments": [first]}).encode()}
    assert any(
        f"The piece of the recording '{second['id']}' of the chain is not listed." == problem
        for problem in verified(signed_anew(unlisted, mine)).problems
    )
    nothing = {name: content for name, content in files.items() if not name.startswith("recording")}
    assert verified(nothing).problems


async def test_the_page_of_an_export_plays_each_piece_and_says_why_one_is_missing(made: Archive) -> None:
    page = (await made.export())["index.html"].decode()
    shown = page[page.index("<h2>Recording</h2>") : page.index("<h2>Time given back</h2>")]
    segments = await DbRecordingStore(made.world.database).segments_of_attempt(ADA)
    for one in segments:
        assert f'<video controls preload="none" src="recording/{one.id}.webm"></video>' in shown
    assert shown.count("<tr><td>20") == len(FILMS)
    assert "<td>10.0 s</td>" in shown


def segment(kind: SegmentKind = SegmentKind.CAMERA, *, late: bool = False) -> SegmentRecord:
    return SegmentRecord(
        "s1", ADA, "page", kind, 0, NOON + 5_000, 9_950, "video/webm", 1, "", late, NOON, "", None
    )


def test_the_section_goes_by_time_and_by_kind() -> None:
    film_, heard = segment(), replace(segment(SegmentKind.AUDIO, late=True), id="s2")
    gap = Gap(SegmentKind.CAMERA, Span(NOON, NOON + 5_000), GapLabel.NETWORK)
    names = {"s1": "recording/s1.webm", "s2": "recording/s2.wav"}
    shown = recording_section([film_, heard], names, [gap])
    assert re.findall(r"<h3>.*?</h3>|<em>.*?</em>|<summary>.*?</summary>|src=\S+", shown) == [
        "<h3>Camera</h3>",
        "<em>Gap: no network</em>",
        "<summary>Play</summary>",
        'src="recording/s1.webm"></video>',
        "<h3>Sound sent later</h3>",
        "<summary>Play, sent later</summary>",
        'src="recording/s2.wav"></audio>',
    ]
    assert "<td>5.0 s</td>" in shown
    assert "no longer kept" in recording_section([film_], {"s1": None}, [])
    assert recording_section([], {}, []) == "<p>None.</p>\n"


def test_names_on_the_page_are_escaped_whatever_they_are() -> None:
    name = '"><script>alert(1)</script>'
    shown = recording_section([segment()], {"s1": name}, [])
    assert "<script>" not in shown
    assert shown.count("&quot;&gt;&lt;script&gt;") == 3


async def test_the_candidate_gets_the_recording_too(made: Archive) -> None:
    world = made.world
    personal = PersonalData(
        DbRecordStore(world.database), world.store, made.evidence, photos_of(made), world.clock
    )
    with await personal.of_candidate(ADA, by=PROCTOR) as content:
        files = unpack(content.read())
    pieces = [files[one["file"]] for one in json.loads(files["recording.json"])["segments"]]
    assert pieces == FILMS


async def test_it_is_erased_in_its_time_and_what_no_row_names_as_well(made: Archive) -> None:
    await made.evidence.put(f"{ADA}/rec/orphan.webm", b"its row was never written")
    half = made.folder / "evidence" / ADA / "rec" / "cut-off.webm#1"
    half.write_bytes(b"a server was killed while it wrote this")
    made.world.clock.pass_s(31 * DAY_S)
    due = await retention_of(made).purge(dry_run=True)
    assert due["recorded segments"] == len(FILMS)
    counts = await retention_of(made).purge()
    assert counts["recorded segments"] == len(FILMS)
    assert counts["pictures and sounds"] == len(PICTURES)
    assert [one for one in (made.folder / "evidence").rglob("*") if one.is_file()] == []
    segments = await DbRecordingStore(made.world.database).segments_of_attempt(ADA)
    assert [one.path for one in segments] == [None, None]
    assert await retention_of(made).purge() == {}
    assert verified(await made.export()).problems == ()


async def test_a_recording_alone_is_reason_enough_to_come_back(made: Archive) -> None:
    made.world.clock.pass_s(31 * DAY_S)
    await retention_of(made).purge()
    async with made.world.store.begin(ADA) as tx:
        segment = (await DbRecordingStore(made.world.database).segments_of_attempt(ADA))[0]
        blob = await made.evidence.put(f"{ADA}/rec/again.webm", b"x")
        await tx.take_segment(replace(segment, id="again", seq=9, path=blob.path))
    assert (await retention_of(made).purge())["recorded segments"] == 1


async def test_late_segments_of_an_erased_candidate_stay_out(made: Archive) -> None:
    await retention_of(made).erase_candidate(ADA, by=PROCTOR, reason="asked for it")
    content = film(b"late")
    said = SegmentSaid(NOON, 10_000, hashlib.sha256(content).hexdigest())
    number = SegmentNumber(ADA, "page", SegmentKind.CAMERA, 7)
    with pytest.raises(Exception, match="recording_not_expected"):
        await recordings_of(made).take(number, said, content)
    assert await made.evidence.paths(ADA) == []


async def test_it_is_sealed_anew_with_a_new_key(made: Archive) -> None:
    newest = made.keys.rotate()
    counts = await Reencryption(DbSealedStore(made.world.database), made.evidence, made.keys).run()
    assert counts == {"pictures and sounds sealed anew": len(PICTURES) + len(FILMS)}
    for file in (made.folder / "keys").glob("blob-*.key"):
        if newest not in file.name:
            file.unlink()
    assert verified(await made.export()).problems == ()
