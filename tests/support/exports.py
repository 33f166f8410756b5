"""An attempt with everything in it, its export, and ways to falsify one."""

import io
import json
import zipfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from examhall.adapters.db.record_store import DbRecordStore
from examhall.adapters.evidence.object_store import SealedBlobs, evidence_in_folder
from examhall.adapters.keys import FileKeyRing
from examhall.adapters.signing import Ed25519Signer, is_signed
from examhall.application.export import Exports
from examhall.application.ports.attempt_store import EvidenceRecord, PageEventRecord
from examhall.application.verify_export import ExportVerdict, verify_export
from examhall.domain.incident import Verdict
from examhall.domain.observation import PageEventKind
from examhall.domain.policy import Preset, Recording
from examhall.domain.presets import PRESETS
from examhall.pipeline.evidence_keeper import evidence_lines
from support.attempts import EXAM, NOON, PROCTOR, World, incident, opened, seed, seed_staff

ADA = f"{EXAM}-ada"
NAME = "<script>alert(1)</script>"
PICTURES = {"evidence-1": b"\xff\xd8 the first picture", "evidence-2": b"\xff\xd8 the second picture"}

RECORDED = replace(PRESETS[Preset.STANDARD], recording=Recording.CAMERA)

Files = dict[str, bytes]


@dataclass(slots=True)
class Archive:
    """A world whose attempt of Ada's is over, with an incident, pictures, a verdict, chat and a warning."""

    world: World
    exports: Exports
    evidence: SealedBlobs
    keys: FileKeyRing
    folder: Path

    async def export(self) -> Files:
        with await self.exports.export(ADA, by=PROCTOR) as content:
            return unpack(content.read())


@asynccontextmanager
async def archive(folder: Path, url: str | None = None) -> AsyncIterator[Archive]:
    """url: another database than the folder's own."""
    async with opened(folder, url=url) as world:
        keys = FileKeyRing(folder / "keys")
        evidence = evidence_in_folder(folder / "evidence", keys)
        signer = Ed25519Signer(folder / "keys")
        exports = Exports(DbRecordStore(world.database), world.store, evidence, signer, world.clock)
        await seed(world, "ada", "bob", policy=RECORDED)
        await seed_staff(world)
        await _sit(world, evidence)
        yield Archive(world, exports, evidence, keys, folder)


async def _sit(world: World, evidence: SealedBlobs) -> None:
    await world.go_live(ADA)
    one = replace(incident(ADA), words="2 faces for 4 s")
    kept = []
    for id_, content in PICTURES.items():
        blob = await evidence.put(f"{ADA}/{id_}.jpg", content)
        kept.append(
            EvidenceRecord(
                id_,
                one.id,
                ADA,
                "camera",
                NOON,
                "image/jpeg",
                blob.size,
                blob.sha256,
                blob.key_id,
                blob.path,
                "",
            )
        )
    async with world.store.begin(ADA) as tx:
        await tx.save_attempt(replace(tx.attempt, rules_state={"seen": 1}))
        await tx.save_incident(one)
        await tx.log("incident_opened", {"incident_id": one.id, "words": one.words})
        for record in kept:
            await tx.add_evidence(record)
        for entry, payload in evidence_lines(kept):
            await tx.log(entry, payload)
        await tx.take_event(
            PageEventRecord(ADA, "page", 1, PageEventKind.TAB_HIDDEN, 1.5, False, {"occurred_at": NOON}, NOON)
        )
        await tx.log("page_events", {"count": 1, "events": [{"seq": 1, "kind": "tab_hidden"}]})
        await tx.add_observations(0.0, 1.0, '{"kind":"time_passed","at_s":1.0}\n')
    await world.conversation.candidate_says(ADA, text=f"Hello {NAME}", client_id="c1")
    await world.conversation.warn(ADA, text="Look at the screen", staff_id=PROCTOR, incident_id=one.id)
    await world.attempts.give_time(ADA, seconds=60, reason="fire alarm", staff_id=PROCTOR)
    await world.attempts.submit(ADA)
    await world.review.decide(one.id, verdict=Verdict.CONFIRMED, note="seen twice", staff_id=PROCTOR)


def unpack(content: bytes) -> Files:
    with zipfile.ZipFile(io.BytesIO(content)) as archive_:
        return {name: archive_.read(name) for name in archive_.namelist()}


def pack(files: Mapping[str, bytes]) -> io.BytesIO:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive_:
        for name, content in files.items():
            archive_.writestr(name, content)
    made.seek(0)
    return made


def verified(files: Mapping[str, bytes], key: str | None = None) -> ExportVerdict:
    return verify_export(pack(files), is_signed, key=key)


def rewritten(files: Files, name: str, change: Callable[[list[str]], list[str]]) -> Files:
    """The files with the lines of one changed."""
    lines = change(files[name].decode().splitlines())
    return files | {name: "".join(f"{line}\n" for line in lines).encode()}


def signed_anew(files: Files, signer: Ed25519Signer) -> Files:
    """As somebody who has a key of their own would: every hash in the manifest made to fit."""
    from hashlib import sha256

    manifest = json.loads(files["manifest.json"])
    for name, about in manifest["files"].items():
        about["sha256"] = sha256(files.get(name, b"")).hexdigest()
    manifest["public_key"] = signer.public_key.hex()
    manifest["fingerprint"] = sha256(signer.public_key).hexdigest()
    text = json.dumps(manifest).encode()
    return files | {"manifest.json": text, "manifest.sig": signer.sign(text).hex().encode()}
