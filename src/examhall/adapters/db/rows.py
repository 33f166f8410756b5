"""Rows to the records of the ports and back; the one place that knows how each is stored."""

from collections.abc import Mapping
from dataclasses import fields
from enum import IntEnum, StrEnum
from typing import Any, cast

from pydantic import TypeAdapter
from sqlalchemy import RowMapping, Table, Text

from examhall.adapters.db import tables
from examhall.application.ports.attempt_store import (
    AttemptRecord,
    ChatRecord,
    CreditRecord,
    EvidenceRecord,
    ExamRecord,
    IdentityTemplateRecord,
    IncidentRecord,
    LogRecord,
    OutboxLine,
    PageEventRecord,
    PolicyRevisionRecord,
    UpdateKind,
    WarningRecord,
)
from examhall.application.ports.recording_store import SegmentRecord
from examhall.domain.attempt import AttemptState
from examhall.domain.bandwidth import BandwidthRung, RecordingNow
from examhall.domain.check_in import CheckInResult
from examhall.domain.incident import Verdict
from examhall.domain.observation import FORMER_DETECTORS
from examhall.domain.policy import Policy, Severity, Signal
from examhall.domain.presets import complete
from examhall.domain.recording import SegmentKind

Record = (
    AttemptRecord
    | ChatRecord
    | CreditRecord
    | EvidenceRecord
    | IdentityTemplateRecord
    | IncidentRecord
    | LogRecord
    | PageEventRecord
    | SegmentRecord
    | WarningRecord
)


TEXT = Text()


def table_of(row: type[tables.Base]) -> Table:
    return cast("Table", row.__table__)


ATTEMPT = table_of(tables.AttemptRow)
CHAT = table_of(tables.ChatMessageRow)
CREDIT = table_of(tables.CreditRow)
EVIDENCE = table_of(tables.EvidenceRow)
EXAM = table_of(tables.ExamRow)
HEARTBEAT = table_of(tables.HeartbeatRow)
IDENTITY_TEMPLATE = table_of(tables.IdentityTemplateRow)
INCIDENT = table_of(tables.IncidentRow)
LOG = table_of(tables.LogEntryRow)
OBSERVATION = table_of(tables.ObservationRow)
OUTBOX = table_of(tables.OutboxRow)
PAGE_EVENT = table_of(tables.PageEventRow)
POLICY_REVISION = table_of(tables.PolicyRevisionRow)
SEGMENT = table_of(tables.RecordingSegmentRow)
USER = table_of(tables.UserRow)
WARNING = table_of(tables.WarningRow)

_POLICY = TypeAdapter(Policy)
_CHECK_IN = TypeAdapter(CheckInResult)


def _names(record: type[Record] | type[ExamRecord]) -> tuple[str, ...]:
    return tuple(f.name for f in fields(record))


def _kept(record: type[Record] | type[ExamRecord], row: RowMapping) -> dict[str, Any]:
    return {name: row[name] for name in _names(record)}


def values(record: Record) -> dict[str, object]:
    """The record as column values: plain text for words of a list, plain dicts for JSON."""
    return {name: _plain(getattr(record, name)) for name in _names(type(record))}


def changed(before: AttemptRecord, after: AttemptRecord) -> dict[str, object]:
    """Only the columns that differ, so that a heavy rules state is not written with every change."""
    return {
        name: _plain(getattr(after, name))
        for name in _names(AttemptRecord)
        if getattr(after, name) != getattr(before, name)
    }


def _plain(value: object) -> object:
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, IntEnum):
        return int(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, CheckInResult):
        return _CHECK_IN.dump_python(value, mode="json")
    return value


def attempt(row: RowMapping) -> AttemptRecord:
    check_in = row["check_in"]
    return AttemptRecord(
        **_kept(AttemptRecord, row)
        | {
            "state": AttemptState(row["state"]),
            "bandwidth_rung": BandwidthRung(row["bandwidth_rung"]),
            "recording": RecordingNow(row["recording"]),
            "check_in": None if check_in is None else _CHECK_IN.validate_python(_named_as_now(check_in)),
        }
    )


def _named_as_now(check_in: Mapping[str, Any]) -> dict[str, object]:
    """What was stored under a detector's former name is said of each that it stands for."""
    now = [
        {**one, "detector": name}
        for one in check_in["detectors"]
        for name in FORMER_DETECTORS.get(one["detector"], (one["detector"],))
    ]
    return {**check_in, "detectors": now}


def identity_template(row: RowMapping) -> IdentityTemplateRecord:
    return IdentityTemplateRecord(**_kept(IdentityTemplateRecord, row))


def exam(row: RowMapping) -> ExamRecord:
    return ExamRecord(**_kept(ExamRecord, row))


def incident(row: RowMapping) -> IncidentRecord:
    return IncidentRecord(
        **_kept(IncidentRecord, row)
        | {
            "signal": Signal(row["signal"]),
            "severity": Severity(row["severity"]),
            "verdict": Verdict(row["verdict"]),
        }
    )


def evidence(row: RowMapping) -> EvidenceRecord:
    return EvidenceRecord(**_kept(EvidenceRecord, row))


def segment(row: RowMapping) -> SegmentRecord:
    return SegmentRecord(**_kept(SegmentRecord, row) | {"kind": SegmentKind(row["kind"])})


def chat(row: RowMapping) -> ChatRecord:
    return ChatRecord(**_kept(ChatRecord, row))


def warning(row: RowMapping) -> WarningRecord:
    return WarningRecord(**_kept(WarningRecord, row))


def credit(row: RowMapping) -> CreditRecord:
    return CreditRecord(**_kept(CreditRecord, row))


def log_line(row: RowMapping) -> LogRecord:
    return LogRecord(**_kept(LogRecord, row))


def outbox_line(row: RowMapping) -> OutboxLine:
    return OutboxLine(update_id=row["update_id"], kind=UpdateKind(row["kind"]), id=row["target_id"])


def policy_revision(row: RowMapping) -> PolicyRevisionRecord:
    policy = complete(_POLICY.validate_python(row["body"]))
    return PolicyRevisionRecord(id=row["id"], number=row["number"], policy=policy)


def policy_body(policy: Policy) -> dict[str, object]:
    """The policy as JSON, as `policy_revision.body` holds it."""
    return cast("dict[str, object]", _POLICY.dump_python(policy, mode="json"))
