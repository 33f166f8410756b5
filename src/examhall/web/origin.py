"""The exact Origin check: a page of another address must not act with our cookies."""

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from examhall.domain.errors import ErrorKind, ExamhallError
from examhall.web.config import WebConfig
from examhall.web.problems import error_answer

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_COOKIE_PREFIX = "examhall_"


def require_origin(connection: HTTPConnection, config: WebConfig) -> None:
    """Raise `origin_refused` unless the Origin header is there and is exactly ours."""
    if not origin_is_ours(connection, config):
        raise _refused()


def _require_same_site(said: str) -> None:
    if said != "same-origin":
        raise _refused()


def _refused() -> ExamhallError:
    return ExamhallError(
        ErrorKind.FORBIDDEN,
        "origin_refused",
        "This request did not come from Examhall's own page. Open Examhall under its public address "
        "(setting EXAMHALL_PUBLIC_URL) and try again.",
    )


def origin_is_ours(connection: HTTPConnection, config: WebConfig) -> bool:
    """Ours is the public address; without one, the address the browser itself asked for.

    The latter is safe: cookies belong to the host that was asked, so another site's name that points
    at this server comes without them.
    """
    origin = connection.headers.get("origin")
    if origin is None:
        return False
    if config.public_origin is not None and origin == config.public_origin:
        return True
    scheme = {"ws": "http", "wss": "https"}.get(connection.url.scheme, connection.url.scheme)
    host = connection.headers.get("host")
    return config.public_origin is None and origin == f"{scheme}://{host}"


class OriginCheck:
    """For every request that changes something under /api/.

    With one of our cookies the Origin must be there and be ours. Without, nothing of a signed-in person can
    be used; still a foreign page is refused, so that it cannot sign somebody in unnoticed. What the browser itself
    says of where a request comes from (Sec-Fetch-Site) must fit in any case.
    """

    def __init__(self, app: ASGIApp, config: WebConfig) -> None:
        self._app = app
        self._config = config

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        guarded = scope["type"] == "http" and scope["path"].startswith("/api/")
        if guarded and scope["method"] not in _SAFE_METHODS:
            connection = HTTPConnection(scope)
            with_cookie = any(name.startswith(_COOKIE_PREFIX) for name in connection.cookies)
            said = connection.headers.get("sec-fetch-site", "same-origin")
            if with_cookie or "origin" in connection.headers or said != "same-origin":
                try:
                    _require_same_site(said)
                    require_origin(connection, self._config)
                except ExamhallError as error:
                    await error_answer(error)(scope, receive, send)
                    return
        await self._app(scope, receive, send)
