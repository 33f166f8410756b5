"""Is this export of an attempt what the server wrote? Looked at without a server, a network or any trust.

Nothing is ever written to disk, no name in the zip is used as a path, and what is read is bounded.
"""

import hashlib
import json
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO

from examhall.application.export import fingerprint
from examhall.application.ports.signing import SignatureCheck
from examhall.domain.chain import BreakReason, ChainHead, ChainReport, ChainStatus, LogEntry, verify_chain
from examhall.domain.errors import ExamhallError
from examhall.domain.export_format import (
    CHAIN,
    EVIDENCE_LIST,
    FORM,
    INCIDENTS,
    MANIFEST,
    RECORDING_LIST,
    SIGNATURE,
    read_chain_line,
)

FILES_AT_MOST = 50_000
MANIFEST_BYTES = 32 * 1024 * 1024
READ_BYTES = 256 * 1024 * 1024  # of a file that is read as a whole
ALL_BYTES = 4 * 1024 * 1024 * 1024
_PIECE = 1024 * 1024
_NAME = re.compile(
    r"[a-z0-9_]{1,64}\.(?:jsonl?|html|sig)|(?:evidence|recording)/[A-Za-z0-9_-]{1,64}\.[a-z0-9]{1,8}"
)
_HEX = re.compile(r"(?:[0-9a-f]{2})*")
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OSError,
)


@dataclass(frozen=True, slots=True)
class ExportVerdict:
    """problems: in words, the first broken link first; empty when all is well. notes: what a reader should know."""

    problems: tuple[str, ...]
    notes: tuple[str, ...]


class _Broken(Exception):
    """What keeps the looking from going on; its text is the problem in words."""


@dataclass(slots=True)
class _Found:
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def verify_export(file: IO[bytes], is_signed: SignatureCheck, *, key: str | None = None) -> ExportVerdict:
    """Look at all of it. key: the fingerprint (or the 32 bytes as hex) that must have signed; None: any."""
    found = _Found()
    try:
        with zipfile.ZipFile(file) as archive:
            _look(_Bounded(archive), is_signed, key, found)
    except _Broken as broken:
        found.problems.append(str(broken))
    except _UNREADABLE as error:
        found.problems.append(f"The file is no zip that can be read to its end ({type(error).__name__}).")
    return ExportVerdict(tuple(found.problems), tuple(found.notes))


class _Bounded:
    """Reads the files of a zip, and stops at limits instead of believing what the zip says of itself."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._left = ALL_BYTES
        infos = archive.infolist()
        if len(infos) > FILES_AT_MOST:
            raise _Broken(f"The zip holds {len(infos)} files; no export has more than {FILES_AT_MOST}.")
        self.infos = {info.filename: info for info in infos}
        for info in infos:
            if not _NAME.fullmatch(info.filename):
                raise _Broken(f"The zip holds a file that no export has: {_shown(info.filename)}.")
        if len(self.infos) != len(infos):
            raise _Broken("The zip holds two files of the same name.")

    def read(self, name: str, at_most: int) -> bytes:
        pieces = list(self._pieces(name, at_most))
        return b"".join(pieces)

    def sha256(self, name: str) -> str:
        digest = hashlib.sha256()
        for piece in self._pieces(name, ALL_BYTES):
            digest.update(piece)
        return digest.hexdigest()

    def _pieces(self, name: str, at_most: int) -> Iterator[bytes]:
        if name not in self.infos:
            raise _Broken(f"{name} is missing.")
        try:
            with self._archive.open(self.infos[name]) as file:
                while piece := file.read(_PIECE):
                    at_most -= len(piece)
                    if self.infos[name].compress_type != zipfile.ZIP_STORED:
                        self._left -= len(piece)  # what is only stored is not more than the zip itself
                    if at_most < 0 or self._left < 0:
                        raise _Broken(f"{name} unpacks to more than any export holds.")
                    yield piece
        except _UNREADABLE as error:
            raise _Broken(f"{name} is damaged ({type(error).__name__}).") from error


def _look(files: _Bounded, is_signed: SignatureCheck, key: str | None, found: _Found) -> None:
    text = files.read(MANIFEST, MANIFEST_BYTES)
    manifest = _mapping(_json(MANIFEST, text), MANIFEST)
    _check_signature(files, text, manifest, is_signed, key, found)
    if manifest.get("form") != FORM:
        raise _Broken(f"{MANIFEST} is of a form that this version does not know.")
    _check_files(files, manifest, found)
    entries = _check_chain(files, manifest, found)
    _check_evidence(files, manifest, entries, found)
    _check_recording(files, manifest, entries, found)
    _check_incidents(files, entries, found)


def _check_signature(
    files: _Bounded,
    text: bytes,
    manifest: Mapping[str, object],
    is_signed: SignatureCheck,
    key: str | None,
    found: _Found,
) -> None:
    public = _hex(manifest.get("public_key"))
    signature = _hex(files.read(SIGNATURE, 1024).decode("ascii", "replace").strip())
    print_ = fingerprint(public)
    if not is_signed(public, signature, text):
        found.problems.append(f"{MANIFEST} was altered after it was signed, or the signature is not its own.")
    elif manifest.get("fingerprint") != print_:
        found.problems.append(f"{MANIFEST} names a fingerprint that is not its key's.")
    if key is None:
        found.notes.append(f"Signed by the key {print_}: compare it with the server's.")
    elif key.strip().lower().replace(":", "") not in {print_, public.hex()}:
        found.problems.append(f"It was signed by another key than the one you trust: {print_}.")


def _check_files(files: _Bounded, manifest: Mapping[str, object], found: _Found) -> None:
    listed = _mapping(manifest.get("files"), f"{MANIFEST}, files")
    for name, said in listed.items():
        if name not in files.infos:
            found.problems.append(f"{_shown(name)} is missing.")
        elif files.sha256(name) != _mapping(said, f"{MANIFEST}, files").get("sha256"):
            found.problems.append(f"{name} was altered: it is not the file that was signed.")
    for name in files.infos:
        if name not in listed and name not in {MANIFEST, SIGNATURE}:
            found.problems.append(f"{name} was added: the manifest does not list it.")


def _check_chain(files: _Bounded, manifest: Mapping[str, object], found: _Found) -> Sequence[LogEntry]:
    said = _mapping(manifest.get("chain"), f"{MANIFEST}, chain")
    seq, hash_ = said.get("entries"), said.get("head")
    if not isinstance(seq, int) or not isinstance(hash_, str):
        raise _Broken(f"{MANIFEST} does not say where the chain ends.")
    entries = []
    for number, line in enumerate(_lines(files, CHAIN), start=1):
        try:
            entries.append(read_chain_line(line))
        except ExamhallError as error:
            raise _Broken(f"{CHAIN}, line {number}: this is no entry of a chain.") from error
    report = verify_chain(entries, str(manifest.get("attempt_id")), ChainHead(seq, hash_))
    if report.status is ChainStatus.BROKEN:
        found.problems.append(_chain_words(report))
    found.notes.append(f"The chain has {report.entries} entries; {len(report.erased)} of them are erased.")
    return entries


_BREAKS = {
    BreakReason.ALTERED: "Entry {n} of the chain was altered: what it says does not fit its hash.",
    BreakReason.DROPPED: "Entry {n} of the chain is missing.",
    BreakReason.REORDERED: "Entry {n} of the chain stands in a wrong place: the order was changed.",
    BreakReason.INSERTED: "Entry {n} of the chain was put in: it does not belong where it stands.",
}


def _chain_words(report: ChainReport) -> str:
    words = _BREAKS[report.reason or BreakReason.ALTERED].format(n=report.broken_at)
    return f"{words} What stands before it is whole."


def _check_evidence(
    files: _Bounded, manifest: Mapping[str, object], entries: Sequence[LogEntry], found: _Found
) -> None:
    logged, unknown = _logged_evidence(entries)
    told = _objects(files, EVIDENCE_LIST)
    _check_blobs("picture or sound", told, logged, manifest, found, unknown=unknown)
    if unknown:
        found.notes.append(
            "Entries about pictures or sound are erased: those are held by the manifest alone."
        )


def _check_recording(
    files: _Bounded, manifest: Mapping[str, object], entries: Sequence[LogEntry], found: _Found
) -> None:
    logged, unknown = _logged_recording(entries)
    if RECORDING_LIST not in files.infos and not logged and not unknown:
        return  # of a version that knew no recordings
    listed = _mapping(_json(RECORDING_LIST, files.read(RECORDING_LIST, READ_BYTES)), RECORDING_LIST)
    told = _mappings(listed.get("segments"), RECORDING_LIST)
    _check_blobs("piece of the recording", told, logged, manifest, found, unknown=unknown)
    if unknown:
        found.notes.append("Entries about the recording are erased: it is held by the manifest alone.")


def _check_blobs(
    what: str,
    told: Sequence[Mapping[str, object]],
    logged: Mapping[str, object],
    manifest: Mapping[str, object],
    found: _Found,
    *,
    unknown: bool,
) -> None:
    """What the list tells of is in the chain, and the other way round. unknown: some of the chain is erased."""
    listed = _mapping(manifest.get("files"), f"{MANIFEST}, files")
    for lost in sorted(logged.keys() - {str(one.get("id")) for one in told}):
        found.problems.append(f"The {what} {_shown(lost)} of the chain is not listed.")
    for one in told:
        id_, name = str(one.get("id")), one.get("file")
        if not isinstance(name, str):
            if one.get("state") == "missing":
                found.notes.append(f"The {what} {_shown(id_)} was kept once and is not there any more.")
            continue
        held = _mapping(listed.get(name, {}), f"{MANIFEST}, files").get("sha256")
        if id_ in logged and logged[id_] != held:
            found.problems.append(f"{_shown(name)} is not the {what} that the chain speaks of.")
        elif id_ not in logged and not unknown:
            found.problems.append(f"{_shown(name)} is in no entry of the chain.")


def _logged_recording(entries: Sequence[LogEntry]) -> tuple[dict[str, object], bool]:
    """sha256 by segment id, and whether some of it has been erased."""
    lines = [entry for entry in entries if entry.type == "recording_kept"]
    payloads = [_payload(entry) for entry in lines]
    logged = {str(one.get("segment_id")): one.get("sha256") for one in payloads if one}
    return logged, any(entry.payload is None for entry in lines)


def _logged_evidence(entries: Sequence[LogEntry]) -> tuple[dict[str, object], bool]:
    """sha256 by evidence id, and whether some of it has been erased."""
    logged: dict[str, object] = {}
    unknown = False
    for entry in entries:
        if entry.type not in {"evidence_kept", "sound_kept"}:
            continue
        if entry.payload is None:
            unknown = True
            continue
        payload = _payload(entry)
        for key in ("pictures", "sounds"):
            listed = payload.get(key)
            for one in listed if isinstance(listed, list) else []:
                if isinstance(one, dict):
                    logged[str(one.get("evidence_id"))] = one.get("sha256")
    return logged, unknown


def _check_incidents(files: _Bounded, entries: Sequence[LogEntry], found: _Found) -> None:
    """Incidents and verdicts are those of the chain."""
    opened, verdicts, unknown = set[str](), dict[str, object](), False
    for entry in entries:
        if entry.type not in {"incident_opened", "verdict_given"}:
            continue
        unknown = unknown or entry.payload is None
        payload = _payload(entry)
        if entry.type == "incident_opened":
            opened.add(str(payload.get("incident_id")))
        else:
            verdicts[str(payload.get("incident_id"))] = payload.get("verdict")
    if unknown:
        return
    told = _objects(files, INCIDENTS)
    for lost in sorted(opened - {str(one.get("id")) for one in told}):
        found.problems.append(f"The incident {_shown(lost)} of the chain is not listed.")
    for one in told:
        id_ = str(one.get("id"))
        if id_ not in opened:
            found.problems.append(f"The incident {_shown(id_)} is in no entry of the chain.")
        elif one.get("verdict") != verdicts.get(id_, "undecided"):
            found.problems.append(f"The verdict on the incident {_shown(id_)} is not the chain's.")


def _payload(entry: LogEntry) -> Mapping[str, object]:
    if entry.payload is None:
        return {}
    return _mapping(_json(f"entry {entry.seq}", entry.payload.encode()), f"entry {entry.seq}")


def _lines(files: _Bounded, name: str) -> list[str]:
    # Split at \n alone: other separators may stand inside a JSON text.
    return [line for line in _text(name, files.read(name, READ_BYTES)).split("\n") if line]


def _objects(files: _Bounded, name: str) -> list[Mapping[str, object]]:
    return _mappings(_json(name, files.read(name, READ_BYTES)), name)


def _mappings(found: object, name: str) -> list[Mapping[str, object]]:
    if not isinstance(found, list):
        raise _Broken(f"{name} is no list.")
    return [_mapping(one, name) for one in found]


def _json(name: str, content: bytes) -> object:
    try:
        found: object = json.loads(_text(name, content))
    except (ValueError, RecursionError) as error:
        raise _Broken(f"{name} is no JSON.") from error
    return found


def _text(name: str, content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise _Broken(f"{name} is no text.") from error


def _mapping(value: object, where: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise _Broken(f"{where} is not what an export holds there.")
    return value


def _hex(value: object) -> bytes:
    return bytes.fromhex(value) if isinstance(value, str) and _HEX.fullmatch(value) else b""


def _shown(name: str) -> str:
    """A name out of the zip for a terminal: short, and nothing that could steer it."""
    return ascii(name[:80])
