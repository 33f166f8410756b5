"""An export can be checked by anybody, and whatever is done to one is found and named."""

import io
import json
import stat
import zipfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from examhall.adapters.signing import Ed25519Signer, is_signed
from examhall.application.export import fingerprint
from examhall.application.verify_export import verify_export
from support.exports import (
    ADA,
    PICTURES,
    Archive,
    Files,
    archive,
    pack,
    rewritten,
    signed_anew,
    verified,
)

Change = Callable[[list[str]], list[str]]


@pytest.fixture
async def made(tmp_path: Path, database_url: str) -> AsyncIterator[Archive]:
    async with archive(tmp_path, database_url) as one:
        yield one


@pytest.fixture
async def files(made: Archive) -> Files:
    return await made.export()


async def test_an_export_is_whole_and_holds_everything(made: Archive, files: Files) -> None:
    verdict = verified(files, fingerprint(made.exports.signer.public_key))
    assert verdict.problems == ()
    assert {files[f"evidence/{id_}.jpg"] for id_ in PICTURES} == set(PICTURES.values())
    types = [json.loads(line)["type"] for line in files["chain.jsonl"].decode().splitlines()]
    told = {
        "page_events",
        "incident_opened",
        "evidence_kept",
        "warning_given",
        "message_sent",
        "credit_given",
    }
    assert told | {"verdict_given", "submitted", "exported"} <= set(types)
    assert json.loads(files["verdicts.json"])[0]["verdict"] == "confirmed"
    assert json.loads(files["events.jsonl"])["kind"] == "tab_hidden"
    assert json.loads(files["observations.jsonl"])["kind"] == "time_passed"
    assert json.loads(files["credits.json"])[0]["seconds"] == 60
    assert "path" not in json.loads(files["evidence.json"])[0]


async def test_the_page_for_people_escapes_what_was_typed(files: Files) -> None:
    page = files["index.html"].decode()
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert '<img src="evidence/evidence-1.jpg"' in page


async def test_the_key_is_made_once_and_private(made: Archive) -> None:
    again = Ed25519Signer(made.folder / "keys")
    assert again.public_key == made.exports.signer.public_key
    (key,) = (made.folder / "keys").glob("export-*.key")
    assert stat.S_IMODE(key.stat().st_mode) == 0o600


def _altered(lines: list[str]) -> list[str]:
    entry = json.loads(lines[3])
    entry["payload"] = json.dumps({"by": "somebody else"})
    return [*lines[:3], json.dumps(entry), *lines[4:]]


def _type_altered(lines: list[str]) -> list[str]:
    return [*lines[:3], lines[3].replace('"type": "', '"type": "not_'), *lines[4:]]


def _inserted(lines: list[str]) -> list[str]:
    return [*lines[:3], lines[1], *lines[3:]]


def _erased_by_hand(lines: list[str]) -> list[str]:
    return [*lines[:3], json.dumps(json.loads(lines[3]) | {"payload": None}), *lines[4:]]


CHANGES: dict[str, tuple[Change, str]] = {
    "altered": (_altered, "Entry 4 of the chain was altered"),
    "type altered": (_type_altered, "Entry 4 of the chain was altered"),
    "payload taken, salt left": (_erased_by_hand, "Entry 4 of the chain was altered"),
    "dropped": (lambda lines: [*lines[:3], *lines[4:]], "Entry 4 of the chain is missing"),
    "cut off": (lambda lines: lines[:-2], "of the chain is missing"),
    "reordered": (
        lambda lines: [*lines[:3], lines[4], lines[3], *lines[5:]],
        "Entry 5 of the chain stands in a wrong place",
    ),
    "inserted": (_inserted, "Entry 2 of the chain was put in"),
    "no entry": (lambda lines: [*lines[:3], '{"seq": "4"}'], "chain.jsonl, line 4"),
    "half a character": (
        lambda lines: [*lines[:3], lines[3].replace('"type": "', '"type": "\\ud800')],
        "chain.jsonl, line 4",
    ),
}


@pytest.mark.parametrize("what", CHANGES)
async def test_a_changed_chain_is_found_even_when_it_is_signed_anew(
    files: Files, tmp_path: Path, what: str
) -> None:
    change, words = CHANGES[what]
    falsified = rewritten(files, "chain.jsonl", change)
    assert any("chain.jsonl was altered" in problem for problem in verified(falsified).problems)
    verdict = verified(signed_anew(falsified, Ed25519Signer(tmp_path / "mine")))
    assert words in verdict.problems[0]


async def test_an_altered_picture_is_found_twice(files: Files, tmp_path: Path) -> None:
    falsified = files | {"evidence/evidence-1.jpg": b"another picture"}
    assert verified(falsified).problems[0].startswith("evidence/evidence-1.jpg was altered")
    anew = verified(signed_anew(falsified, Ed25519Signer(tmp_path / "mine")))
    assert "is not the picture or sound that the chain speaks of" in anew.problems[0]


async def test_an_altered_verdict_is_not_the_chains(files: Files, tmp_path: Path) -> None:
    falsified = files | {"incidents.json": files["incidents.json"].replace(b'"confirmed"', b'"dismissed"')}
    verdict = verified(signed_anew(falsified, Ed25519Signer(tmp_path / "mine")))
    assert "The verdict on the incident" in verdict.problems[0]


async def test_what_the_chain_speaks_of_must_be_listed(files: Files, tmp_path: Path) -> None:
    mine = Ed25519Signer(tmp_path / "mine")
    listed = json.loads(files["evidence.json"])
    less = verified(signed_anew(files | {"evidence.json": json.dumps(listed[1:]).encode()}, mine))
    assert less.problems == ("The picture or sound 'evidence-1' of the chain is not listed.",)
    odd = verified(signed_anew(files | {"incidents.json": b'[{"id": [1], "verdict": {}}]'}, mine))
    assert "The incident '[1]' is in no entry of the chain." in odd.problems
    none = verified(signed_anew(files | {"incidents.json": b"[]"}, mine))
    assert none.problems[0].startswith("The incident ")


async def test_a_swapped_manifest_and_key_are_found(made: Archive, files: Files, tmp_path: Path) -> None:
    trusted = fingerprint(made.exports.signer.public_key)
    mine = signed_anew(files, Ed25519Signer(tmp_path / "mine"))
    assert verified(mine).problems == ()  # whole in itself: that is what the fingerprint is for
    assert "signed by another key" in verified(mine, trusted).problems[0]
    swapped = files | {"manifest.json": mine["manifest.json"]}
    assert "manifest.json was altered" in verified(swapped, trusted).problems[0]
    assert "manifest.json is missing" in verified({"chain.jsonl": b""}).problems[0]


async def test_missing_and_added_files_are_named(files: Files) -> None:
    assert (
        "'events.jsonl' is missing."
        in verified({name: content for name, content in files.items() if name != "events.jsonl"}).problems
    )
    assert (
        "more.json was added: the manifest does not list it."
        in verified(files | {"more.json": b"{}"}).problems
    )


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "/etc/passwd", "evidence/../x.jpg", "a\x1b[2Jb", "C:\\x"]
)
async def test_tricks_in_names_are_refused_and_shown_harmlessly(files: Files, name: str) -> None:
    (problem,) = verified(files | {name: b"x"}).problems
    assert "a file that no export has" in problem
    assert "\x1b" not in problem


async def test_two_files_of_one_name_are_refused(files: Files) -> None:
    made = pack(files)
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(made, "a") as twice:
        twice.writestr("chain.jsonl", b"")
    assert verify_export(made, is_signed).problems == ("The zip holds two files of the same name.",)


async def test_a_bomb_is_not_unpacked(files: Files) -> None:
    bomb = verified(files | {"manifest.json": b"0" * 40_000_000})
    assert bomb.problems == ("manifest.json unpacks to more than any export holds.",)


@pytest.mark.parametrize("part", [0.0, 0.1, 0.5, 0.9, 0.999])
async def test_a_truncated_zip_is_no_export(files: Files, part: float) -> None:
    whole = pack(files).getvalue()
    verdict = verify_export(io.BytesIO(whole[: int(len(whole) * part)]), is_signed)
    assert "no zip that can be read" in verdict.problems[0]


async def test_a_damaged_byte_anywhere_is_found(files: Files) -> None:
    whole = pack(files).getvalue()
    for at in range(0, len(whole), len(whole) // 97):
        damaged = bytearray(whole)
        damaged[at] ^= 0x41
        verdict = verify_export(io.BytesIO(bytes(damaged)), is_signed)
        same = _contents(bytes(damaged)) == files
        assert bool(verdict.problems) is not same, at


def _contents(packed: bytes) -> Files | None:
    try:
        with zipfile.ZipFile(io.BytesIO(packed)) as opened:
            return {name: opened.read(name) for name in opened.namelist()}
    except Exception:  # noqa: BLE001 - any failure means that it is not the same any more
        return None


async def test_erased_entries_verify_as_erased(made: Archive) -> None:
    async with made.world.store.begin(ADA) as tx:
        await tx.erase_log(2)
        await tx.erase_log(3)
    verdict = verified(await made.export())
    assert verdict.problems == ()
    assert any("2 of them are erased" in note for note in verdict.notes)
