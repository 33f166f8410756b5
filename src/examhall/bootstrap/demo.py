"""The demo: a throw-away exam with simulated candidates, on this machine only."""

import asyncio
import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from examhall.application.exams import ExamDraft
from examhall.application.identity import StaffIdentity
from examhall.application.roster_csv import CandidateDraft
from examhall.application.services import Services
from examhall.bootstrap.demo_content import CONTENT, INSTRUCTIONS, TITLE, VISITOR, name_of
from examhall.bootstrap.house import build
from examhall.bootstrap.serving import server_of
from examhall.bootstrap.simulation import Behaviour, Member, require_simulation, start_crowd
from examhall.domain.policy import Preset
from examhall.settings import Settings

LOOPBACK: Final = "127.0.0.1"
_DAY_MS: Final = 24 * 3600 * 1000  # the link; the demo itself ends it sooner
_HOUR_MS: Final = 3600 * 1000
_MINUTE_MS: Final = 60_000

# The order in which the wall shows them; further candidates behave.
ORDER: Final = (
    Behaviour.LEAVES_SEAT,
    Behaviour.SECOND_PERSON,
    Behaviour.COVERS_CAMERA,
    Behaviour.SWITCHES_TAB,
    Behaviour.LOSES_CONNECTION,
    Behaviour.BEHAVES,
    Behaviour.PERSON_BEHIND,
    Behaviour.SWAPS_SEAT,
    Behaviour.SECOND_SCREEN,
    Behaviour.MUTES_MICROPHONE,
    Behaviour.VIRTUAL_CAMERA,
)


@dataclass(frozen=True, slots=True)
class Demo:
    """Where to go. Both links carry a token behind `#`."""

    base_url: str
    proctor_url: str = field(repr=False)
    candidate_url: str = field(repr=False)
    exam_id: str


def demo_settings(settings: Settings, folder: Path) -> Settings:
    """The same machine and limits, yet nothing that lasts and nobody from outside."""
    return settings.model_copy(
        update={
            "host": LOOPBACK,
            "data_dir": folder,
            "database_url": None,
            "public_url": None,
            "tls_cert": None,
            "tls_key": None,
            "trusted_proxies": (),
        }
    )


async def run_demo(
    settings: Settings,
    listening: socket.socket,
    *,
    candidates: int,
    duration_s: float | None,
    ready: Callable[[Demo], None],
) -> None:
    """Serve until `duration_s` has passed or somebody stops it; `ready` is called once pages can be opened.

    Raises `ExamhallError` `simulate_extra_missing`.
    """
    require_simulation()
    house = build(settings, demo=True)
    over = _told_to_stop()
    async with house.services.running():
        demo, members = await _set_up(house.services, settings.base_url, candidates)
        server = server_of(house)
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        serving.add_done_callback(lambda _: over.set())
        await asyncio.wait(
            [asyncio.create_task(server.answering.wait()), serving], return_when=asyncio.FIRST_COMPLETED
        )
        ready(demo)
        crowd = await start_crowd(settings, members)
        try:
            async with asyncio.timeout(duration_s):
                await over.wait()
        except TimeoutError:
            pass
        finally:
            try:
                await crowd.stop()
            finally:
                server.should_exit = True
                await serving


def _told_to_stop() -> asyncio.Event:
    """Ctrl-C and SIGTERM end the demo tidily; uvicorn hands them on when it has stopped."""
    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, over.set)
    return over


async def _set_up(services: Services, base_url: str, candidates: int) -> tuple[Demo, tuple[Member, ...]]:
    now = services.clock.now_ms()
    user, _ = await services.accounts.add_staff("Demo proctor", "proctor@demo.invalid", "proctor")
    proctor = StaffIdentity(user.id, user.role, user.name, user.email, session_id="")
    draft = ExamDraft(
        title=TITLE,
        instructions=INSTRUCTIONS,
        content_mode="text",
        content_text=CONTENT,
        content_url=None,
        opens_at=now - _MINUTE_MS,
        closes_at=now + 3 * _HOUR_MS,
        duration_s=90 * 60,
    )
    exam_id = (await services.exams.create(draft, Preset.STANDARD, proctor)).exam.id
    await services.accounts.set_member(exam_id, user.id, "proctor")
    members = []
    for number in range(candidates):
        link = await _invite(services, exam_id, number + 1, name_of(number))
        behaviour = ORDER[number] if number < len(ORDER) else Behaviour.BEHAVES
        members.append(Member(link, behaviour, number, camera_check=True))
    visitor = await _invite(services, exam_id, candidates + 1, VISITOR)
    entry = await services.accounts.demo_link(user.id, lasts_ms=_DAY_MS)
    return Demo(base_url, entry.url, visitor, exam_id), tuple(members)


async def _invite(services: Services, exam_id: str, row: int, name: str) -> str:
    draft = CandidateDraft(row=row, name=name, email=None, ref=f"S{1000 + row}", extra_time_s=0)
    return (await services.roster.add(exam_id, draft)).link
