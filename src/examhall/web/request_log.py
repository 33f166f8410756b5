"""One line and two metrics for each request, one line for each socket; all lines in between carry their ids.

Ids only: a path may hold an attempt's id, never a name or a token. It is also the last catch: an unexpected
error becomes a 500 that tells nothing of the inside.
"""

import re
import secrets
import time

import structlog
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from examhall.application.ports.metrics import HTTP_REQUESTS, HTTP_SECONDS, Metrics
from examhall.web.problems import problem

log = structlog.stdlib.get_logger(__name__)
_QUIET = frozenset({"healthz", "readyz", "metrics", "static_file", "post_frame"})
# A proxy's id is kept so that its log and ours can be laid side by side; anything else could forge lines.
_SAFE_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_ATTEMPT = re.compile(r"/attempts/([A-Za-z0-9]{1,40})(?:/|$)")


class RequestLog:
    """Pure ASGI, so that it neither buffers nor breaks streaming and sockets."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            with structlog.contextvars.bound_contextvars(request_id=_request_id(scope), **_attempt(scope)):
                await self._request(scope, receive, send)
        elif scope["type"] == "websocket":
            with structlog.contextvars.bound_contextvars(connection_id=_request_id(scope), **_attempt(scope)):
                await self._socket(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        began_s = time.perf_counter()
        status = 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _name(message, current_request_id())
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except Exception:
            # The supervisor of all requests: logged, counted, answered; the server goes on.
            log.exception("request_failed", path=scope["path"][:200])
            if status:
                raise
            words = "Something went wrong on the server; it was written to the log."
            await problem(500, "internal_error", words)(scope, receive, sending)
        finally:
            self._note(scope, status, time.perf_counter() - began_s)

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        began_s = time.perf_counter()
        connection_id = str(structlog.contextvars.get_contextvars()["connection_id"])
        code: int | None = None

        async def sending(message: Message) -> None:
            nonlocal code
            if message["type"] == "websocket.accept":
                _name(message, connection_id)
            elif message["type"] == "websocket.close":
                code = message.get("code")
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except Exception:
            log.exception("socket_failed", path=scope["path"][:200])
            raise
        finally:
            seconds = round(time.perf_counter() - began_s, 1)
            log.info("socket_ended", path=scope["path"][:200], closed_by_us=code, seconds=seconds)

    def _note(self, scope: Scope, status: int, took_s: float) -> None:
        name = getattr(scope.get("route"), "name", "none")
        self._metrics.count(HTTP_REQUESTS, route=name, status=f"{status // 100}xx")
        self._metrics.observe(HTTP_SECONDS, took_s, route=name)
        say = log.debug if name in _QUIET and status < 500 else log.info
        say(
            "request",
            method=scope["method"],
            path=scope["path"][:200],
            status=status,
            ms=round(took_s * 1000, 1),
        )


def current_request_id() -> str:
    """Of the request that is being answered; empty outside of one."""
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))


def _request_id(scope: Scope) -> str:
    """The caller's X-Request-ID when it is harmless, else one of ours."""
    given = Headers(scope=scope).get("x-request-id", "")
    return given if _SAFE_ID.fullmatch(given) else secrets.token_hex(8)


def _attempt(scope: Scope) -> dict[str, str]:
    found = _ATTEMPT.search(scope["path"])
    return {"attempt_id": found[1]} if found else {}


def _name(message: Message, one_id: str) -> None:
    message["headers"] = [*message.get("headers", ()), (b"x-request-id", one_id.encode())]
