"""`examhall serve`."""

import asyncio
import socket
from pathlib import Path
from typing import Annotated

import typer

from examhall.bootstrap.certificate import certificate_problem
from examhall.bootstrap.doctor import https_problem
from examhall.bootstrap.house import House, build
from examhall.bootstrap.logging import set_up_logging
from examhall.bootstrap.serving import HouseServer, server_of, take_port
from examhall.cli.options import settings_from
from examhall.domain.errors import ErrorKind, ExamhallError


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 takes a free one.")] = None,
    data_dir: Annotated[Path | None, typer.Option(help="Database, evidence, keys and the log.")] = None,
    tls_cert: Annotated[Path | None, typer.Option(help="PEM certificate chain, to serve https.")] = None,
    tls_key: Annotated[Path | None, typer.Option(help="PEM private key of the certificate.")] = None,
) -> None:
    """Serve exams with a lasting data folder."""
    settings = settings_from(host=host, port=port, data_dir=data_dir, tls_cert=tls_cert, tls_key=tls_key)
    problem = certificate_problem(settings)
    if problem is not None:
        raise ExamhallError(ErrorKind.INVALID, "settings_invalid", f"{problem[0].upper()}{problem[1:]}.")
    listening, settings = take_port(settings)
    set_up_logging(settings)
    warning = https_problem(settings)
    if warning is not None:
        typer.echo(f"Warning: {warning}", err=True)
    asyncio.run(_serve(build(settings), listening))


async def _serve(house: House, listening: socket.socket) -> None:
    async with house.services.running(), asyncio.TaskGroup() as tasks:
        await house.services.accounts.withdraw_demo_links()
        server = server_of(house)
        serving = tasks.create_task(server.serve(sockets=[listening]))
        # Addresses are said only once they answer, so that whoever reads them can use them at once.
        greeting = tasks.create_task(_greet(house, server))
        await serving
        greeting.cancel()


async def _greet(house: House, server: HouseServer) -> None:
    await server.answering.wait()
    typer.echo(f"Examhall serves {house.settings.base_url}")
    link = await house.services.accounts.first_admin_link()
    if link is not None:
        # To stdout only: a log is kept and read by many, this link makes an administrator.
        typer.echo(f"Set up the first administrator (30 minutes, one use):\n  {link.url}")
