"""Whether a worker hangs or only waits for a processor: they work behind the server, on machines that are busy."""

import os
from dataclasses import dataclass
from pathlib import Path

# Fields of /proc/PID/stat after the name, which may hold anything but ends with the last parenthesis.
_STATE, _USER_TICKS, _SYSTEM_TICKS = 0, 11, 12
_WAITS_FOR_THE_MACHINE = frozenset("RD")


@dataclass(frozen=True, slots=True)
class ProcessorShare:
    """One look at a process. runnable: it works, or would if it were let; cpu_s: the time it has had."""

    runnable: bool
    cpu_s: float


def share_of(pid: int) -> ProcessorShare | None:
    """None where the system does not say, or the process is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
    except OSError:
        return None
    ticks = int(fields[_USER_TICKS]) + int(fields[_SYSTEM_TICKS])
    return ProcessorShare(fields[_STATE] in _WAITS_FOR_THE_MACHINE, ticks / os.sysconf("SC_CLK_TCK"))


def is_starved(before: ProcessorShare | None, now: ProcessorShare | None, limit_s: float) -> bool:
    """Whether it works still and has not had `limit_s` of a processor since `before`."""
    return before is not None and now is not None and now.runnable and now.cpu_s - before.cpu_s < limit_s
