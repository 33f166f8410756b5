"""One film out of standalone pieces, by the ffmpeg program where one is installed. Nothing is encoded again."""

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from examhall.domain.errors import ErrorKind, ExamhallError

_LIMIT_S = 3600


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


def join(program: str, pieces: Sequence[Piece], folder: Path, out: Path) -> None:
    """Write `out`, which is there already and is overwritten. folder: of the pieces, for the list of them.

    Raises `ExamhallError` `ffmpeg_failed`.
    """
    listed = folder / "pieces.txt"
    listed.write_text("ffconcat version 1.0\n" + "".join(_line(piece) for piece in pieces))
    # The pieces are a candidate's bytes: ffmpeg may open files only, and no list inside one of them.
    command = [program, "-nostdin", "-hide_banner", "-loglevel", "error", "-protocol_whitelist", "file"]
    command += [
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
    try:
        ran = subprocess.run(command, cwd=folder, capture_output=True, timeout=_LIMIT_S, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _failed(type(error).__name__) from error
    if ran.returncode != 0:
        raise _failed(ascii(ran.stderr.decode("utf-8", "replace").strip().splitlines()[-1:])[:300])


def _line(piece: Piece) -> str:
    seconds = f"{piece.shown_ms / 1000:.3f}"
    return f"file '{piece.file.name}'\nduration {seconds}\noutpoint {seconds}\n"


def _failed(why: str) -> ExamhallError:
    return ExamhallError(
        ErrorKind.UNAVAILABLE,
        "ffmpeg_failed",
        f"ffmpeg could not join the pieces ({why}); `examhall export` gives them one by one.",
    )
