"""`examhall export-openapi`."""

import json
from pathlib import Path
from typing import Annotated

import typer

from examhall.bootstrap.schema import openapi_schema, socket_schema


def export_openapi(
    out: Annotated[Path, typer.Option(help="Folder to write openapi.json and socket.schema.json to.")],
) -> None:
    """Write the schema of the API and of the socket messages; starts no server."""
    out.mkdir(parents=True, exist_ok=True)
    for name, schema in (("openapi.json", openapi_schema()), ("socket.schema.json", socket_schema())):
        (out / name).write_text(json.dumps(schema, indent=2, ensure_ascii=False) + "\n", "utf-8")
        typer.echo(f"wrote {out / name}")
