"""Exams: set up, change, list; their policies."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import urlsplit

from examhall.application.identity import StaffIdentity
from examhall.application.ports.attempt_store import ExamRecord, PolicyRevisionRecord
from examhall.application.ports.bus import Bus
from examhall.application.ports.clock import Clock, Ids
from examhall.application.ports.exam_store import ExamListing, ExamStore
from examhall.domain.errors import ErrorKind, ExamhallError
from examhall.domain.policy import Policy, Preset, Signal
from examhall.domain.presets import PRESETS
from examhall.domain.rules.engine import ContentMode as Content
from examhall.domain.rules.engine import effective_policy

ContentMode = Literal["text", "frame", "beside"]
_LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
_LONGEST_WINDOW_MS = 366 * 24 * 3600 * 1000


@dataclass(frozen=True, slots=True)
class ExamDraft:
    """What an admin fills in for a new exam."""

    title: str
    instructions: str
    content_mode: ContentMode
    content_text: str
    content_url: str | None
    opens_at: int
    closes_at: int
    duration_s: int
    link_hours: int | None = None


@dataclass(frozen=True, slots=True)
class ExamChange:
    """Only what is not None changes; link_hours 0: links let in until the exam closes."""

    title: str | None = None
    instructions: str | None = None
    content_mode: ContentMode | None = None
    content_text: str | None = None
    content_url: str | None = None
    opens_at: int | None = None
    closes_at: int | None = None
    duration_s: int | None = None
    link_hours: int | None = None
    archived: bool | None = None


class Exams:
    """The use cases around exams."""

    def __init__(self, store: ExamStore, clock: Clock, ids: Ids, bus: Bus) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._bus = bus

    async def create(self, draft: ExamDraft, preset: Preset, by: StaffIdentity) -> ExamListing:
        """A new exam with the preset as its first policy revision."""
        now = self._clock.now_ms()
        exam = ExamRecord(
            id=self._ids.new_id(),
            title=draft.title.strip(),
            instructions=draft.instructions,
            content_mode=draft.content_mode,
            content_text=draft.content_text,
            content_url=draft.content_url or None,
            opens_at=draft.opens_at,
            closes_at=draft.closes_at,
            duration_s=draft.duration_s,
            policy_revision_id=self._ids.new_id(),
            archived_at=None,
            link_hours=draft.link_hours or None,
        )
        check_exam(exam)
        if exam.closes_at <= now:
            raise _invalid("window_in_the_past", "The exam closes in the past; choose a later time.")
        await self._store.add_exam(exam, PRESETS[preset], by.user_id, now)
        return await self._listing(exam, "admin")

    async def mine(self, staff: StaffIdentity) -> Sequence[ExamListing]:
        """All exams for admins, for others those they are staff of."""
        return await self._store.listings(None if staff.role == "admin" else staff.user_id)

    async def one(self, exam_id: str, my_role: Literal["admin", "proctor", "reviewer"]) -> ExamListing:
        return await self._listing(await self._store.exam(exam_id), my_role)

    async def _listing(
        self, exam: ExamRecord, my_role: Literal["admin", "proctor", "reviewer"]
    ) -> ExamListing:
        return ExamListing(exam, await self._store.counts(exam.id), my_role)

    async def change(self, exam_id: str, change: ExamChange) -> ExamListing:
        """Change what is given; the outcome must still be a sensible exam."""
        now = self._clock.now_ms()

        def changed(before: ExamRecord) -> ExamRecord:
            after = _apply(before, change, now)
            check_exam(after)
            return after

        exam = await self._store.change_exam(exam_id, changed, now)
        await self._tell(exam_id)
        for attempt_id in await self._store.attempt_ids(exam_id):
            await self._bus.publish(f"attempt/{attempt_id}", "state")  # its clock may have moved
        return await self._listing(exam, "admin")

    async def policy(self, exam_id: str) -> PolicyRevisionRecord:
        return await self._store.policy(exam_id)

    async def set_policy(self, exam_id: str, policy: Policy, by: StaffIdentity) -> PolicyRevisionRecord:
        """A new revision. Attempts that are checked in keep the one they agreed to."""
        check_policy(policy)
        revision = await self._store.set_policy(
            exam_id, self._ids.new_id(), policy, by.user_id, self._clock.now_ms()
        )
        await self._tell(exam_id)
        return revision

    async def _tell(self, exam_id: str) -> None:
        await self._bus.publish(f"exam/{exam_id}", "updates")


def switched_off(policy: Policy, content_mode: ContentMode) -> tuple[Signal, ...]:
    """Signals that the policy asks for and that mean nothing with this kind of content."""
    usual = effective_policy(policy, Content.TEXT).signals
    left = effective_policy(policy, Content(content_mode)).signals
    return tuple(s for s in Signal if usual[s].enabled and not left[s].enabled)


def check_exam(exam: ExamRecord) -> None:
    """Raise `ExamhallError` with what does not fit together."""
    if not exam.title:
        raise _invalid("title_needed", "Give the exam a title.")
    window_ms = exam.closes_at - exam.opens_at
    if window_ms <= 0:
        raise _invalid("window_backwards", "The exam closes before it opens; swap or change the times.")
    if window_ms > _LONGEST_WINDOW_MS:
        raise _invalid("window_too_long", "The exam is open for more than a year; check the dates.")
    if exam.duration_s * 1000 > window_ms:
        raise _invalid(
            "duration_longer_than_window",
            "The exam takes longer than it is open; make the window longer or the duration shorter.",
        )
    if exam.content_mode != "text" and not exam.content_url:
        raise _invalid("content_url_needed", "Give the address of the exam's content.")
    if exam.content_url:
        _check_content_url(exam.content_url)


def _check_content_url(content_url: str) -> None:
    try:
        url = urlsplit(content_url)
        host, _ = url.hostname, url.port
    except ValueError:
        host, url = None, urlsplit("")
    safe = url.scheme == "https" or (url.scheme == "http" and host in _LOOPBACK_HOSTS)
    if not safe or not host or url.username is not None or any(c.isspace() for c in content_url):
        raise _invalid(
            "content_url_not_https",
            "The content's address must start with https:// and hold no user name or spaces.",
        )


def check_policy(policy: Policy) -> None:
    """Raise `policy_invalid` for numbers no rule can work with."""
    if set(policy.signals) != set(Signal):
        raise _invalid("policy_invalid", "The policy must say something of each signal.")
    for signal, rule in policy.signals.items():
        numbers = (rule.threshold, rule.hold_s, rule.release_s, rule.cooldown_s, rule.weight)
        if not all(0 <= number <= 86_400 for number in numbers):
            raise _invalid("policy_invalid", f"A number of {signal.value} is negative or far too large.")
    scan = policy.scan
    sizes = (scan.coarse_width, scan.coarse_height, scan.fine_width, scan.fine_height)
    if not all(size % 32 == 0 and 64 <= size <= 1280 for size in sizes):
        raise _invalid("policy_invalid", "Picture sizes of the scan must be multiples of 32, 64 to 1280.")
    if not (0.5 <= scan.interval_s <= 10 and 1 <= scan.fine_period_s <= 60):
        raise _invalid("policy_invalid", "Scan every 0.5 to 10 s, finely every 1 to 60 s.")
    if not (0 < scan.coarse_score < 1 and 0 < scan.fine_score < 1):
        raise _invalid("policy_invalid", "Scores of the scan lie between 0 and 1.")
    periods = (scan.head_period_s, scan.identity_period_s, scan.objects_period_s)
    if not all(period == 0 or 0.5 <= period <= 600 for period in periods):
        raise _invalid("policy_invalid", "A detector runs every 0.5 to 600 s, or never (0).")
    if not (0.1 <= scan.burst_interval_s <= 1 and 1 <= scan.burst_s <= 5 and 5 <= scan.burst_every_s <= 600):
        raise _invalid(
            "policy_invalid", "A burst is a picture every 0.1 to 1 s for 1 to 5 s, at most every 5 to 600 s."
        )
    limits = (
        0 <= policy.network_credit_limit_s <= 86_400,
        0 <= policy.server_credit_limit_s <= 86_400,
        600 <= policy.pause_limit_s <= 30 * 86_400,
        1 <= policy.risk_half_life_s <= 86_400,
        0 <= policy.identity_retention_hours <= 24 * 365,
        0 <= policy.evidence_before_s <= 10,
        0 <= policy.evidence_after_s <= 10,
        1 <= policy.retention_days <= 3650,
        len(policy.name) <= 200,
    )
    if not all(limits):
        raise _invalid("policy_invalid", "A limit of the policy is out of its range.")


def _apply(before: ExamRecord, change: ExamChange, now_ms: int) -> ExamRecord:
    archived_at = before.archived_at
    if change.archived is not None:
        archived_at = (before.archived_at or now_ms) if change.archived else None
    kept = before.content_url if change.content_url is None else (change.content_url or None)
    return replace(
        before,
        title=before.title if change.title is None else change.title.strip(),
        instructions=before.instructions if change.instructions is None else change.instructions,
        content_mode=change.content_mode or before.content_mode,
        content_text=before.content_text if change.content_text is None else change.content_text,
        content_url=kept,
        opens_at=before.opens_at if change.opens_at is None else change.opens_at,
        closes_at=before.closes_at if change.closes_at is None else change.closes_at,
        duration_s=change.duration_s or before.duration_s,
        link_hours=before.link_hours if change.link_hours is None else change.link_hours or None,
        archived_at=archived_at,
    )


def _invalid(code: str, message: str) -> ExamhallError:
    return ExamhallError(ErrorKind.INVALID, code, message)
