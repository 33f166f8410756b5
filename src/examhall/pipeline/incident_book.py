"""What the rules say of incidents, written down: the incident, its line in the log, the warning."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from examhall.application.ports.attempt_store import AttemptTx, IncidentRecord, WarningRecord
from examhall.application.ports.clock import Ids
from examhall.domain.incident import IncidentChanged, IncidentState, IncidentStep, Verdict
from examhall.domain.policy import Policy, Signal, SignalRule
from examhall.domain.presets import WARNING_TEXTS
from examhall.pipeline.attempt_clock import AttemptClock


@dataclass(frozen=True, slots=True)
class OpenedIncident:
    """What the evidence and the pause need to know. Times: ms since the epoch."""

    incident_id: str
    signal: Signal
    began_at: int
    opened_at: int
    pause: bool
    foretold: bool = False  # its evidence was begun while the store was away


class IncidentBook:
    """Writes what the rules tell of incidents; how often a lasting one is told of is theirs to say."""

    def __init__(self, clock: AttemptClock, ids: Ids) -> None:
        self._clock = clock
        self._ids = ids
        self._foretold: dict[str, str] = {}  # ids by key of what could not be written yet

    def foretell(self, changes: Sequence[IncidentChanged]) -> list[OpenedIncident]:
        """Give what opens and cannot be written now its id, so that its evidence can be kept from now on."""
        told: list[OpenedIncident] = []
        for change in changes:
            incident = change.incident
            if (
                change.step is IncidentStep.OPENED
                and incident.times == 1
                and incident.key not in self._foretold
            ):
                self._foretold[incident.key] = incident_id = self._ids.new_id()
                began_at = self._clock.wall_ms(incident.began_at_s)
                opened_at = self._clock.wall_ms(incident.opened_at_s)
                told.append(OpenedIncident(incident_id, incident.signal, began_at, opened_at, pause=False))
        return told

    def written(self) -> None:
        """The transaction is through."""
        self._foretold.clear()

    async def write(
        self, tx: AttemptTx, changes: Sequence[IncidentChanged], policy: Policy
    ) -> list[OpenedIncident]:
        """Returns those that opened now. A repeated opening of a known key is an update."""
        opened: list[OpenedIncident] = []
        for change in changes:
            rule = policy.signals[change.incident.signal]
            known = await tx.incident_by_key(change.incident.key)
            record = self._record(tx, change.incident, known, rule)
            await tx.save_incident(record)
            if known is None:
                await tx.log("incident_opened", _payload(record))
                if rule.warn:
                    await self._warn(tx, record)
                foretold = record.key in self._foretold
                opened.append(
                    OpenedIncident(
                        record.id, record.signal, record.began_at, record.opened_at, rule.pause, foretold
                    )
                )
            elif change.step is IncidentStep.CLOSED:
                await tx.log("incident_closed", _payload(record))
        return opened

    def _record(
        self, tx: AttemptTx, incident: IncidentState, known: IncidentRecord | None, rule: SignalRule
    ) -> IncidentRecord:
        closed_at = None if incident.closed_at_s is None else self._clock.wall_ms(incident.closed_at_s)
        last_seen_at = self._clock.wall_ms(incident.last_seen_at_s)
        if known is not None:
            # Began and opened stay as first written: the wall clock may have been set since.
            return replace(
                known,
                severity=incident.severity,
                weight=incident.weight,
                confidence=incident.confidence,
                words=incident.explanation.words,
                numbers=dict(incident.explanation.numbers),
                last_seen_at=max(last_seen_at, known.opened_at),
                closed_at=None if closed_at is None else max(closed_at, known.opened_at),
                times=incident.times,
            )
        return IncidentRecord(
            id=self._foretold.get(incident.key) or self._ids.new_id(),
            attempt_id=tx.attempt.id,
            key=incident.key,
            signal=incident.signal,
            severity=incident.severity,
            weight=incident.weight,
            confidence=incident.confidence,
            words=incident.explanation.words,
            numbers=dict(incident.explanation.numbers),
            began_at=self._clock.wall_ms(incident.began_at_s),
            opened_at=self._clock.wall_ms(incident.opened_at_s),
            last_seen_at=last_seen_at,
            closed_at=closed_at,
            times=incident.times,
            alert=rule.alert,
            verdict=Verdict.UNDECIDED,
            verdict_by=None,
            verdict_at=None,
            verdict_note="",
            handled_at=None,
        )

    async def _warn(self, tx: AttemptTx, incident: IncidentRecord) -> None:
        words = WARNING_TEXTS[incident.signal]
        warning = WarningRecord(
            id=self._ids.new_id(),
            attempt_id=incident.attempt_id,
            incident_id=incident.id,
            sender="policy",
            text=f"{words.noticed} {words.to_do}",
            at=self._clock.now_ms(),
            acknowledged_at=None,
        )
        await tx.add_warning(warning)
        await tx.log(
            "warning_given",
            {"warning_id": warning.id, "incident_id": incident.id, "by": "policy", "text": warning.text},
        )


def _payload(incident: IncidentRecord) -> dict[str, object]:
    return {
        "incident_id": incident.id,
        "signal": incident.signal.value,
        "severity": incident.severity.value,
        "confidence": incident.confidence,
        "words": incident.words,
        "numbers": dict(incident.numbers),
        "began_at": incident.began_at,
        "opened_at": incident.opened_at,
        "closed_at": incident.closed_at,
        "times": incident.times,
    }
