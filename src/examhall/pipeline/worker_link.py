"""The server's end of one worker process: start it, ask it, kill it."""

import asyncio
import contextlib
import os
import pickle
import socket
import subprocess
import sys

from examhall.application.ports.vision import AudioAnalysis, AudioJob, FrameAnalysis, FrameJob
from examhall.domain.errors import ExamhallError
from examhall.pipeline.worker_process import StartMessage
from examhall.pipeline.worker_protocol import (
    MAX_REPLY_BLOB,
    MAX_REPLY_HEAD,
    PREFIX,
    ProtocolError,
    decode_reply,
    encode_job,
    pack,
)
from examhall.pipeline.worker_share import ProcessorShare, share_of

# What a worker's environment keeps: enough to find Python and its libraries, no secret of the server.
_KEPT_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PYTHONPATH", "TMPDIR", "VIRTUAL_ENV")
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
# Room for a whole frame, so that sending one never waits for the worker to read.
_SEND_BUFFER = 256 * 1024
_EXIT_LIMIT_S = 2.0


class WorkerLostError(Exception):
    """The process is gone or makes no sense; it is of no more use."""


class WorkerLink:
    """One worker process and the socket to it. Made by `spawn`, ended by `close`."""

    def __init__(self, process: subprocess.Popen[bytes], link: socket.socket) -> None:
        self._process = process
        self._socket = link
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    @classmethod
    def spawn(cls, memory_limit_bytes: int) -> "WorkerLink":
        """Start a process with a fresh interpreter and a bare environment."""
        ours, theirs = socket.socketpair()
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
        kept = {name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}
        arguments = (str(theirs.fileno()), str(memory_limit_bytes), str(os.getpid()))
        with theirs:
            process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                [sys.executable, "-m", "examhall.pipeline.worker_process", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                env=kept | _ONE_THREAD,
            )
        return cls(process, ours)

    async def warm_up(self, message: StartMessage) -> None:
        """Hand the factory over and wait until it is done.

        Raises WorkerLostError, or the ExamhallError that the factory raised.
        """
        self._streams = await asyncio.open_unix_connection(sock=self._socket, limit=MAX_REPLY_HEAD)
        answer = await self._exchange(pack(b"", pickle.dumps(message)))
        if isinstance(answer, ExamhallError):
            raise answer
        if answer is not None:
            raise WorkerLostError

    async def ask(self, job: FrameJob | AudioJob) -> FrameAnalysis | AudioAnalysis | ExamhallError:
        """Send one frame or piece of sound and wait for what the worker found in it or wrong with it.

        The answer is of the job's kind. Raises WorkerLostError.
        """
        answer = await self._exchange(encode_job(job))
        wanted = AudioAnalysis if isinstance(job, AudioJob) else FrameAnalysis
        if not isinstance(answer, (wanted, ExamhallError)):
            raise WorkerLostError
        return answer

    def is_gone(self) -> bool:
        """Whether the process ended between two frames."""
        return self._process.poll() is not None

    def share(self) -> ProcessorShare | None:
        """What it has had of the processors."""
        return share_of(self._process.pid)

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    async def close(self) -> None:
        """End the process: politely by closing the socket, then by SIGKILL."""
        if self._streams is None:
            self._socket.close()
        else:
            self._streams[1].close()
        try:
            await asyncio.to_thread(self._process.wait, _EXIT_LIMIT_S)
        except subprocess.TimeoutExpired:
            self.kill()
            await asyncio.to_thread(self._process.wait)

    async def _exchange(self, message: bytes) -> FrameAnalysis | AudioAnalysis | ExamhallError | None:
        if self._streams is None:
            raise WorkerLostError
        reader, writer = self._streams
        try:
            writer.write(message)
            await writer.drain()
            head_length, blob_length = PREFIX.unpack(await reader.readexactly(PREFIX.size))
            if head_length > MAX_REPLY_HEAD or blob_length > MAX_REPLY_BLOB:
                raise WorkerLostError
            head = await reader.readexactly(head_length)
            blob = await reader.readexactly(blob_length)
            return decode_reply(head, blob)
        except (OSError, EOFError, ProtocolError) as error:
            raise WorkerLostError from error
