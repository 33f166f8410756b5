"""The application class: FastAPI whose schema names every part of a path.

A route that knows its attempt from the identity that was let in does not ask for the id again; FastAPI then
leaves the id out of the schema, and generated clients could not call the route.
"""

import re
from typing import Any

from fastapi import FastAPI

_IN_BRACES = re.compile(r"{(\w+)}")


class Application(FastAPI):
    def openapi(self) -> dict[str, Any]:
        schema = super().openapi()
        for path, operations in schema["paths"].items():
            for operation in operations.values():
                _name_path_parts(path, operation)
        return schema


def _name_path_parts(path: str, operation: dict[str, Any]) -> None:
    parameters = operation.setdefault("parameters", [])
    named = {one["name"] for one in parameters if one["in"] == "path"}
    parameters[:0] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in _IN_BRACES.findall(path)
        if name not in named
    ]
    if not parameters:
        del operation["parameters"]
