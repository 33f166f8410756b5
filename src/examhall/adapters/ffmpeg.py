"""One film out of standalone pieces, by the ffmpeg program where one is installed. Nothing is encoded again."""

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from examhall.domain.errors import ErrorKind, ExamhallError

_LIMIT_S = 3600
# The pieces are a candidate's bytes: ffmpeg may open files only.
_QUIET = ("-nostdin", "-hide_banner", "-loglevel", "error", "-protocol_whitelist", "file")


@dataclass(frozen=True, slots=True)
class Piece:
    """A file in the order of the film. shown_ms: how much of it is shown; what lies beyond, the next piece has too."""

    file: Path
    shown_ms: int


def ffmpeg_program() -> str:
    """Its path. Raises `ExamhallError` `ffmpeg_missing`."""
    found = shutil.which("ffmpeg")
    if found is None:
        raise ExamhallError(
            ErrorKind.UNAVAILABLE,
            "ffmpeg_missing",
            "The program ffmpeg makes one film of the pieces and is not installed (Debian: apt-get install ffmpeg). "
            "`examhall export` gives the pieces without it; each plays by itself.",
        )
    return found


def ordered(program: str, file: Path, *, sound: bool) -> Path | None:
    """The piece with its picture first and, if wanted, sound after it, in a file beside it; None without a picture.

    Browsers write the two in either order, and leave sound out where there was none: then it is silence.
    """
    made = file.with_suffix(".mkv")
    picture = ["-map", "0:v:0", "-c:v", "copy"]
    silence = ["-f", "lavfi", "-i", "anullsrc=channel_layout=mono:sample_rate=48000", "-shortest"]
    tries = (
        [
            ["-map", "0:v:0", "-map", "0:a:0", "-c", "copy"],
            [*silence, *picture, "-map", "1:a", "-c:a", "libopus"],
        ]
        if sound
        else [picture]
    )
    for how in tries:
        if (
            _run([program, *_QUIET, "-f", "matroska", "-i", file.name, *how, "-y", made.name], file.parent)
            is None
        ):
            return made
    return None


def join(program: str, pieces: Sequence[Piece], folder: Path, out: Path) -> None:
    """Write `out`, which is there already and is overwritten. folder: of the pieces, for the list of them.

    Raises `ExamhallError` `ffmpeg_failed`.
    """
    listed = folder / "pieces.txt"
    listed.write_text("ffconcat version 1.0\n" + "".join(_line(piece) for piece in pieces))
    joined = [
        "-f",
        "concat",
        "-safe",
        "1",
        "-i",
        listed.name,
        "-map",
        "0",
        "-c",
        "copy",
        "-y",
        str(out.absolute()),
    ]
    trouble = _run([program, *_QUIET, *joined], folder)
    if trouble is not None:
        raise ExamhallError(
            ErrorKind.UNAVAILABLE,
            "ffmpeg_failed",
            f"ffmpeg could not join the pieces ({trouble}); `examhall export` gives them one by one.",
        )


def _run(command: Sequence[str], folder: Path) -> str | None:
    """None when it went well, else its last words."""
    try:
        ran = subprocess.run(command, cwd=folder, capture_output=True, timeout=_LIMIT_S, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired) as error:
        return type(error).__name__
    if ran.returncode == 0:
        return None
    return ascii(ran.stderr.decode("utf-8", "replace").strip().splitlines()[-1:])[:300]


def _line(piece: Piece) -> str:
    seconds = f"{piece.shown_ms / 1000:.3f}"
    return f"file '{piece.file.name}'\nduration {seconds}\noutpoint {seconds}\n"
