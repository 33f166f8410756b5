"""The vision workers of a process, seen from outside."""

import psutil


def workers_of(process: psutil.Process) -> list[psutil.Process]:
    """Its vision workers, dead ones left out. Other programs may be its children as well: a test's database."""
    return [one for one in process.children() if _is_worker(one)]


def _is_worker(process: psutil.Process) -> bool:
    try:
        return "examhall.pipeline.worker" in " ".join(process.cmdline())
    except psutil.Error:  # gone, or gone and not yet buried
        return False
