"""The evidence around incidents that an owner of the attempt left undone: what its successor can still get, and
what is missing."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from examhall.application.ports.attempt_store import EvidenceRecord, IncidentRecord
from examhall.domain.policy import Policy
from examhall.pipeline.sound_evidence import CUT, NO_SOUND, SOUND_UNTIL_BACK, WITH_SOUND, LeftSound
from examhall.pipeline.sound_watch import SAMPLE_RATE_HZ

PAGE_BACK_MS = 15_000  # for so long the page is waited for, with the pictures of the time between
_SAME_MS = 100  # a picture may be stamped so much later than the incident that it opened
NONE_AFTER = "No picture came after it."
BEFORE_AWAY = "Pictures before it are missing: the server was away."
AFTER_AWAY = "Pictures after it are missing: the server was away."
_WAV_HEADER = 44
_WAV_MS = SAMPLE_RATE_HZ * 2 // 1000  # bytes


@dataclass(frozen=True, slots=True)
class Missing:
    """For a gap. at_ms: since the epoch."""

    incident_id: str
    at_ms: int
    note: str


@dataclass(slots=True)
class LeftWindow:
    """Pictures captured in (kept_until, until] are wanted. Times: ms since the epoch.

    kept_until: of what is stored, pictures and gaps; back_at: when the successor began; hole_ms: so much between
    two pictures is nothing missing.
    """

    incident_id: str
    opened_at: int
    kept_until: int
    until: int
    back_at: int
    hole_ms: int
    before_known: bool
    after_known: bool
    came: list[int] = field(default_factory=list)

    @property
    def done(self) -> bool:
        """The former owner had finished it."""
        return self.before_known and self.after_known and self.until - self.kept_until <= self.hole_ms

    def takes(self, captured_at_ms: int) -> bool:
        wanted = self.kept_until < captured_at_ms <= self.until
        if wanted:
            self.came.append(captured_at_ms)
        return wanted

    def is_over(self, now_ms: int) -> bool:
        return now_ms > max(self.until, self.back_at + PAGE_BACK_MS)

    def missing(self) -> list[Missing]:
        """What did not come, once it is over."""
        found: list[Missing] = []
        if not self.before_known and not any(at <= self.opened_at + _SAME_MS for at in self.came):
            found.append(Missing(self.incident_id, self.opened_at, BEFORE_AWAY))
        away_from, away_to = max(self.kept_until, self.opened_at), min(self.until, self.back_at)
        after = [at for at in self.came if at > self.opened_at]
        longest = self.hole_ms if after or self.after_known else 0
        if away_to - away_from > longest and not any(away_from < at <= away_to for at in after):
            found.append(Missing(self.incident_id, away_to, AFTER_AWAY))
        elif not self.after_known and not after and self.until > self.opened_at:
            found.append(Missing(self.incident_id, self.until, NONE_AFTER))
        return found


def left_windows(
    incidents: Sequence[IncidentRecord],
    kept: Sequence[EvidenceRecord],
    policy: Policy,
    *,
    since: int,
    now_ms: int,
) -> list[LeftWindow]:
    """Those whose time was not over when the former owner was last there, and that it had not finished.

    since: ms since the epoch, at most as late as that moment.
    """
    after_ms = round(policy.evidence_after_s * 1000)
    left: list[LeftWindow] = []
    for incident in incidents:
        until = incident.opened_at + after_ms
        if until < since:
            continue
        records = [one for one in kept if one.incident_id == incident.id]
        moments = [one.captured_at for one in records if not _of_sound(one)]
        window = LeftWindow(
            incident.id,
            incident.opened_at,
            kept_until=max(moments, default=incident.began_at - round(policy.evidence_before_s * 1000)),
            until=until,
            back_at=now_ms,
            hole_ms=round(policy.scan.interval_s * 1500),
            before_known=any(at <= incident.opened_at + _SAME_MS for at in moments),
            after_known=any(at > incident.opened_at for at in moments),
        )
        if not window.done:
            left.append(window)
    return left


def left_sounds(
    incidents: Sequence[IncidentRecord],
    kept: Sequence[EvidenceRecord],
    policy: Policy,
    *,
    since: int,
    now_ms: int,
) -> list[LeftSound]:
    """As `left_windows`, for the sound around incidents that have some."""
    left: list[LeftSound] = []
    for incident in incidents:
        until = incident.opened_at + round(policy.evidence_after_s * 1000)
        if until < since or incident.signal not in WITH_SOUND:
            continue
        records = [one for one in kept if one.incident_id == incident.id and _of_sound(one)]
        if not all(_goes_on(one, until) for one in records):
            continue
        begins = incident.began_at - round(policy.evidence_before_s * 1000)
        kept_until = max(map(_sound_until, records), default=begins)
        left.append(LeftSound(incident.id, kept_until, until, now_ms, kept_some=bool(records)))
    return left


def _goes_on(sound: EvidenceRecord, until: int) -> bool:
    """Whether who kept this had to leave before the end."""
    if sound.kind == "audio":
        return sound.note == CUT
    return sound.note in (NO_SOUND, SOUND_UNTIL_BACK) and sound.captured_at < until


def _sound_until(sound: EvidenceRecord) -> int:
    return sound.captured_at + max(0, sound.size - _WAV_HEADER) // _WAV_MS


def _of_sound(record: EvidenceRecord) -> bool:
    return record.kind == "audio" or (record.kind == "gap" and "sound" in record.note.lower())
