"""What is known of one candidate, for the candidate: readable, without what is about staff or about our workings."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import IO

from examhall.application.export import add_evidence, add_recording
from examhall.application.journal import UNTOLD, Entry, read_payload, words
from examhall.application.photos import Photos
from examhall.application.ports.attempt_store import AttemptRecord, AttemptStore
from examhall.application.ports.clock import Clock
from examhall.application.ports.evidence import EvidenceStore
from examhall.application.ports.record_store import AttemptDump, RecordStore
from examhall.application.record_files import RecordFiles, plain
from examhall.domain.export_format import RECORDING_LIST

_STAFF = "staff"
_ENDINGS = {"image/jpeg": "jpg", "image/webp": "webp", "image/png": "png"}
_READ_ME = """What is stored about one candidate's exam.

data.json          who it was, when, what was observed, said and decided; times are UTC
observations.jsonl what the detectors saw, one observation a line
evidence/          pictures and sound that were kept around incidents
recording/         the recording in pieces, if there was one; each plays by itself, recording.json says when
photo.*            the reference photo of the roster, if there was one

The face that was enrolled at the camera check is 128 numbers that stay sealed on the server; data.json says whether
they are still kept.
"""


class PersonalData:
    def __init__(
        self,
        records: RecordStore,
        attempts: AttemptStore,
        evidence: EvidenceStore,
        photos: Photos,
        clock: Clock,
    ) -> None:
        self._records = records
        self._attempts = attempts
        self._evidence = evidence
        self._photos = photos
        self._clock = clock

    async def of_candidate(self, attempt_id: str, *, by: str) -> IO[bytes]:
        """A zip to be read and closed; that it was made is logged. Raises `attempt_not_found`."""
        async with self._attempts.begin(attempt_id) as tx:
            await tx.log(Entry.PERSONAL_DATA_EXPORTED, {"by": by})
        dump = await self._records.dump(attempt_id)
        files = RecordFiles()
        try:
            kept = {one.id: await add_evidence(files, self._evidence, one) for one in dump.evidence}
            policy = await self._attempts.policy(dump.attempt)
            now = self._clock.now_ms()
            recorded = await add_recording(files, self._evidence, dump, policy, now)
            await files.add_json(RECORDING_LIST, recorded.listed)
            photo = await self._photo(files, attempt_id)
            enrolled = await self._attempts.template(attempt_id) is not None
            await files.add_json("data.json", _data(dump, kept, photo=photo, enrolled=enrolled))
            await files.add_lines(
                "observations.jsonl", (line for batch in dump.observations for line in batch.splitlines())
            )
            await files.add("README.txt", _READ_ME)
            return files.finished()
        except BaseException:
            files.abandon()
            raise

    async def _photo(self, files: RecordFiles, attempt_id: str) -> str | None:
        found = await self._photos.store.photo(attempt_id)
        if found is None:
            return None
        name = f"photo.{_ENDINGS.get(found.media_type, 'bin')}"
        await files.add(name, await self._evidence.get(found.path, found.key_id), packed=False)
        return name


def _data(
    dump: AttemptDump, kept: Mapping[str, str | None], *, photo: str | None, enrolled: bool
) -> Mapping[str, object]:
    nobody = dict.fromkeys(dump.staff, _STAFF)
    return {
        "candidate": _candidate(dump.attempt),
        "exam": dump.exam.title,
        "times": {
            "consented": _time(dump.attempt.consented_at),
            "started": _time(dump.attempt.live_at),
            "over": _time(dump.attempt.over_at),
        },
        "state": dump.attempt.state.value,
        "camera_check": plain(dump.attempt.check_in),
        "enrolled_face_is_kept": enrolled,
        "roster_photo": photo,
        "incidents": [
            {
                "signal": one.signal.value,
                "words": one.words,
                "numbers": one.numbers,
                "from": _time(one.began_at),
                "to": _time(one.closed_at),
                "verdict": one.verdict.value,
                "verdict_note": one.verdict_note,
                "files": [kept[e.id] for e in dump.evidence if e.incident_id == one.id and kept[e.id]],
            }
            for one in dump.incidents
        ],
        "warnings": [{"at": _time(w.at), "text": w.text} for w in dump.warnings],
        "chat": [
            {"at": _time(c.at), "from": "candidate" if c.sender == "candidate" else _STAFF, "text": c.text}
            for c in dump.chat
        ],
        "time_given_back": [
            {"at": _time(c.at), "seconds": c.seconds, "why": c.reason, "note": c.note} for c in dump.credits
        ],
        "page_events": [
            {"at": _time(e.received_at), "kind": e.kind.value, "late": e.late, **e.body} for e in dump.events
        ],
        "story": list(_story(dump, nobody)),
    }


def _candidate(attempt: AttemptRecord) -> Mapping[str, object]:
    return {
        "name": attempt.candidate_name,
        "email": attempt.candidate_email,
        "reference": attempt.candidate_ref,
        "extra_time_s": attempt.extra_time_s,
    }


def _story(dump: AttemptDump, names: Mapping[str, str]) -> Iterable[Mapping[str, object]]:
    for line in dump.log:
        if line.type in UNTOLD:
            continue
        payload = None if line.payload is None else read_payload(line.payload)
        yield {"at": _time(line.at), "what": words(line.type, payload, names)}


def _time(at_ms: int | None) -> str | None:
    return None if at_ms is None else datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="seconds")
