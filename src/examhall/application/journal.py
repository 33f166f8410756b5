"""The attempt's story: the types of lines in its chained log, and the words for each.

Payloads hold ids, figures and what staff wrote; never a candidate's name or a picture.
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import StrEnum

Payload = Mapping[str, object]


class Entry(StrEnum):
    """Types of log lines. Stored values are never renamed."""

    CONSENT_GIVEN = "consent_given"
    CONSENT_REFUSED = "consent_refused"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    CHECK_IN_DONE = "check_in_done"
    CAMERA_CHECKED = "camera_checked"
    IDENTITY_TEMPLATE_DELETED = "identity_template_deleted"
    STARTED = "started"
    PAUSED = "paused"
    RESUMED = "resumed"
    SUBMITTED = "submitted"
    ENDED = "ended"
    EXPIRED = "expired"
    REVIEWED = "reviewed"
    CREDIT_GIVEN = "credit_given"
    CONNECTED = "connected"
    DISCONNECTED = "disconnected"
    SERVER_CAME_BACK = "server_came_back"
    WARNING_GIVEN = "warning_given"
    WARNING_ACKNOWLEDGED = "warning_acknowledged"
    MESSAGE_SENT = "message_sent"
    HAND_RAISED = "hand_raised"
    HAND_LOWERED = "hand_lowered"
    INCIDENT_OPENED = "incident_opened"
    INCIDENT_CLOSED = "incident_closed"
    VERDICT_GIVEN = "verdict_given"
    EVIDENCE_KEPT = "evidence_kept"
    SOUND_KEPT = "sound_kept"
    EVIDENCE_GAP = "evidence_gap"
    RECORDING_KEPT = "recording_kept"
    OBSERVATION_GAP = "observation_gap"
    WATCH_OPENED = "watch_opened"
    WATCH_CLOSED = "watch_closed"
    TALK_BEGAN = "talk_began"
    MUTED = "muted"
    TAKEN_OUT = "taken_out"
    PAGE_EVENTS = "page_events"
    BANDWIDTH_CHANGED = "bandwidth_changed"
    EXPORTED = "exported"
    PERSONAL_DATA_EXPORTED = "personal_data_exported"
    PURGED = "purged"
    DATA_ERASED = "data_erased"


# What stays of an attempt when its time is over: counts and who did it, so that the erasing itself can be checked.
LASTING = frozenset({Entry.PURGED, Entry.DATA_ERASED, Entry.IDENTITY_TEMPLATE_DELETED})

# In the chain, but no part of the story: there are hundreds of them.
UNTOLD = frozenset({Entry.RECORDING_KEPT})

_CREDIT_WORDS = {
    "pause": "for a pause",
    "server_fault": "because the server was away",
    "network_loss": "for a lost connection",
    "proctor": "by a proctor",
}
_BY_WORDS = {
    "policy": "the policy",
    "candidate": "the candidate",
    "clock": "the clock",
    "command line": "the command line",
}


def read_payload(text: str) -> Payload:
    """The payload of a stored line."""
    found = json.loads(text)
    return found if isinstance(found, dict) else {}


def people_of(payload: Payload) -> tuple[str, ...]:
    """The staff user ids that a line may name."""
    by = payload.get("by")
    return (by,) if isinstance(by, str) and by not in _BY_WORDS else ()


def words(entry_type: str, payload: Payload | None, names: Mapping[str, str]) -> str:
    """One line of the story. payload None: it was erased; names: of staff by user id."""
    if payload is None:
        return f"{_plain(entry_type)} (what was written here has been erased)"
    say = _WORDS.get(entry_type)
    return say(_Line(payload, names)) if say else _plain(entry_type)


def _plain(entry_type: str) -> str:
    return entry_type.replace("_", " ").capitalize()


class _Line:
    """A payload read with care: what is missing is said with neutral words."""

    def __init__(self, payload: Payload, names: Mapping[str, str]) -> None:
        self._payload = payload
        self._names = names

    def text(self, key: str) -> str:
        return str(self._payload.get(key) or "")

    def seconds(self, key: str) -> str:
        value = self._payload.get(key)
        return f"{value:.0f} s" if isinstance(value, int | float) else "some time"

    @property
    def by(self) -> str:
        by = self.text("by")
        return self._names.get(by) or _BY_WORDS.get(by) or "staff"

    def because(self, key: str = "reason") -> str:
        return f": {self.text(key)}" if self.text(key) else ""

    def some(self, key: str, lead: str) -> str:
        """The words of a list, or the keys of a mapping, after `lead`; nothing when there are none."""
        found = self._payload.get(key)
        words_ = [str(one) for one in found] if isinstance(found, list | Mapping) else []
        return lead + ", ".join(words_) if words_ else ""

    def each(self, key: str, of: str, lead: str) -> str:
        """One field of each object of a list, underscores as spaces, after `lead`."""
        found = self._payload.get(key)
        said = (
            [str(one.get(of, "")) for one in found if isinstance(one, Mapping)]
            if isinstance(found, list)
            else []
        )
        return lead + ", ".join(said).replace("_", " ") if said else ""

    def clock_time(self, key: str) -> str:
        value = self._payload.get(key)
        if not isinstance(value, int):
            return "an unknown time"
        return datetime.fromtimestamp(value / 1000, UTC).strftime("%H:%M:%S UTC")


_WORDS: Mapping[str, Callable[[_Line], str]] = {
    Entry.CONSENT_GIVEN: lambda e: (
        f"Consented to the notice {e.text('notice_hash')[:12]} (policy revision {e.text('policy_revision')}, "
        f"language {e.text('locale')})"
    ),
    Entry.CONSENT_REFUSED: lambda _: "Did not consent to the notice",
    Entry.CONSENT_WITHDRAWN: lambda _: "Withdrew consent",
    Entry.CHECK_IN_DONE: lambda _: "Finished the check-in",
    Entry.CAMERA_CHECKED: lambda e: (
        f"Camera check done{e.some('skipped', ', skipped: ')}{e.some('failed', ', failed: ')}"
        f"{e.some('off', '; switched off: ')}"
    ),
    Entry.IDENTITY_TEMPLATE_DELETED: lambda _: "The enrolled face was deleted",
    Entry.STARTED: lambda e: f"Started, let in by {e.by}",
    Entry.PAUSED: lambda e: f"Paused by {e.by}{e.because()}",
    Entry.RESUMED: lambda e: f"Resumed by {e.by} after {e.seconds('paused_s')}{e.because()}",
    Entry.SUBMITTED: lambda _: "Finished the exam",
    Entry.ENDED: lambda e: f"Ended by {e.by}{e.because()}",
    Entry.EXPIRED: lambda e: f"Time was over at {e.clock_time('deadline')}",
    Entry.REVIEWED: lambda e: f"Review closed by {e.by}",
    Entry.CREDIT_GIVEN: lambda e: (
        f"Got {e.seconds('seconds')} back {_CREDIT_WORDS.get(e.text('reason'), '')}{e.because('note')}"
    ),
    Entry.CONNECTED: lambda _: "The candidate's page connected",
    Entry.DISCONNECTED: lambda _: "The candidate's page lost its connection",
    Entry.SERVER_CAME_BACK: lambda e: f"The server was away from {e.clock_time('last_beat')}",
    Entry.WARNING_GIVEN: lambda e: f"Warned by {e.by}{e.because('text')}",
    Entry.WARNING_ACKNOWLEDGED: lambda _: "Acknowledged a warning",
    Entry.MESSAGE_SENT: lambda e: f"Message from {e.by}",
    Entry.HAND_RAISED: lambda _: "Raised a hand",
    Entry.HAND_LOWERED: lambda e: f"Hand lowered by {e.by}",
    Entry.INCIDENT_OPENED: lambda e: f"Incident opened{e.because('words')}",
    Entry.INCIDENT_CLOSED: lambda e: f"Incident closed{e.because('words')}",
    Entry.EVIDENCE_KEPT: lambda e: f"Pictures kept: {e.text('count')}",
    Entry.SOUND_KEPT: lambda e: f"Sound kept: {e.text('count')}",
    Entry.RECORDING_KEPT: lambda e: f"Recorded: {e.text('kind')} from {e.clock_time('captured_at')}",
    Entry.EVIDENCE_GAP: lambda e: f"Evidence is missing{e.because('note')}",
    Entry.OBSERVATION_GAP: lambda e: (
        f"Nothing was observed from {e.clock_time('from_at')} to {e.clock_time('to_at')}"
    ),
    Entry.WATCH_OPENED: lambda e: f"Live view opened by {e.by}",
    Entry.WATCH_CLOSED: lambda e: f"Live view of {e.by} closed",
    Entry.TALK_BEGAN: lambda e: f"{e.by} spoke to the candidate",
    Entry.MUTED: lambda e: f"{_plain(e.text('media'))} muted by {e.by}{e.because()}",
    Entry.TAKEN_OUT: lambda e: f"Taken out of the live view by {e.by}{e.because()}",
    Entry.PAGE_EVENTS: lambda e: f"The page reported{e.each('events', 'kind', ': ')}",
    Entry.BANDWIDTH_CHANGED: lambda e: (
        f"The line allows: {_plain(e.text('rung')).lower()}; recording: {e.text('recording')}"
    ),
    Entry.EXPORTED: lambda e: f"The record was exported by {e.by}",
    Entry.PERSONAL_DATA_EXPORTED: lambda e: f"The candidate's data were exported by {e.by}",
    Entry.PURGED: lambda _: "What was kept was erased at the end of its time",
    Entry.DATA_ERASED: lambda e: f"The candidate's data were erased by {e.by}{e.because()}",
    Entry.VERDICT_GIVEN: lambda e: (
        f"{e.by} decided on the incident {_plain(e.text('signal')).lower()}: "
        f"{e.text('verdict').replace('_', ' ')}{e.because('note')}"
    ),
}
