"""`examhall admin-link`."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from examhall.application.accounts import OneTimeLink
from examhall.bootstrap.accounts import accounts_alone
from examhall.cli.options import settings_from
from examhall.settings import Settings


def admin_link(
    data_dir: Annotated[Path | None, typer.Option(help="The data folder of the server.")] = None,
    port: Annotated[int | None, typer.Option(help="The port of the server, for the link.")] = None,
    email: Annotated[str | None, typer.Option(help="An administrator who needs a new password.")] = None,
) -> None:
    """Print a new link that sets up the first administrator, or sets an administrator's password."""
    link = asyncio.run(_link(settings_from(data_dir=data_dir, port=port), email))
    typer.echo(link.url)


async def _link(settings: Settings, email: str | None) -> OneTimeLink:
    async with accounts_alone(settings) as accounts:
        return await accounts.admin_link(email)
