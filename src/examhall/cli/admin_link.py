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
    without_second_factor: Annotated[
        bool, typer.Option(help="Their second factor is lost too: take it away.")
    ] = False,
) -> None:
    """Print a new link that sets up the first administrator, or sets an administrator's password."""
    settings = settings_from(data_dir=data_dir, port=port)
    link = asyncio.run(_link(settings, email, without_second_factor=without_second_factor))
    typer.echo(link.url)


async def _link(settings: Settings, email: str | None, *, without_second_factor: bool) -> OneTimeLink:
    async with accounts_alone(settings) as accounts:
        return await accounts.admin_link(email, without_second_factor=without_second_factor)
