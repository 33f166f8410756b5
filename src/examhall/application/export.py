"""The whole record of one attempt as one signed zip, which anybody can check without this server."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO

from examhall.application.export_page import Kept, export_page
from examhall.application.journal import Entry
from examhall.application.ports.attempt_store import AttemptStore, EvidenceRecord
from examhall.application.ports.clock import Clock
from examhall.application.ports.evidence import EvidenceStore
from examhall.application.ports.record_store import AttemptDump, RecordStore
from examhall.application.ports.recording_store import SegmentRecord
from examhall.application.ports.signing import ExportSigner
from examhall.application.record_files import RecordFiles, json_text, plain
from examhall.application.recording_index import gaps_of
from examhall.application.review import entry_of
from examhall.domain.chain import verify_chain
from examhall.domain.errors import ExamhallError
from examhall.domain.export_format import (
    CHAIN,
    EVIDENCE_LIST,
    FORM,
    INCIDENTS,
    MANIFEST,
    RECORDING_LIST,
    SIGNATURE,
    chain_line,
)
from examhall.domain.policy import Policy
from examhall.domain.recording import Gap, recorded_kinds

_ENDINGS = {
    "image/jpeg": "jpg",
    "image/webp": "webp",
    "image/png": "png",
    "audio/wav": "wav",
    "video/webm": "webm",
}
_INNER = ("path", "key_id")  # where a blob lies is nobody's business outside


def fingerprint(public_key: bytes) -> str:
    """How people compare keys: SHA-256 of the 32 bytes, hex."""
    return hashlib.sha256(public_key).hexdigest()


@dataclass(frozen=True, slots=True)
class Exports:
    records: RecordStore
    attempts: AttemptStore
    evidence: EvidenceStore
    signer: ExportSigner
    clock: Clock

    async def export(self, attempt_id: str, *, by: str) -> IO[bytes]:
        """A zip to be read and closed. by: staff user id, or "command line"; the export is logged, and in it.

        Raises `attempt_not_found`, and what the evidence store raises but for pictures that are gone.
        """
        async with self.attempts.begin(attempt_id) as tx:
            await tx.log(Entry.EXPORTED, {"by": by})
        dump = await self.records.dump(attempt_id)
        files = RecordFiles()
        try:
            await self._write(files, dump)
            return files.finished()
        except BaseException:
            files.abandon()
            raise

    async def _write(self, files: RecordFiles, dump: AttemptDump) -> None:
        kept = {one.id: await add_evidence(files, self.evidence, one) for one in dump.evidence}
        entries = [entry_of(line) for line in dump.log]
        report = verify_chain(entries, dump.attempt.id, dump.head)
        await files.add_lines(CHAIN, (chain_line(entry) for entry in entries))
        await files.add_json("attempt.json", _attempt(dump))
        policy = await self.attempts.policy(dump.attempt)
        await files.add_json("policy.json", policy)
        await files.add_json(INCIDENTS, dump.incidents)
        await files.add_json("verdicts.json", _verdicts(dump))
        await files.add_json("warnings.json", dump.warnings)
        await files.add_json("chat.json", dump.chat)
        await files.add_json("credits.json", dump.credits)
        now = self.clock.now_ms()
        recorded = await add_recording(files, self.evidence, dump, policy, now)
        await files.add_json(RECORDING_LIST, recorded.listed)
        await files.add_json(EVIDENCE_LIST, [_evidence_line(one, kept[one.id]) for one in dump.evidence])
        await files.add_lines(
            "events.jsonl", (json.dumps(plain(event), ensure_ascii=False) for event in dump.events)
        )
        await files.add_lines(
            "observations.jsonl", (line for batch in dump.observations for line in batch.splitlines())
        )
        shown = Kept(kept, recorded.names, recorded.gaps)
        await files.add("index.html", export_page(dump, shown, report.status))
        key = self.signer.public_key
        manifest = json_text(
            {
                "form": FORM,
                "attempt_id": dump.attempt.id,
                "exam_id": dump.exam.id,
                "made_at": self.clock.now_ms(),
                "chain": {"entries": dump.head.seq, "head": dump.head.hash},
                "public_key": key.hex(),
                "fingerprint": fingerprint(key),
                "files": dict(files.written),
            }
        )
        await files.add(MANIFEST, manifest)
        await files.add(SIGNATURE, self.signer.sign(manifest.encode()).hex() + "\n")


async def add_evidence(files: RecordFiles, store: EvidenceStore, record: EvidenceRecord) -> str | None:
    """Put the opened picture or sound into the files; its name there, or None when there is none (any more)."""
    return await _add_blob(files, store, "evidence", record)


@dataclass(frozen=True, slots=True)
class Recorded:
    """names: by segment id, None when there is none (any more); listed: for recording.json."""

    names: Mapping[str, str | None]
    gaps: tuple[Gap, ...]
    listed: Mapping[str, object]


async def add_recording(
    files: RecordFiles, store: EvidenceStore, dump: AttemptDump, policy: Policy, now_ms: int
) -> Recorded:
    """Put the pieces of the recording into the files, one in memory at a time; the list of them and of the gaps."""
    names = {one.id: await _add_blob(files, store, "recording", one) for one in dump.segments}
    gaps = gaps_of(dump.attempt, recorded_kinds(policy), dump.segments, dump.log, now_ms)
    listed = {
        "recording": policy.recording,
        "segments": [_listed(one, names[one.id]) for one in dump.segments],
        "gaps": [
            {"kind": gap.kind, "from_at": gap.span.from_ms, "to_at": gap.span.to_ms, "label": gap.label}
            for gap in gaps
        ],
    }
    return Recorded(names, gaps, listed)


async def _add_blob(
    files: RecordFiles, store: EvidenceStore, folder: str, record: EvidenceRecord | SegmentRecord
) -> str | None:
    if record.path is None:
        return None
    try:
        content = await store.get(record.path, record.key_id)
    except ExamhallError as error:
        if error.code != "evidence_not_found":
            raise
        return None
    name = f"{folder}/{record.id}.{_ENDINGS.get(record.media_type, 'bin')}"
    await files.add(name, content, packed=False)
    return name


def _evidence_line(record: EvidenceRecord, name: str | None) -> Mapping[str, object]:
    listed = _listed(record, name)
    return {**listed, "state": "gap"} if record.kind == "gap" else listed


def _listed(record: EvidenceRecord | SegmentRecord, name: str | None) -> Mapping[str, object]:
    held = {key: value for key, value in _fields(record).items() if key not in _INNER}
    state = "kept" if name else "erased" if record.path is None and record.sha256 else "missing"
    return held | {"file": name, "state": state}


def _fields(record: object) -> dict[str, object]:
    found = plain(record)
    return found if isinstance(found, dict) else {}


def _attempt(dump: AttemptDump) -> Mapping[str, object]:
    attempt = _fields(dump.attempt)
    del attempt["rules_state"]  # follows from the observations
    return attempt | {"exam_title": dump.exam.title, "content_mode": dump.exam.content_mode}


def _verdicts(dump: AttemptDump) -> list[Mapping[str, object]]:
    return [
        {
            "incident_id": one.id,
            "signal": one.signal.value,
            "verdict": one.verdict.value,
            "by": one.verdict_by,
            "by_name": dump.staff.get(one.verdict_by or ""),
            "at": one.verdict_at,
            "note": one.verdict_note,
        }
        for one in dump.incidents
    ]
