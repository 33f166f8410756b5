"""The JSON schema of the socket messages, made from wire.py."""

from typing import cast

from pydantic import TypeAdapter

from examhall.web import wire

_UNIONS = {
    "CandidateMessage": wire.CandidateMessage,
    "ServerToCandidate": wire.ServerToCandidate,
    "MonitorMessage": wire.MonitorMessage,
    "ServerToMonitor": wire.ServerToMonitor,
}


def _adapter(union: object) -> TypeAdapter[object]:
    return TypeAdapter(cast("type[object]", union))


def socket_schema() -> dict[str, object]:
    """One definition for each message and one for each direction's union.

    All as they are written on the wire: fields with a default are there, so the page's types need no guesses.
    """
    unions, shared = TypeAdapter.json_schemas(
        [(name, "serialization", _adapter(union)) for name, union in _UNIONS.items()]
    )
    definitions = shared["$defs"] | {name: schema for (name, _), schema in unions.items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "SocketMessages",
        "anyOf": [{"$ref": f"#/$defs/{name}"} for name in _UNIONS],
        "$defs": definitions,
    }
