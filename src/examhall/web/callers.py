"""Where a request comes from."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from examhall.application.staff_sessions import Caller


def is_this_machine(connection: HTTPConnection) -> bool:
    """Whether the caller is a program or browser on this machine that asked for it by a loopback name.

    A proxy on this machine is not: its callers are elsewhere. Neither is a page whose own name points here
    (DNS rebinding): it carries that name as Host.
    """
    if connection.client is None or not _is_loopback(connection.client.host):
        return False
    if "x-forwarded-for" in connection.headers or "forwarded" in connection.headers:
        return False
    host = urlsplit(f"//{connection.headers.get('host', '')}").hostname or ""
    return _is_loopback(host)


def caller_address(connection: HTTPConnection) -> str:
    """The address to throttle by; behind a trusted proxy it is already the real one."""
    return connection.client.host if connection.client else "unknown"


def caller_of(connection: HTTPConnection) -> Caller:
    """For the list of logins and the audit log."""
    return Caller(caller_address(connection), connection.headers.get("user-agent"))


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
