"""One line and two metrics for each request. Ids only: a path may hold an attempt's id, never a name or a token.

It is also the last catch: an unexpected error becomes a 500 that tells nothing of the inside.
"""

import secrets
import time

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from examhall.application.ports.metrics import HTTP_REQUESTS, HTTP_SECONDS, Metrics
from examhall.web.problems import problem

log = structlog.stdlib.get_logger(__name__)
_QUIET = frozenset({"healthz", "readyz", "metrics", "static_file", "post_frame"})


class RequestLog:
    """Pure ASGI, so that it neither buffers nor breaks streaming and sockets."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id, began_s = secrets.token_hex(8), time.perf_counter()
        status = 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode())]
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, sending)
            except Exception:
                # The supervisor of all requests: logged, counted, answered; the server goes on.
                log.exception("request_failed", path=scope["path"])
                if status:
                    raise
                words = "Something went wrong on the server; it was written to the log."
                await problem(500, "internal_error", words)(scope, receive, sending)
            finally:
                self._note(scope, status, time.perf_counter() - began_s)

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
