"""Records to what pages show of them. Pure: the same records make the same view, whoever asks and when.

So a snapshot and the updates that led to it are equal but for `Clock.server_now`.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, cast

from examhall.application import views
from examhall.application.ports.attempt_store import (
    AttemptRecord,
    ChatRecord,
    CreditRecord,
    EvidenceRecord,
    ExamRecord,
    IncidentRecord,
    WarningRecord,
)
from examhall.domain import clock as exam_clock
from examhall.domain import risk as attempt_risk
from examhall.domain.check_in import CheckInResult
from examhall.domain.incident import Verdict
from examhall.domain.policy import Signal
from examhall.domain.presets import WARNING_TEXTS

CANDIDATE = "candidate"  # the sender of a chat message; anything else is a staff user id
POLICY = "policy"  # the sender of a warning that no person sent
_PAUSED_BY_FOR_STAFF = {POLICY: "the policy", CANDIDATE: "the candidate"}
_PAUSED_BY_FOR_CANDIDATE = {POLICY: "the policy", CANDIDATE: "you"}

# What the candidate's own network or another device did is nothing to warn them of by hand.
_NOT_PREPARED = frozenset({Signal.CONNECTION_LOST, Signal.SECOND_DEVICE})


def ledger(credits_: Iterable[CreditRecord]) -> tuple[exam_clock.Credit, ...]:
    """The credits as the exam clock reads them."""
    return tuple(
        exam_clock.Credit(c.seconds, exam_clock.CreditReason(c.reason), c.at, c.note) for c in credits_
    )


def duration_s(attempt: AttemptRecord, exam: ExamRecord) -> int:
    """What this attempt may take, with the accommodation's extra time."""
    return exam.duration_s + attempt.extra_time_s


def deadline(attempt: AttemptRecord, exam: ExamRecord, credits_: Iterable[CreditRecord]) -> int | None:
    """When the attempt's time is over, None before it started. ms since the epoch."""
    if attempt.live_at is None:
        return None
    return exam_clock.deadline_ms(
        attempt.live_at, duration_s(attempt, exam), exam.closes_at, ledger(credits_)
    )


def clock(
    attempt: AttemptRecord, exam: ExamRecord, credits_: Sequence[CreditRecord], now_ms: int
) -> views.Clock:
    return views.Clock(
        started_at=attempt.live_at,
        deadline=deadline(attempt, exam, credits_),
        paused_at=attempt.paused_at,
        duration_s=float(duration_s(attempt, exam)),
        credited_s=exam_clock.credited_s(ledger(credits_)),
        server_now=now_ms,
        ledger=tuple(
            views.GivenBack(c.seconds, c.reason, c.note, c.at_ms)
            for c in sorted(ledger(credits_), key=lambda c: c.at_ms)
        ),
    )


def risk(incidents: Iterable[IncidentRecord], half_life_s: float) -> views.Risk:
    """As of its newest incident, so that it is the same whenever it is looked at."""
    counted = {i.id: i for i in incidents if i.verdict is not Verdict.DISMISSED}
    as_of = max((i.opened_at for i in counted.values()), default=0)
    known = attempt_risk.risk(
        (
            attempt_risk.WeighedIncident(i.id, i.signal, i.weight, i.opened_at, dismissed=False)
            for i in counted.values()
        ),
        as_of,
        half_life_s,
    )
    parts = tuple(
        views.RiskPart(part.key, part.signal, counted[part.key].weight, counted[part.key].opened_at)
        for part in known.parts
    )
    return views.Risk(known.value, as_of, half_life_s, parts)


def evidence(record: EvidenceRecord) -> views.Evidence:
    gone = record.path is None
    return views.Evidence(
        id=record.id,
        kind=record.kind,
        captured_at=record.captured_at,
        url=None if gone else f"/api/v1/evidence/{record.id}",
        note=record.note,
    )


def incident(
    record: IncidentRecord, pictures: Iterable[EvidenceRecord], names: Mapping[str, str]
) -> views.Incident:
    return views.Incident(
        id=record.id,
        attempt_id=record.attempt_id,
        signal=record.signal,
        severity=record.severity,
        confidence=record.confidence,
        words=record.words,
        numbers=dict(record.numbers),
        began_at=record.began_at,
        opened_at=record.opened_at,
        last_seen_at=record.last_seen_at,
        closed_at=record.closed_at,
        times=record.times,
        alert=record.alert,
        handled=record.handled_at is not None,
        verdict=record.verdict,
        verdict_by=names.get(record.verdict_by or ""),
        verdict_note=record.verdict_note,
        evidence=tuple(evidence(e) for e in sorted(pictures, key=lambda e: (e.captured_at, e.id))),
    )


def chat(record: ChatRecord, names: Mapping[str, str] | None) -> views.ChatMessage:
    """names: of staff, for staff's eyes; None for the candidate's page, which sees no names."""
    by_candidate = record.sender == CANDIDATE
    return views.ChatMessage(
        id=record.id,
        attempt_id=record.attempt_id,
        sender=cast(Literal["candidate", "staff"], CANDIDATE if by_candidate else "staff"),
        sender_name=None if by_candidate or names is None else names.get(record.sender),
        text=record.text,
        at=record.at,
    )


def warning(record: WarningRecord) -> views.WarningNote:
    return views.WarningNote(record.id, record.text, record.at, record.acknowledged_at)


def paused_by(attempt: AttemptRecord) -> str | None:
    """For the candidate's page, which sees no names."""
    by = attempt.paused_by
    return None if by is None else _PAUSED_BY_FOR_CANDIDATE.get(by, "your proctor")


def card(
    attempt: AttemptRecord, clock_now: views.Clock, known_risk: views.Risk, names: Mapping[str, str]
) -> views.AttemptCard:
    by, kept = attempt.paused_by, attempt.check_in
    return views.AttemptCard(
        attempt_id=attempt.id,
        number=attempt.number,
        candidate_name=attempt.candidate_name,
        candidate_ref=attempt.candidate_ref,
        state=attempt.state,
        connected=attempt.connected,
        disconnected_at=attempt.disconnected_at,
        clock=clock_now,
        risk=known_risk,
        hand_raised_at=attempt.hand_raised_at,
        sharing=views.Sharing(attempt.sharing_camera, attempt.sharing_microphone, attempt.sharing_screen),
        paused_by=None if by is None else _PAUSED_BY_FOR_STAFF.get(by) or names.get(by, "a proctor"),
        note=attempt.note,
        detectors_off=() if kept is None else _off(kept),
        check_in=None if kept is None else views.CheckIn(kept.steps, kept.reference_distance),
        bandwidth_rung=attempt.bandwidth_rung,
        recording=attempt.recording,
        taken_out_at=attempt.taken_out_at,
    )


def _off(kept: CheckInResult) -> tuple[views.DetectorOff, ...]:
    return tuple(views.DetectorOff(one.detector, one.reason) for one in kept.detectors if not one.trusted)


def exam_head(exam: ExamRecord) -> views.ExamHead:
    return views.ExamHead(
        id=exam.id,
        title=exam.title,
        opens_at=exam.opens_at,
        closes_at=exam.closes_at,
        duration_s=exam.duration_s,
        prepared_warnings=tuple(
            f"{text.noticed} {text.to_do}"
            for signal, text in WARNING_TEXTS.items()
            if signal not in _NOT_PREPARED
        ),
    )
