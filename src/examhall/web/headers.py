"""Security headers on every answer."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from examhall.web.config import WebConfig

_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "X-Permitted-Cross-Domain-Policies": "none",
    "Permissions-Policy": (
        "camera=(self), microphone=(self), display-capture=(self), fullscreen=(self), "
        "geolocation=(), payment=(), usb=(), serial=(), midi=(), hid=(), "
        "publickey-credentials-get=(), browsing-topics=()"
    ),
}
_A_YEAR = "max-age=31536000"
# What is no page: opened as one it runs nothing, loads nothing and is framed by nobody.
DATA_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox"


def content_security_policy(config: WebConfig) -> str:
    """What our pages may load and do.

    The exam's content sits in a frame (https, or http on this machine); 'self' covers our sockets in today's browsers,
    the explicit address in older ones.
    """
    sockets = config.base_url.replace("http", "ws", 1)
    return "; ".join(
        (
            "default-src 'self'",
            "script-src 'self'",
            " ".join(("connect-src 'self'", sockets, *config.meeting_origins)),
            "img-src 'self' blob: data:",
            "media-src 'self' blob:",
            "worker-src 'self' blob:",
            "frame-src https: http://localhost:* http://127.0.0.1:*",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


# The tutorial's page shows the whole kit of Cloudflare RealtimeKit; see docs/meetings.md.
KIT_PAGE = "/meeting"
_KIT = "https://*.realtime.cloudflare.com"


def kit_page_policy(config: WebConfig) -> str:
    """What the tutorial's page may load and do besides: the service itself, its pictures and sounds.

    The kit writes style elements of its own; scripts still come from here alone.
    """
    wider = {
        "connect-src": f"{_KIT} wss://*.realtime.cloudflare.com",
        "img-src": _KIT,
        "media-src": _KIT,
    }
    parts = []
    for part in content_security_policy(config).split("; "):
        name = part.partition(" ")[0]
        parts.append(f"{part} {wider[name]}" if name in wider else part)
    return "; ".join((*parts, "style-src 'self' 'unsafe-inline'"))


class SecurityHeaders:
    def __init__(self, app: ASGIApp, config: WebConfig) -> None:
        self._app = app
        self._headers = {**_ALWAYS, "Content-Security-Policy": content_security_policy(config)}
        self._kit_headers = {**_ALWAYS, "Content-Security-Policy": kit_page_policy(config)}
        self._data_headers = {**_ALWAYS, "Content-Security-Policy": DATA_POLICY}
        # A proxy that is not trusted hides its https; the public address knows. Over http browsers ignore it.
        self._public_https = (config.public_origin or "").startswith("https:")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._ours(scope["path"]).items():
                    headers.setdefault(name, value)
                if scope["scheme"] == "https" or self._public_https:
                    headers.setdefault("Strict-Transport-Security", _A_YEAR)
                if scope["path"].startswith("/api/"):
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, sending)

    def _ours(self, path: str) -> dict[str, str]:
        if path.startswith("/api/"):
            return self._data_headers
        return self._kit_headers if path == KIT_PAGE else self._headers
