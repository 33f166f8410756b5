"""The exact Origin check: a page of another address must not act with our cookies."""

from starlette.requests import HTTPConnection

from examhall.domain.errors import ErrorKind, ExamhallError
from examhall.web.config import WebConfig


def require_origin(connection: HTTPConnection, config: WebConfig) -> None:
    """Raise `origin_refused` unless the Origin header is there and is exactly ours."""
    if not origin_is_ours(connection, config):
        raise ExamhallError(
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
