"""`examhall keys`."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from examhall.bootstrap.records import reencrypt as seal_anew
from examhall.bootstrap.records import rotate_blob_key
from examhall.cli.options import settings_from

keys_app = typer.Typer(
    no_args_is_help=True, help="The keys that pictures, sound and enrolled faces are sealed with."
)
DataDir = Annotated[Path | None, typer.Option(help="The data folder of the server.")]


@keys_app.command("rotate")
def rotate(data_dir: DataDir = None) -> None:
    """Make a new key. What is kept stays readable; a running server seals with the new key after its next start."""
    typer.echo(f"New key: {rotate_blob_key(settings_from(data_dir=data_dir))}")


@keys_app.command("reencrypt")
def reencrypt(data_dir: DataDir = None) -> None:
    """Seal anew with the newest key what older keys have sealed. Stopped midway, run it again."""
    counts = asyncio.run(seal_anew(settings_from(data_dir=data_dir)))
    for what, count in sorted(counts.items()):
        typer.echo(f"{count:8} {what}")
    typer.echo("Everything is sealed with the newest key." if not counts else "Done.")
