"""Who may open a socket. Browsers only see a close code when the socket was accepted first."""

from fastapi import WebSocket

from examhall.domain.errors import ErrorKind, ExamhallError
from examhall.web import wire
from examhall.web.auth import Identity, socket_identity

_CODES = {
    ErrorKind.UNAUTHENTICATED: wire.CLOSE_UNAUTHENTICATED,
    ErrorKind.FORBIDDEN: wire.CLOSE_FORBIDDEN,
    ErrorKind.NOT_FOUND: wire.CLOSE_NOT_FOUND,
}


async def let_in(websocket: WebSocket, route_name: str) -> Identity | None:
    """Accept, and answer who it is; a stranger is told the code and closed. None: there is nothing to serve."""
    identity: Identity | None = None
    refused: ExamhallError | None = None
    try:
        identity = await socket_identity(websocket, route_name)
    except ExamhallError as error:
        refused = error
    try:
        await websocket.accept()
    except OSError:  # who knocked did not wait for the answer
        return None
    if refused is not None:
        await websocket.close(close_code(refused), refused.code)
    return identity


def close_code(error: ExamhallError) -> int:
    """What passes by itself asks the page to come back; the other codes end its visits."""
    return wire.CLOSE_COME_BACK if error.passes else _CODES.get(error.kind, wire.CLOSE_BAD_MESSAGE)
