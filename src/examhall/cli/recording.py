"""`examhall recording`."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from examhall.bootstrap.recording_film import make_film
from examhall.cli.options import settings_from
from examhall.domain.recording import SegmentKind


def recording(
    attempt: Annotated[str, typer.Argument(help="The attempt's id.")],
    out: Annotated[
        Path, typer.Option(help="The film to write (.webm, .mkv; .wav for audio); not there yet.")
    ],
    kind: Annotated[SegmentKind, typer.Option(help="What was recorded.")] = SegmentKind.CAMERA,
    data_dir: Annotated[Path | None, typer.Option(help="The data folder of the server.")] = None,
) -> None:
    """Join the pieces of a recording to one film, with the program ffmpeg. Keep it as safe as the server."""
    film = asyncio.run(make_film(settings_from(data_dir=data_dir), attempt, kind, out))
    typer.echo(f"Written: {out} ({film.pieces} pieces), {out}.txt ({film.gaps} gaps)")
    if film.lacking:
        typer.echo(f"{film.lacking} pieces are not in it: they are gone, or hold no picture.")
