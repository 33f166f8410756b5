"""The hash chain: whatever is done to a log is seen and named; erasing is allowed and said."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examhall.domain.chain import (
    BreakReason,
    ChainHead,
    ChainStatus,
    LogEntry,
    append,
    canonical_json,
    verify_chain,
)
from examhall.domain.errors import ExamhallError

ATTEMPT = "attempt1"


def chain(length: int, attempt_id: str = ATTEMPT) -> list[LogEntry]:
    entries: list[LogEntry] = []
    head = ChainHead()
    for i in range(length):
        salt = bytes([i % 256]) * 32
        entry = append(attempt_id, head, "incident", at_ms=1000 + i, payload={"n": i}, salt=salt)
        entries.append(entry)
        head = ChainHead(entry.seq, entry.hash)
    return entries


def head_of(entries: list[LogEntry]) -> ChainHead:
    return ChainHead(entries[-1].seq, entries[-1].hash) if entries else ChainHead()


@given(st.integers(0, 8))
def test_an_untouched_chain_is_intact(length: int) -> None:
    entries = chain(length)
    report = verify_chain(entries, ATTEMPT, head_of(entries))
    assert (report.status, report.entries, report.broken_at) == (ChainStatus.INTACT, length, None)


@given(st.integers(1, 8), st.data())
def test_an_erased_payload_verifies_as_erased(length: int, data: st.DataObject) -> None:
    entries = chain(length)
    gone = sorted(data.draw(st.sets(st.integers(0, length - 1), min_size=1)))
    for i in gone:
        entries[i] = replace(entries[i], payload=None, salt=None)
    report = verify_chain(entries, ATTEMPT, head_of(entries))
    assert (report.status, report.erased) == (ChainStatus.ERASED, tuple(i + 1 for i in gone))


@given(st.integers(1, 8), st.data())
def test_an_altered_entry_is_named(length: int, data: st.DataObject) -> None:
    entries = chain(length)
    i = data.draw(st.integers(0, length - 1))
    alterations = [
        replace(entries[i], payload=canonical_json({"n": 99})),
        replace(entries[i], type="note"),
        replace(entries[i], at_ms=5),
        replace(entries[i], payload_mac="0" * 64),
        replace(entries[i], hash="0" * 64),
        replace(entries[i], prev_hash="1" * 64),
        replace(entries[i], salt=b"\xff" * 32),
        replace(entries[i], payload=None),
        replace(entries[i], salt=None),
    ]
    entries[i] = data.draw(st.sampled_from(alterations))
    report = verify_chain(entries, ATTEMPT)
    assert (report.status, report.reason) == (ChainStatus.BROKEN, BreakReason.ALTERED)
    assert report.broken_at == i + 1


@given(st.integers(2, 8), st.data())
def test_an_entry_altered_with_its_hash_breaks_the_next_one(length: int, data: st.DataObject) -> None:
    entries = chain(length)
    i = data.draw(st.integers(0, length - 2))
    head = head_of(entries[:i])
    entries[i] = append(ATTEMPT, head, "incident", at_ms=1000 + i, payload={"n": 99}, salt=b"\x07" * 32)
    report = verify_chain(entries, ATTEMPT)
    assert (report.reason, report.broken_at) == (BreakReason.ALTERED, i + 2)


@given(st.integers(2, 8), st.data())
def test_a_dropped_entry_is_named(length: int, data: st.DataObject) -> None:
    entries = chain(length)
    head = head_of(entries)
    i = data.draw(st.integers(0, length - 1))
    del entries[i]
    report = verify_chain(entries, ATTEMPT, head)
    assert (report.reason, report.broken_at) == (BreakReason.DROPPED, i + 1)


@given(st.integers(2, 8), st.data())
def test_reordered_entries_are_named(length: int, data: st.DataObject) -> None:
    entries = chain(length)
    i = data.draw(st.integers(0, length - 2))
    j = data.draw(st.integers(i + 1, length - 1))
    entries[i], entries[j] = entries[j], entries[i]
    report = verify_chain(entries, ATTEMPT, head_of(chain(length)))
    assert (report.reason, report.broken_at) == (BreakReason.REORDERED, j + 1)


@given(st.integers(1, 8), st.data())
def test_an_inserted_entry_is_named(length: int, data: st.DataObject) -> None:
    entries = chain(length)
    i = data.draw(st.integers(0, length - 1))
    forged = append(
        ATTEMPT, head_of(entries[:i]), "incident", at_ms=1, payload={"forged": True}, salt=b"\x09" * 32
    )
    entries.insert(i + 1, forged)
    report = verify_chain(entries, ATTEMPT, head_of(chain(length)))
    assert (report.reason, report.broken_at) == (BreakReason.INSERTED, i + 1)


def test_an_entry_of_another_attempt_or_past_the_head_is_inserted() -> None:
    entries = chain(3)
    foreign = [*entries[:2], chain(3, "attempt2")[2]]
    assert verify_chain(foreign, ATTEMPT).reason is BreakReason.INSERTED
    past = verify_chain(entries, ATTEMPT, head_of(entries[:2]))
    assert (past.reason, past.broken_at) == (BreakReason.INSERTED, 3)


def test_equal_payloads_cannot_be_recognised() -> None:
    one = append(ATTEMPT, ChainHead(), "note", at_ms=1, payload={"a": 1}, salt=b"\x01" * 32)
    two = append(ATTEMPT, ChainHead(), "note", at_ms=1, payload={"a": 1}, salt=b"\x02" * 32)
    assert one.payload_mac != two.payload_mac


def test_a_short_salt_or_a_payload_that_is_not_json_is_refused() -> None:
    with pytest.raises(ExamhallError) as caught:
        append(ATTEMPT, ChainHead(), "note", at_ms=1, payload={}, salt=b"short")
    assert caught.value.code == "log_salt_wrong_size"
    with pytest.raises(ExamhallError) as caught:
        canonical_json({"a": float("nan")})
    assert caught.value.code == "log_payload_unserialisable"
