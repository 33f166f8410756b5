"""Takes an attempt up where the store says that it is."""

import structlog

from examhall.application.ports.attempt_store import AttemptRecord
from examhall.domain.errors import ExamhallError
from examhall.domain.recording import Span
from examhall.domain.rules.codec import state_from_json
from examhall.domain.rules.engine import ContentMode, RulesState
from examhall.pipeline.evidence_left import left_sounds, left_windows
from examhall.pipeline.session import AttemptSession, SessionRetired
from examhall.pipeline.world import World

log = structlog.get_logger(__name__)


async def open_session(world: World, attempt_id: str, since: int | None) -> AttemptSession:
    """Take the attempt up from the store. since: when its server was last there, if that is gone; ms.

    Raises `ExamhallError` `attempt_not_found`; `SessionRetired` when another server owns it by now.
    """
    record = await world.store.attempt(attempt_id)
    if record.owner_id != world.servers.server_id:
        raise SessionRetired
    exam = await world.store.exam(record.exam_id)
    policy = await world.store.policy(record)
    session = AttemptSession(world, record, policy, ContentMode(exam.content_mode), _restored(record))
    await session.recall()
    await _resume_evidence(world, session, since)
    if since is not None and session.watching:
        # What was seen after the last save went with the server.
        now_ms = world.clock.now_ms()
        await session.was_unseen(Span(min(record.saved_at or since, now_ms), now_ms))
    return session


async def _resume_evidence(world: World, session: AttemptSession, since: int | None) -> None:
    """The pictures and sounds around incidents that the former owner still waited for, or kept and could not note."""
    now_ms = world.clock.now_ms()
    incidents = await world.store.incidents_of_attempt(session.record.id)
    kept = await world.store.evidence_of_incidents([incident.id for incident in incidents])
    there = now_ms if since is None else since
    session.evidence.resume(
        left_windows(incidents, kept, session.policy, since=there, now_ms=now_ms),
        left_sounds(incidents, kept, session.policy, since=there, now_ms=now_ms),
    )


def _restored(record: AttemptRecord) -> RulesState:
    """The saved rules; nobody is connected to a server that has just begun."""
    if record.rules_state is None:
        return RulesState(now_s=record.clock_base_s)
    try:
        return state_from_json(record.rules_state)
    except ExamhallError as error:
        log.warning("rules_begin_anew", attempt_id=record.id, code=error.code)
        return RulesState(now_s=record.clock_base_s)
