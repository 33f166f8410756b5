"""Reference photos of the roster: kept sealed, compared with the face at check-in, shown to nobody."""

from dataclasses import dataclass

from examhall.application.ports.clock import Clock, Ids
from examhall.application.ports.evidence import EvidenceStore
from examhall.application.ports.exam_store import RosterStore
from examhall.application.ports.photos import PhotoRecord, PhotoStore
from examhall.application.ports.vision import FrameAnalysis, FrameDropped, FrameJob, Look, VisionPool
from examhall.domain.attempt import OVER
from examhall.domain.errors import ErrorKind, ExamhallError
from examhall.domain.observation import Scan
from examhall.domain.policy import ScanPlan
from examhall.vision.headers import PictureFormat, read_header

MAX_BYTES = 5 * 1024 * 1024
# Photos share the workers behind the exams' frames.
LANE = "roster_photos"

_ENDINGS = {PictureFormat.JPEG: "jpg", PictureFormat.PNG: "png", PictureFormat.WEBP: "webp"}


@dataclass(frozen=True, slots=True)
class Photos:
    store: PhotoStore
    roster: RosterStore
    evidence: EvidenceStore
    vision: VisionPool
    clock: Clock
    ids: Ids

    async def keep(self, exam_id: str, attempt_id: str, picture: bytes) -> PhotoRecord:
        """Take a photo of this candidate, in place of one before. JPEG, PNG or WebP with exactly one face.

        Raises those of `read_header`, `photo_too_large`, `photo_no_face`, `photo_several_faces`,
        `attempt_over`, `busy`, `attempt_not_found`, `storage_full`.
        """
        if len(picture) > MAX_BYTES:
            raise ExamhallError(
                ErrorKind.TOO_LARGE, "photo_too_large", "The photo may have at most 5 MB; send a smaller one."
            )
        candidate = await self.roster.candidate(exam_id, attempt_id)
        if candidate.state in OVER:
            raise ExamhallError(
                ErrorKind.CONFLICT, "attempt_over", "The attempt is over; no photo is needed."
            )
        header = read_header(picture)
        _require_one_face(await self._look(picture, frozenset()))
        before = await self.store.photo(attempt_id)
        path = f"{attempt_id}/{self.ids.new_id()}.{_ENDINGS[header.format]}"
        blob = await self.evidence.put(path, picture)
        record = PhotoRecord(
            attempt_id=attempt_id,
            path=blob.path,
            key_id=blob.key_id,
            media_type=f"image/{header.format.value}",
            width=header.width,
            height=header.height,
            size=blob.size,
            added_at=self.clock.now_ms(),
        )
        await self.store.keep(record)
        if before is not None:
            await self.evidence.delete(before.path)
        return record

    async def about(self, exam_id: str, attempt_id: str) -> PhotoRecord:
        """Raises `photo_not_found`, `attempt_not_found`."""
        await self.roster.candidate(exam_id, attempt_id)
        found = await self.store.photo(attempt_id)
        if found is None:
            raise ExamhallError(
                ErrorKind.NOT_FOUND, "photo_not_found", "There is no photo of this candidate."
            )
        return found

    async def remove(self, exam_id: str, attempt_id: str) -> None:
        """Raises as `about`."""
        await self.erase(await self.about(exam_id, attempt_id))

    async def erase(self, photo: PhotoRecord) -> None:
        """The picture first: a line without a picture can be erased again, a picture without one is lost."""
        await self.evidence.delete(photo.path)
        await self.store.forget(photo.attempt_id)

    async def embedding(self, attempt_id: str) -> tuple[float, ...] | None:
        """The photo's face, to compare with; None without a photo or when it cannot be told now."""
        found = await self.store.photo(attempt_id)
        if found is None:
            return None
        try:
            picture = await self.evidence.get(found.path, found.key_id)
            analysis = await self._look(picture, frozenset({Look.IDENTITY}))
        except ExamhallError:
            return None
        return analysis.identities[0].embedding if analysis.identities else None

    async def _look(self, picture: bytes, looks: frozenset[Look]) -> FrameAnalysis:
        job = FrameJob(LANE, picture, Scan.FINE, ScanPlan(), thumbnail=False, looks=looks)
        try:
            return await self.vision.analyze(job)
        except FrameDropped as drop:
            raise ExamhallError(
                ErrorKind.UNAVAILABLE, "busy", "Exams come first; try again shortly.", retry_after_s=2.0
            ) from drop


def _require_one_face(analysis: FrameAnalysis) -> None:
    faces = len(analysis.faces.faces) if analysis.faces is not None else 0
    if faces == 0:
        raise ExamhallError(
            ErrorKind.INVALID,
            "photo_no_face",
            "No face was found in the photo; send a clear one of the face.",
        )
    if faces > 1:
        raise ExamhallError(
            ErrorKind.INVALID, "photo_several_faces", f"{faces} faces were found; send a photo of one person."
        )
