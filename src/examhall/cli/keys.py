"""`examhall keys`."""

from pathlib import Path
from typing import Annotated

import typer

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
