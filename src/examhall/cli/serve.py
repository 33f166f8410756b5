"""`examhall serve`."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from examhall.bootstrap.house import House, build
from examhall.bootstrap.serving import server_of
from examhall.cli.options import settings_from


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 takes a free one.")] = None,
    data_dir: Annotated[Path | None, typer.Option(help="Database, evidence, keys and the log.")] = None,
    tls_cert: Annotated[Path | None, typer.Option(help="PEM certificate chain, to serve https.")] = None,
    tls_key: Annotated[Path | None, typer.Option(help="PEM private key of the certificate.")] = None,
) -> None:
    """Serve exams with a lasting data folder."""
    settings = settings_from(host=host, port=port, data_dir=data_dir, tls_cert=tls_cert, tls_key=tls_key)
    asyncio.run(_serve(build(settings)))


async def _serve(house: House) -> None:
    async with house.services.running():
        await server_of(house).serve()
