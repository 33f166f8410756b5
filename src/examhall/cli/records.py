"""`examhall export` and `examhall verify`."""

import asyncio
import os
import shutil
from pathlib import Path
from typing import Annotated

import typer

from examhall.bootstrap.records import services_alone, verify_file
from examhall.cli.options import settings_from
from examhall.domain.errors import ErrorKind, ExamhallError
from examhall.settings import Settings

_COMMAND_LINE = "command line"
_PRIVATE_FILE = 0o600


def export(
    attempt: Annotated[str, typer.Argument(help="The attempt's id.")],
    out: Annotated[Path, typer.Option(help="The zip to write; it must not be there yet.")],
    data_dir: Annotated[Path | None, typer.Option(help="The data folder of the server.")] = None,
) -> None:
    """Write the whole record of one attempt as a signed zip. It holds pictures: keep it as safe as the server."""
    asyncio.run(_export(settings_from(data_dir=data_dir), attempt, out))
    typer.echo(f"Written: {out}")


async def _export(settings: Settings, attempt_id: str, out: Path) -> None:
    async with services_alone(settings) as services:
        with await services.exports.export(attempt_id, by=_COMMAND_LINE) as content:
            try:
                descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE_FILE)
            except OSError as error:
                raise ExamhallError(
                    ErrorKind.CONFLICT, "file_not_writable", f"{out} cannot be made: {error.strerror}."
                ) from error
            with os.fdopen(descriptor, "wb") as file:
                shutil.copyfileobj(content, file)


def verify(
    file: Annotated[Path, typer.Argument(help="An export of an attempt.")],
    key: Annotated[
        str | None, typer.Option(help="Fingerprint of the key that must have signed it, or a file with it.")
    ] = None,
) -> None:
    """Check an export without a server: signature, files, chain, pictures. Exit code 1 when a link is broken."""
    try:
        with file.open("rb") as opened:
            verdict = verify_file(opened, key)
    except OSError as error:
        raise ExamhallError(ErrorKind.NOT_FOUND, "file_unreadable", f"{file} cannot be read.") from error
    for problem in verdict.problems:
        typer.echo(f"BROKEN  {problem}")
    for note in verdict.notes:
        typer.echo(f"        {note}")
    if verdict.problems:
        raise typer.Exit(1)
    typer.echo("WHOLE   Nothing in it was changed since it was signed.")
