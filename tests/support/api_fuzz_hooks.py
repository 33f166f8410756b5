"""Loaded by schemathesis' own program: how films and sound go over the wire, as they are."""

import schemathesis


@schemathesis.serializer("video/webm", "audio/wav")
def raw(_: schemathesis.SerializationContext, value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode(errors="replace")
