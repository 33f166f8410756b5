"""`examhall simulate`."""

import asyncio
import contextlib
from typing import Annotated

import typer

from examhall.bootstrap.simulation import Behaviour, Member, start_crowd
from examhall.cli.options import settings_from
from examhall.domain.errors import ErrorKind, ExamhallError


def simulate(
    join_url: Annotated[str, typer.Argument(help="A candidate's join link.")],
    behaviour: Annotated[Behaviour, typer.Option(help="What the candidate does.")] = Behaviour.BEHAVES,
    duration: Annotated[
        float | None, typer.Option(min=1, help="Seconds after which it leaves; else when the exam is over.")
    ] = None,
    look: Annotated[int, typer.Option(min=0, help="Which of the drawn people and rooms.")] = 0,
) -> None:
    """Let a simulated candidate sit an exam. Needs the extra `simulate`."""
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_simulate(Member(join_url, behaviour, look), duration))


async def _simulate(member: Member, duration_s: float | None) -> None:
    crowd = await start_crowd(settings_from(), (member,), duration_s=duration_s)
    typer.echo(f"A candidate who {member.behaviour.replace('_', ' ')}; Ctrl-C ends it.")
    try:
        report = await crowd.ended()
    except asyncio.CancelledError:
        await crowd.stop()
        raise
    for one in report.members:
        if one.error is not None:
            raise ExamhallError(ErrorKind.CONFLICT, "simulation_failed", one.error)
        tally = one.tally
        typer.echo(
            f"{tally.frames_sent} pictures, {tally.events_sent} events ({tally.events_acknowledged} acknowledged), "
            f"{tally.warnings} warnings, {tally.live_views} live views"
        )
