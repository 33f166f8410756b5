"""Cookies that no script can read and no other site can make the browser send."""

from starlette.requests import Request
from starlette.responses import Response

from examhall.web.auth import config_of


def set_cookie(
    response: Response, request: Request, name: str, token: str, *, lasts_s: int | None = None
) -> None:
    """Without `lasts_s` it goes when the browser closes; the server forgets it earlier if unused."""
    response.set_cookie(
        name, token, max_age=lasts_s, httponly=True, samesite="strict", secure=_secure(request), path="/"
    )


def clear_cookie(response: Response, request: Request, name: str) -> None:
    response.delete_cookie(name, httponly=True, samesite="strict", secure=_secure(request), path="/")


def _secure(request: Request) -> bool:
    """Behind a proxy that is not trusted the scheme looks like http; the public address knows better."""
    return request.url.scheme == "https" or (config_of(request).public_origin or "").startswith("https:")
