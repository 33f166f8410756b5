"""`examhall backup` and `examhall restore`."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from examhall.bootstrap.backup import lay_back, make_backup
from examhall.cli.options import settings_from

DataDir = Annotated[Path | None, typer.Option(help="The data folder of the server.")]


def backup(
    out: Annotated[Path, typer.Option(help="The zip to write; it must not be there yet.")],
    with_keys: Annotated[
        bool,
        typer.Option("--with-keys", help="Put the key ring in: whoever has the file can open everything."),
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Write the database and the evidence into one file while the server goes on."""
    settings = settings_from(data_dir=data_dir)
    made = make_backup(settings, out, with_keys=with_keys)
    typer.echo(f"{out}: {made.files} files, {made.size:,} bytes.")
    if settings.evidence_url is not None:
        typer.echo(
            "Without the evidence: it is in its bucket, to be kept by the bucket's own means.", err=True
        )
    if with_keys:
        typer.echo(
            "Warning: it holds the keys. Keep it as you keep them: encrypted, and not with the others.",
            err=True,
        )
    else:
        typer.echo(
            f"Without the keys: nothing sealed can be read without them. Keep a copy of {settings.keys_folder} "
            "somewhere else.",
            err=True,
        )


def restore(
    file: Annotated[Path, typer.Argument(help="A file of `examhall backup`.")],
    data_dir: DataDir = None,
) -> None:
    """Lay a back-up into a data folder that has no database yet."""
    settings = settings_from(data_dir=data_dir)
    found = lay_back(settings, file)
    made = datetime.fromtimestamp(found.made_at / 1000, UTC)
    typer.echo(f"Restored {found.files} files of {made:%Y-%m-%d %H:%M} UTC into {settings.data_dir}.")
    if not any(settings.keys_folder.glob("*")):
        typer.echo(f"Put the key ring into {settings.keys_folder} before you start the server.", err=True)
    typer.echo("Erase again whom you erased since then: `examhall purge` does what is due by time.", err=True)
