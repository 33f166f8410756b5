"""`examhall purge`."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from examhall.bootstrap.records import services_alone
from examhall.cli.options import settings_from
from examhall.settings import Settings


def purge(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what is due.")] = False,
    data_dir: Annotated[Path | None, typer.Option(help="The data folder of the server.")] = None,
) -> None:
    """Erase what was kept long enough; a running server does the same every hour."""
    counts = asyncio.run(_purge(settings_from(data_dir=data_dir), dry_run=dry_run))
    for what, count in sorted(counts.items()):
        typer.echo(f"{count:8} {what}")
    typer.echo("Nothing is due." if not counts else "Due; nothing was erased." if dry_run else "Erased.")


async def _purge(settings: Settings, *, dry_run: bool) -> Mapping[str, int]:
    async with services_alone(settings) as services:
        return await services.retention.purge(dry_run=dry_run)
