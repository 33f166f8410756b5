"""What is said in an attempt: warnings, messages, the raised hand. Each is taken once."""

from dataclasses import dataclass, replace

from examhall.application import cards
from examhall.application.attempts import BY_CANDIDATE, attempt_over
from examhall.application.journal import Entry
from examhall.application.ports.attempt_store import (
    AttemptStore,
    AttemptTx,
    ChatRecord,
    WarningRecord,
)
from examhall.application.ports.clock import Clock, Ids
from examhall.domain.attempt import OVER
from examhall.domain.errors import ErrorKind, ExamhallError


@dataclass(frozen=True, slots=True)
class Conversation:
    """Use cases of both sides. After the end nothing is said any more (`attempt_over`)."""

    store: AttemptStore
    clock: Clock
    ids: Ids

    async def warn(
        self, attempt_id: str, *, text: str, staff_id: str, incident_id: str | None = None
    ) -> WarningRecord:
        """A proctor warns the candidate; the incident it is about is handled then.

        Raises `incident_not_found` when the incident is not one of this attempt.
        """
        now = self.clock.now_ms()
        warning = WarningRecord(self.ids.new_id(), attempt_id, incident_id, staff_id, text, now, None)
        async with self.store.begin(attempt_id) as tx:
            _refuse_over(tx)
            if incident_id is not None:
                await _handle(tx, incident_id, now)
            await tx.add_warning(warning)
            await tx.log(
                Entry.WARNING_GIVEN,
                {"warning_id": warning.id, "incident_id": incident_id, "by": staff_id, "text": text},
            )
        return warning

    async def acknowledge_warning(self, attempt_id: str, warning_id: str) -> None:
        """The candidate has read it. Twice is once; raises `warning_not_found` for another's."""
        now = self.clock.now_ms()
        async with self.store.begin(attempt_id) as tx:
            if await tx.acknowledge_warning(warning_id, now):
                await tx.log(Entry.WARNING_ACKNOWLEDGED, {"warning_id": warning_id, "by": BY_CANDIDATE})
                return
        if not any(w.id == warning_id for w in await self.store.warnings_of_attempt(attempt_id)):
            raise ExamhallError(ErrorKind.NOT_FOUND, "warning_not_found", "There is no such warning.")

    async def message(
        self, attempt_id: str, *, text: str, staff_id: str, client_id: str | None = None
    ) -> ChatRecord:
        """A proctor writes to one candidate, whose raised hand is thereby answered.

        The same client_id again answers the message that was taken then.
        """
        async with self.store.begin(attempt_id) as tx:
            said = await self._say(tx, text, staff_id, client_id)
            if said is not None and tx.attempt.hand_raised_at is not None:
                await tx.save_attempt(replace(tx.attempt, hand_raised_at=None))
                await tx.log(Entry.HAND_LOWERED, {"by": staff_id})
        return said or await self._taken(attempt_id, client_id)

    async def message_all(
        self, exam_id: str, *, text: str, staff_id: str, client_id: str | None = None
    ) -> int:
        """A message to everybody who is not done; return how many it reaches."""
        recipients = 0
        for attempt in await self.store.attempts_of_exam(exam_id):
            if attempt.state in OVER:
                continue
            async with self.store.begin(attempt.id) as tx:
                if tx.attempt.state not in OVER:
                    await self._say(tx, text, staff_id, client_id)
                    recipients += 1
        return recipients

    async def candidate_says(self, attempt_id: str, *, text: str, client_id: str | None) -> ChatRecord | None:
        """The candidate writes to staff. None: this client_id was taken before."""
        async with self.store.begin(attempt_id) as tx:
            return await self._say(tx, text, cards.CANDIDATE, client_id)

    async def raise_hand(self, attempt_id: str, *, raised: bool) -> None:
        """The candidate asks for the proctor, or no longer does."""
        now = self.clock.now_ms()
        async with self.store.begin(attempt_id) as tx:
            _refuse_over(tx)
            if raised == (tx.attempt.hand_raised_at is not None):
                return
            await tx.save_attempt(replace(tx.attempt, hand_raised_at=now if raised else None))
            await tx.log(Entry.HAND_RAISED if raised else Entry.HAND_LOWERED, {"by": BY_CANDIDATE})

    async def _taken(self, attempt_id: str, client_id: str | None) -> ChatRecord:
        for message in await self.store.chat_of_attempt(attempt_id):
            if message.client_id == client_id:
                return message
        raise ExamhallError(ErrorKind.NOT_FOUND, "chat_message_not_found", "There is no such message.")

    async def _say(self, tx: AttemptTx, text: str, sender: str, client_id: str | None) -> ChatRecord | None:
        _refuse_over(tx)
        message = ChatRecord(self.ids.new_id(), tx.attempt.id, sender, text, client_id, self.clock.now_ms())
        if not await tx.add_chat(message):
            return None
        await tx.log(Entry.MESSAGE_SENT, {"message_id": message.id, "by": sender, "text": text})
        return message


def _refuse_over(tx: AttemptTx) -> None:
    if tx.attempt.state in OVER:
        raise attempt_over(tx.attempt)


async def _handle(tx: AttemptTx, incident_id: str, now_ms: int) -> None:
    incident = await tx.incident(incident_id)
    if incident is None:
        raise ExamhallError(ErrorKind.NOT_FOUND, "incident_not_found", "This attempt has no such incident.")
    if incident.handled_at is None:
        await tx.save_incident(replace(incident, handled_at=now_ms))
