"""A worker that waits for a processor does not hang."""

import os
import subprocess
import sys

import pytest

from examhall.pipeline.worker_share import ProcessorShare, is_starved, share_of

BEFORE = ProcessorShare(runnable=False, cpu_s=10.0)


@pytest.mark.parametrize(
    ("now", "starved"),
    [
        (ProcessorShare(runnable=True, cpu_s=10.3), True),
        (ProcessorShare(runnable=True, cpu_s=12.0), False),  # it had its time: an endless loop
        (ProcessorShare(runnable=False, cpu_s=10.3), False),  # it sleeps: nobody will wake it
        (None, False),
    ],
)
def test_whoever_works_and_had_little_time_is_starved(now: ProcessorShare | None, *, starved: bool) -> None:
    assert is_starved(BEFORE, now, 2.0) is starved
    assert not is_starved(None, now, 2.0)


def test_this_process_works_and_uses_time() -> None:
    before = share_of(os.getpid())
    assert before is not None
    assert before.runnable
    spent = sum(range(3_000_000))
    now = share_of(os.getpid())
    assert now is not None
    assert spent > 0
    assert now.cpu_s >= before.cpu_s > 0


def test_a_process_that_waits_is_not_runnable_and_one_that_is_gone_is_none() -> None:
    waiting = subprocess.Popen(
        [sys.executable, "-c", "print('up', flush=True); input()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert waiting.stdout is not None
    waiting.stdout.readline()
    while (share := share_of(waiting.pid)) is not None and share.runnable:
        pass
    assert share is not None
    waiting.communicate(b"\n")
    assert share_of(waiting.pid) is None
