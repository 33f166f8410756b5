"""Asks a STUN or TURN server whether it is there."""

import secrets
import socket
import struct
from urllib.parse import parse_qs

ANSWER_WITHIN_S = 2.0
_BINDING_REQUEST = 0x0001
_BINDING_SUCCESS = 0x0101
_COOKIE = 0x2112A442  # RFC 8489, section 5


def answers(url: str) -> bool:
    """url: as in RFC 7064 and 7065, e.g. turn:host:3478?transport=tcp.

    Over UDP it must answer a binding request (RFC 8489), which needs no credentials; over TCP and TLS it must
    take a connection.
    """
    scheme, _, rest = url.partition(":")
    address, _, query = rest.partition("?")
    by_tcp = scheme in {"stuns", "turns"} or parse_qs(query).get("transport") == ["tcp"]
    try:
        host, port = _address(address, 5349 if scheme in {"stuns", "turns"} else 3478)
        return _takes_connection(host, port) if by_tcp else _answers_binding(host, port)
    except (OSError, ValueError):
        return False


def _address(text: str, default_port: int) -> tuple[str, int]:
    if text.startswith("["):
        host, _, port = text[1:].partition("]")
        return host, int(port[1:] or default_port)
    host, _, port = text.partition(":")
    return host, int(port or default_port)


def _takes_connection(host: str, port: int) -> bool:
    with socket.create_connection((host, port), ANSWER_WITHIN_S):
        return True


def _answers_binding(host: str, port: int) -> bool:
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
    transaction = secrets.token_bytes(12)
    with socket.socket(family, socket.SOCK_DGRAM) as asking:
        asking.settimeout(ANSWER_WITHIN_S)
        asking.connect(address)
        for _ in range(2):  # a datagram may be lost
            asking.send(struct.pack("!HHI", _BINDING_REQUEST, 0, _COOKIE) + transaction)
            try:
                answer = asking.recv(2048)
            except TimeoutError:
                continue
            kind, _, cookie = struct.unpack("!HHI", answer[:8])
            return (kind, cookie, answer[8:20]) == (_BINDING_SUCCESS, _COOKIE, transaction)
    return False
