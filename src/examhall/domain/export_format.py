"""What an export of one attempt is: the names in its zip and the lines of its chain."""

import json
from collections.abc import Mapping

from examhall.domain.chain import LogEntry
from examhall.domain.errors import ErrorKind, ExamhallError

FORM = "examhall-export-1"
MANIFEST = "manifest.json"
SIGNATURE = "manifest.sig"
CHAIN = "chain.jsonl"
EVIDENCE_LIST = "evidence.json"
INCIDENTS = "incidents.json"
RECORDING_LIST = "recording.json"


def chain_line(entry: LogEntry) -> str:
    """One entry as a line of JSON; payload stays the text that its MAC was made of, salt is hex."""
    return json.dumps(
        {
            "attempt_id": entry.attempt_id,
            "seq": entry.seq,
            "prev_hash": entry.prev_hash,
            "hash": entry.hash,
            "type": entry.type,
            "at": entry.at_ms,
            "payload_mac": entry.payload_mac,
            "payload": entry.payload,
            "salt": None if entry.salt is None else entry.salt.hex(),
        },
        ensure_ascii=False,
    )


def read_chain_line(line: str) -> LogEntry:
    """The entry of a line. Raises `ExamhallError` `export_line_unreadable`."""
    try:
        found = json.loads(line)
        return _entry(found)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise ExamhallError(
            ErrorKind.INVALID, "export_line_unreadable", "This line of the chain is no entry."
        ) from error


def _entry(found: Mapping[str, object]) -> LogEntry:
    salt, payload = found["salt"], found["payload"]
    return LogEntry(
        attempt_id=_text(found, "attempt_id"),
        seq=_number(found, "seq"),
        prev_hash=_text(found, "prev_hash"),
        hash=_text(found, "hash"),
        type=_text(found, "type"),
        at_ms=_number(found, "at"),
        payload_mac=_text(found, "payload_mac"),
        payload=None if payload is None else _text(found, "payload"),
        salt=None if salt is None else bytes.fromhex(_text(found, "salt")),
    )


def _text(found: Mapping[str, object], key: str) -> str:
    value = found[key]
    # compare_digest takes ASCII only: what is no hash must not get that far
    if not isinstance(value, str) or (key != "payload" and not value.isascii()):
        raise TypeError(key)
    value.encode()  # half a character cannot be hashed: ValueError
    return value


def _number(found: Mapping[str, object], key: str) -> int:
    value = found[key]
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(key)
    return value
