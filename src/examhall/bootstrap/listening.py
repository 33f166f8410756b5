"""Takes the port before anything else is built."""

import socket

from examhall.domain.errors import ErrorKind, ExamhallError
from examhall.settings import Settings


def take_port(settings: Settings) -> tuple[socket.socket, Settings]:
    """Listen now, so that links can name the port, and so that a taken one is a clear error.

    Raises `ExamhallError` `port_taken`.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # With the protocol named, asyncio sets TCP_NODELAY on what is accepted. Without it every answer and message
    # in two packets waits 40 ms for the other side's acknowledgement.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
    except OSError as error:
        listening.close()
        raise ExamhallError(
            ErrorKind.UNAVAILABLE,
            "port_taken",
            f"Cannot listen on {settings.host} port {settings.port}: {error.strerror}. Choose another --port.",
        ) from error
    return listening, settings.model_copy(update={"port": listening.getsockname()[1]})
