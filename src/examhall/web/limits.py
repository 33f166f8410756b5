"""How large a request's body may be, whatever its Content-Length says."""

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from examhall.web.problems import problem

DETECT_FACES_BYTES = 8 * 1024 * 1024
PHOTO_BYTES = 6 * 1024 * 1024  # the route's own limit, 5 MB, has words of its own
SEGMENT_BYTES = 8 * 1024 * 1024 + 1  # the route's own limit, 8 MiB, has words of its own
OTHER_BYTES = 4 * 1024 * 1024


class BodyLimit:
    """Refuses with 413 before reading when the length is declared, and while reading when it is not."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = _limit(scope["path"])
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if int(declared) > limit:
            await problem(413, "body_too_large", f"The request is larger than {limit} bytes.")(
                scope, receive, send
            )
            return
        read = 0

        async def receiving() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > limit:
                raise HTTPException(413, f"The request is larger than {limit} bytes.")
            return message

        await self._app(scope, receiving, send)


def _limit(path: str) -> int:
    if path.startswith("/detect_faces"):
        return DETECT_FACES_BYTES
    if "/recordings/" in path:
        return SEGMENT_BYTES
    return PHOTO_BYTES if path.endswith("/photo") else OTHER_BYTES
