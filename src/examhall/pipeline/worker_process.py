"""The worker's side: a process that takes one frame or piece of sound after the other until its socket closes.

Started as `python -m examhall.pipeline.worker_process FD LIMIT_BYTES PARENT_PID` with a socket as
file descriptor FD, a bare environment, and nothing of the server's: no database, key or secret.
"""

import ctypes
import os
import pickle
import resource
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass

from examhall.application.ports.vision import AudioAnalysis, AudioJob, FrameAnalysis, FrameJob
from examhall.domain.errors import ErrorKind, ExamhallError
from examhall.pipeline.worker_protocol import (
    PREFIX,
    decode_job,
    encode_analysis,
    encode_error,
    encode_heard,
    encode_ready,
)

Analyze = Callable[[FrameJob], FrameAnalysis]
Listen = Callable[[AudioJob], AudioAnalysis]
AnalyzerFactory = Callable[[], Analyze]
ListenerFactory = Callable[[], Listen]

_PR_SET_PDEATHSIG = 1
_OPEN_FILES = 256
# Behind the server's own process, so that sockets and alerts go first when the processor is short.
_NICENESS = 5


@dataclass(frozen=True, slots=True)
class StartMessage:
    """`import_path` is the server's sys.path, so that the factories' modules are found. listener: None: deaf."""

    import_path: tuple[str, ...]
    factory: bytes
    listener: bytes | None = None


def main() -> None:
    descriptor, memory_limit, parent = (int(argument) for argument in sys.argv[1:4])
    _tie_to_parent(parent)
    _limit_resources(memory_limit)
    # Ctrl-C goes to the whole terminal group; the server decides when workers end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with socket.socket(fileno=descriptor) as link:
        _serve(link)


def _serve(link: socket.socket) -> None:
    start = _receive(link)
    if start is None:
        return
    message: StartMessage = pickle.loads(start[1])  # noqa: S301 - from the server itself, see worker_protocol
    sys.path[:] = message.import_path
    try:
        analyze, listen = _build(message)
    except ExamhallError as error:
        link.sendall(encode_error(error))
        return
    link.sendall(encode_ready())
    while (received := _receive(link)) is not None:
        job = decode_job(*received)
        try:
            reply = encode_heard(listen(job)) if isinstance(job, AudioJob) else encode_analysis(analyze(job))
        except ExamhallError as error:
            reply = encode_error(error)
        # Any other exception ends this process: the supervisor logs, counts and replaces it.
        link.sendall(reply)


def _build(message: StartMessage) -> tuple[Analyze, Listen]:
    factory: AnalyzerFactory = pickle.loads(message.factory)  # noqa: S301 - as in _serve
    if message.listener is None:
        return factory(), _deaf
    listener: ListenerFactory = pickle.loads(message.listener)  # noqa: S301 - as in _serve
    return factory(), listener()


def _deaf(_job: AudioJob) -> AudioAnalysis:
    raise ExamhallError(ErrorKind.UNAVAILABLE, "sound_not_heard", "These workers listen to no sound.")


def _receive(link: socket.socket) -> tuple[bytes, bytes] | None:
    prefix = _receive_exactly(link, PREFIX.size)
    if prefix is None:
        return None
    head_length, blob_length = PREFIX.unpack(prefix)
    head, blob = _receive_exactly(link, head_length), _receive_exactly(link, blob_length)
    return None if head is None or blob is None else (head, blob)


def _receive_exactly(link: socket.socket, length: int) -> bytes | None:
    """None when the server is gone."""
    data = bytearray(length)
    view, filled = memoryview(data), 0
    while filled < length:
        count = link.recv_into(view[filled:])
        if count == 0:
            return None
        filled += count
    return bytes(data)


def _tie_to_parent(parent: int) -> None:
    """Die with the server even in the middle of a hang, where a closed socket is not noticed."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before the line above
            sys.exit(0)


def _limit_resources(memory_limit: int) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold a candidate's picture
    resource.setrlimit(resource.RLIMIT_NOFILE, (_OPEN_FILES, _OPEN_FILES))
    resource.setrlimit(resource.RLIMIT_AS, (memory_limit, memory_limit))
    os.nice(_NICENESS)


if __name__ == "__main__":
    main()
