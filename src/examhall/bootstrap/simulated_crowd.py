"""`python -m examhall.bootstrap.simulated_crowd`: the process in which simulated candidates live.

One line on stdin is the plan; the end of stdin means stop, so that no crowd outlives who started it. One line
on stdout is the report. Only this process loads the media libraries.
"""

import asyncio
import logging
import signal
import sys

import structlog

from examhall.adapters.simulation.crowd import run_crowd
from examhall.adapters.simulation.plan import PLAN_JSON, REPORT_JSON
from examhall.domain.errors import ExamhallError

_LONGEST_PLAN_BYTES = 2**24


async def _main() -> None:
    reader = asyncio.StreamReader(limit=_LONGEST_PLAN_BYTES)
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    plan = PLAN_JSON.validate_json(await reader.readline())
    stop = asyncio.Event()

    async def stop_at_the_end() -> None:
        await reader.read()
        stop.set()

    listening = asyncio.create_task(stop_at_the_end())
    report = await run_crowd(plan, stop)
    listening.cancel()
    sys.stdout.write(REPORT_JSON.dump_json(report).decode() + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    # Ctrl-C is for who started us; stdin then tells.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    structlog.configure(
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
    )
    try:
        asyncio.run(_main())
    except ExamhallError as error:
        sys.stderr.write(f"{error.message} [{error.code}]\n")
        sys.exit(1)
