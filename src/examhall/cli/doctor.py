"""`examhall doctor`."""

from pathlib import Path
from typing import Annotated

import typer

from examhall.bootstrap.doctor import examine
from examhall.cli.options import settings_from


def doctor(
    host: Annotated[str | None, typer.Option(help="Address that serve would listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port that serve would listen on.")] = None,
    data_dir: Annotated[Path | None, typer.Option(help="The data folder of the server.")] = None,
) -> None:
    """Say what is missing on this machine and how to mend it; exit code 1 when something is."""
    sick = False
    for finding in examine(settings_from(host=host, port=port, data_dir=data_dir)):
        sick = sick or finding.wrong is not None
        typer.echo(f"{'ok' if finding.wrong is None else 'MISSING':8} {finding.what}")
        if finding.wrong is not None:
            typer.echo(f"         {finding.wrong}")
    if sick:
        raise typer.Exit(1)
