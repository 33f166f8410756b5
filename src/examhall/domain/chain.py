"""The log of an attempt as a hash chain: what was written cannot be changed unseen, but can be erased.

An entry's hash covers its place, type, time, the entry before it and a keyed digest of the payload,
never the payload itself. Erasing payload and salt leaves the chain whole and the content unguessable.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from examhall.domain.errors import ErrorKind, ExamhallError

FIRST_SEQ = 1
GENESIS = ""  # the prev_hash of the first entry
SALT_BYTES = 32
_FORM = "examhall-log-1"


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One entry; hashes and payload_mac are 64 hex digits. payload (canonical JSON) and salt go together."""

    attempt_id: str
    seq: int
    prev_hash: str
    hash: str
    type: str
    at_ms: int
    payload_mac: str
    payload: str | None = field(repr=False)
    salt: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class ChainHead:
    """The place after which the next entry goes; (0, "") before the first."""

    seq: int = FIRST_SEQ - 1
    hash: str = GENESIS


class ChainStatus(StrEnum):
    INTACT = "intact"
    ERASED = "erased"  # whole, but some payloads are gone for good
    BROKEN = "broken"


class BreakReason(StrEnum):
    ALTERED = "altered"
    DROPPED = "dropped"
    REORDERED = "reordered"
    INSERTED = "inserted"


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What a check found. broken_at: the seq where the chain stops being whole."""

    status: ChainStatus
    entries: int
    erased: tuple[int, ...] = ()
    broken_at: int | None = None
    reason: BreakReason | None = None


def canonical_json(payload: Mapping[str, object]) -> str:
    """Return the one text that stands for this payload: keys sorted, no spaces, no NaN.

    Raises `ExamhallError` with code `log_payload_unserialisable`.
    """
    try:
        return json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise ExamhallError(
            ErrorKind.INVALID, "log_payload_unserialisable", "A log payload must be plain JSON values."
        ) from error


def append(
    attempt_id: str,
    head: ChainHead,
    type_: str,
    *,
    at_ms: int,
    payload: Mapping[str, object],
    salt: bytes,
) -> LogEntry:
    """Return the entry after `head`. salt: 32 random bytes, fresh for each entry.

    Raises `ExamhallError` with code `log_salt_wrong_size` or `log_payload_unserialisable`.
    """
    if len(salt) != SALT_BYTES:
        raise ExamhallError(
            ErrorKind.INVALID, "log_salt_wrong_size", f"A log salt has {SALT_BYTES} random bytes."
        )
    text = canonical_json(payload)
    seq, mac = head.seq + 1, _mac(salt, text)
    digest = _hash((attempt_id, seq, head.hash), type_, at_ms, mac)
    return LogEntry(attempt_id, seq, head.hash, digest, type_, at_ms, mac, text, salt)


def verify_chain(entries: Sequence[LogEntry], attempt_id: str, head: ChainHead | None = None) -> ChainReport:
    """Check the log of one attempt, oldest entry first.

    head: what the attempt's row says is the newest entry; without it entries cut off at the end are
    not noticed.
    """
    at, erased = ChainHead(), list[int]()
    for index, entry in enumerate(entries):
        reason = _place_error(entry, attempt_id, at.seq + 1, entries[index + 1 :])
        if reason is None and not _is_whole(entry, at.hash):
            reason = BreakReason.ALTERED
        if reason is not None:
            broken_at = entry.seq if reason is not BreakReason.DROPPED else at.seq + 1
            return ChainReport(ChainStatus.BROKEN, len(entries), tuple(erased), broken_at, reason)
        if entry.payload is None:
            erased.append(entry.seq)
        at = ChainHead(entry.seq, entry.hash)
    if head is not None and head != at:
        reason = BreakReason.DROPPED if head.seq > at.seq else BreakReason.INSERTED
        if head.seq == at.seq:
            reason = BreakReason.ALTERED
        broken_at = min(head.seq, at.seq) + (0 if head.seq == at.seq else 1)
        return ChainReport(ChainStatus.BROKEN, len(entries), tuple(erased), broken_at, reason)
    status = ChainStatus.ERASED if erased else ChainStatus.INTACT
    return ChainReport(status, len(entries), tuple(erased))


def _place_error(
    entry: LogEntry, attempt_id: str, expected_seq: int, later: Sequence[LogEntry]
) -> BreakReason | None:
    if entry.attempt_id != attempt_id or entry.seq < expected_seq:
        return BreakReason.INSERTED
    if entry.seq > expected_seq:
        elsewhere = any(other.seq == expected_seq for other in later)
        return BreakReason.REORDERED if elsewhere else BreakReason.DROPPED
    return None


def _is_whole(entry: LogEntry, prev_hash: str) -> bool:
    digest = _hash((entry.attempt_id, entry.seq, entry.prev_hash), entry.type, entry.at_ms, entry.payload_mac)
    if not hmac.compare_digest(entry.prev_hash, prev_hash) or not hmac.compare_digest(entry.hash, digest):
        return False
    if entry.payload is None or entry.salt is None:
        return entry.payload is None and entry.salt is None
    return hmac.compare_digest(entry.payload_mac, _mac(entry.salt, entry.payload))


def _mac(salt: bytes, payload: str) -> str:
    return hmac.new(salt, payload.encode(), hashlib.sha256).hexdigest()


def _hash(place: tuple[str, int, str], type_: str, at_ms: int, mac: str) -> str:
    form = json.dumps([_FORM, *place, type_, at_ms, mac], separators=(",", ":"))
    return hashlib.sha256(form.encode()).hexdigest()
