"""A stored attempt, a whole exam or a recording, run again under another policy."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from examhall.adapters.bus.memory import MemoryBus
from examhall.adapters.db.attempt_store import SqlAttemptStore
from examhall.adapters.system import SystemClock, SystemIds
from examhall.application.ports.attempt_store import AttemptRecord
from examhall.bootstrap.accounts import database_of, sqlite_file
from examhall.domain.errors import ErrorKind, ExamhallError
from examhall.domain.observation import Observation
from examhall.domain.policy import Policy
from examhall.domain.rules.codec import observation_from_line
from examhall.domain.rules.engine import ContentMode, effective_policy
from examhall.domain.rules.replay import ReplayComparison, ReplayResult, compare, replay
from examhall.settings import Settings


@dataclass(frozen=True, slots=True)
class Recording:
    """What one attempt saw. name: the file, or the attempt's id; policy: the one it ran under."""

    name: str
    observations: tuple[Observation, ...]
    policy: Policy
    content_mode: ContentMode


@dataclass(frozen=True, slots=True)
class Replayed:
    """One recording under its own policy and under the new one."""

    name: str
    before: ReplayResult
    after: ReplayResult
    comparison: ReplayComparison


def replay_recording(recording: Recording, policy: Policy) -> Replayed:
    before = replay(recording.observations, effective_policy(recording.policy, recording.content_mode))
    after = replay(recording.observations, effective_policy(policy, recording.content_mode))
    return Replayed(recording.name, before, after, compare(before.incidents, after.incidents))


def read_recording(path: Path, policy: Policy) -> Recording:
    """A file of JSON lines. Raises ExamhallError `file_unreadable` or `observation_unreadable` with the line."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ExamhallError(
            ErrorKind.NOT_FOUND, "file_unreadable", f"{path} cannot be read as text."
        ) from error
    return Recording(str(path), tuple(_observations(lines, str(path))), policy, ContentMode.TEXT)


async def stored_recordings(settings: Settings, id_: str) -> tuple[Recording, ...]:
    """The attempt of this id, or all attempts of the exam of this id that began.

    Raises ExamhallError `recording_not_found`.
    """
    if settings.database_url is None and not sqlite_file(settings).is_file():
        raise _not_found(id_)
    database = database_of(settings)
    try:
        store = SqlAttemptStore(database, MemoryBus(), SystemClock(), SystemIds())
        return tuple([await _stored(store, record) for record in await _attempts(store, id_)])
    finally:
        await database.stop()


async def _attempts(store: SqlAttemptStore, id_: str) -> Sequence[AttemptRecord]:
    try:
        return [await store.attempt(id_)]
    except ExamhallError as error:
        if error.code != "attempt_not_found":
            raise
    began = [record for record in await store.attempts_of_exam(id_) if record.live_at is not None]
    if not began:
        raise _not_found(id_)
    return began


def _not_found(id_: str) -> ExamhallError:
    return ExamhallError(
        ErrorKind.NOT_FOUND,
        "recording_not_found",
        f"{id_} is neither a file nor an attempt or exam of this data folder that has begun.",
    )


async def _stored(store: SqlAttemptStore, record: AttemptRecord) -> Recording:
    lines = [line for batch in await store.observations_of_attempt(record.id) for line in batch.splitlines()]
    exam = await store.exam(record.exam_id)
    return Recording(
        record.id,
        tuple(_observations(lines, record.id)),
        await store.policy(record),
        ContentMode(exam.content_mode),
    )


def _observations(lines: Sequence[str], name: str) -> Iterator[Observation]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            yield observation_from_line(line)
        except ExamhallError as error:
            raise ExamhallError(error.kind, error.code, f"{name}, line {number}: {error.message}") from error
