"""One film of an attempt's recording, and beside it what is missing and where. For the command line."""

import asyncio
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from examhall.adapters.ffmpeg import Piece, ffmpeg_program, join, ordered
from examhall.application.journal import Entry
from examhall.application.ports.recording_store import SegmentRecord
from examhall.application.services import Services
from examhall.bootstrap.records import services_alone
from examhall.domain.errors import ErrorKind, ExamhallError
from examhall.domain.recording import Gap, SegmentKind
from examhall.settings import Settings

_COMMAND_LINE = "command line"
_PRIVATE_FILE = 0o600
_ENDINGS = {
    SegmentKind.CAMERA: (".webm", ".mkv"),
    SegmentKind.SCREEN: (".webm", ".mkv"),
    SegmentKind.AUDIO: (".wav",),
}


@dataclass(frozen=True, slots=True)
class Film:
    """pieces: how many it is made of; lacking: pieces that are gone or hold no picture."""

    pieces: int
    lacking: int
    gaps: int


async def make_film(settings: Settings, attempt_id: str, kind: SegmentKind, out: Path) -> Film:
    """Write `out`, and `out` + ".txt" with the times and gaps; neither may be there yet. That it was made is logged.

    Raises `ffmpeg_missing`, `ffmpeg_failed`, `file_not_writable`, `recording_empty`, `attempt_not_found`.
    """
    program = ffmpeg_program()
    if out.suffix.lower() not in _ENDINGS[kind]:
        raise ExamhallError(
            ErrorKind.INVALID, "file_not_writable", f"{out} must end in {' or '.join(_ENDINGS[kind])}."
        )
    async with services_alone(settings) as services:
        index = await services.recording_index.of_attempt(attempt_id)
        segments = [one for one in index.segments if one.kind is kind and one.path is not None]
        if not segments:
            raise ExamhallError(
                ErrorKind.NOT_FOUND,
                "recording_empty",
                f"Nothing of the {kind.value} is kept of this attempt.",
            )
        gaps = [gap for gap in index.gaps if gap.kind is kind]
        with _made(out):
            async with services.attempt_store.begin(attempt_id) as tx:
                await tx.log(Entry.EXPORTED, {"by": _COMMAND_LINE, "recording": kind.value})
            # Beside the film, since pieces of a long exam may not fit where temporary files are.
            with tempfile.TemporaryDirectory(prefix=".pieces-", dir=out.parent) as name:
                folder = Path(name)
                pieces = await _unsealed(services, program, segments, folder)
                await asyncio.to_thread(join, program, [piece for _, piece in pieces], folder, out)
            _beside(out).write_text(_told(attempt_id, kind, pieces, gaps))
    return Film(len(pieces), len(segments) - len(pieces), len(gaps))


async def _unsealed(
    services: Services, program: str, segments: Sequence[SegmentRecord], folder: Path
) -> list[tuple[SegmentRecord, Piece]]:
    """One file for each segment that is there, by time; one in memory at a time."""
    there: list[tuple[SegmentRecord, Path]] = []
    for number, segment in enumerate(segments):
        try:
            _, content = await services.recordings.content(segment.id)
        except ExamhallError as error:
            if error.code not in {"evidence_not_found", "segment_erased"}:
                raise
            continue
        file = await asyncio.to_thread(_written, program, folder / f"{number:06d}", segment.kind, content)
        if file is not None:
            there.append((segment, file))
    following = [segment for segment, _ in there[1:]]
    ends = [one.captured_at for one in following] + [None]
    pieces = [
        (segment, Piece(file, _shown_ms(segment, end)))
        for (segment, file), end in zip(there, ends, strict=True)
    ]
    return [(segment, piece) for segment, piece in pieces if piece.shown_ms > 0]


def _written(program: str, file: Path, kind: SegmentKind, content: bytes) -> Path | None:
    """None: the piece has no picture."""
    file = file.with_suffix(".wav" if kind is SegmentKind.AUDIO else ".webm")
    file.write_bytes(content)
    if kind is SegmentKind.AUDIO:
        return file
    made = ordered(program, file, sound=kind is SegmentKind.CAMERA)
    file.unlink()
    return made


def _shown_ms(segment: SegmentRecord, next_at: int | None) -> int:
    """Until the next one begins: a page starts each before it stops the one before."""
    return segment.duration_ms if next_at is None else min(segment.duration_ms, next_at - segment.captured_at)


def _told(
    attempt_id: str, kind: SegmentKind, pieces: Sequence[tuple[SegmentRecord, Piece]], gaps: Sequence[Gap]
) -> str:
    lines = [
        f"Attempt {attempt_id}, {kind.value}. Times are UTC. A gap says nothing about the candidate.",
        "",
        "Place in the film   recorded at",
    ]
    place, places = 0, list[tuple[int, int]]()
    for segment, piece in pieces:
        places.append((segment.captured_at, place))
        lines.append(f"{_span(place):<19} {_time(segment.captured_at)}")
        place += piece.shown_ms
    lines += ["", "Missing: from, to, why, place in the film" if gaps else "Nothing is missing."]
    for gap in gaps:
        at = next((where for begin, where in places if begin >= gap.span.to_ms), place)
        why = gap.label.value.replace("_", " ")
        lines.append(f"{_time(gap.span.from_ms)}, {_time(gap.span.to_ms)}, {why}, {_span(at)}")
    return "\n".join(lines) + "\n"


def _span(ms: int) -> str:
    return f"{ms // 3_600_000:02d}:{ms // 60_000 % 60:02d}:{ms // 1000 % 60:02d}.{ms % 1000:03d}"


def _time(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")


def _beside(out: Path) -> Path:
    return out.with_name(f"{out.name}.txt")


@contextmanager
def _made(out: Path) -> Iterator[None]:
    """Both files are there, empty and private; gone again if what fills them fails."""
    with ExitStack() as undo:
        for file in (out, _beside(out)):
            try:
                os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE_FILE))
            except OSError as error:
                raise ExamhallError(
                    ErrorKind.CONFLICT, "file_not_writable", f"{file} cannot be made: {error.strerror}."
                ) from error
            undo.callback(file.unlink, missing_ok=True)
        yield
        undo.pop_all()
