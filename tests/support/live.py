"""A whole server on a free port of this machine, with pages made of websockets."""

import asyncio
import itertools
import json
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from examhall.adapters.detectors.scripted import ScriptedPool
from examhall.application.exams import ExamDraft
from examhall.application.ports.evidence import EvidenceStore
from examhall.application.ports.vision import VisionPool
from examhall.application.roster_csv import CandidateDraft
from examhall.bootstrap.house import House, Replaced, build
from examhall.bootstrap.serving import server_of, take_port
from examhall.domain.frame_header import FrameCodec, FrameKind, FrameMessage, pack_frame
from examhall.domain.observation import FaceBox
from examhall.domain.policy import Policy, Preset
from examhall.domain.presets import PRESETS
from examhall.domain.rules.engine import ContentMode
from examhall.settings import Settings
from support.pictures import encode, noise

LIMIT_S = 15.0

Json = dict[str, object]

ONE_FACE = (FaceBox(10.0, 10.0, 90.0, 90.0, 0.95),)
TWO_FACES = (*ONE_FACE, FaceBox(150.0, 10.0, 230.0, 90.0, 0.91))


def picture(seed: int) -> bytes:
    """A small JPEG; another seed, other bytes."""
    return encode(noise(320, 240, seed), ".jpg")


ALONE = [picture(seed) for seed in range(100, 140)]
TOGETHER = [picture(seed) for seed in range(200, 240)]


def scripted() -> ScriptedPool:
    """One face in ALONE, two in TOGETHER."""
    script = dict.fromkeys(ALONE, ONE_FACE) | dict.fromkeys(TOGETHER, TWO_FACES)
    return ScriptedPool(script)


def quick_policy(**changes: float) -> Policy:
    """The standard policy with holds of a moment."""
    standard = PRESETS[Preset.STANDARD]
    signals = {s: replace(r, hold_s=min(r.hold_s, 0.4)) for s, r in standard.signals.items()}
    return replace(standard, signals=signals, evidence_before_s=2.0, evidence_after_s=1.5)


@dataclass(slots=True)
class Candidate:
    attempt_id: str
    token: str
    number: int


@dataclass(slots=True)
class Page:
    """A socket with everything it was sent. `until` waits for something that has come or will come."""

    socket: ClientConnection
    messages: list[Json] = field(default_factory=list)
    pictures: list[bytes] = field(default_factory=list)
    close_code: int | None = None
    deaf: bool = False  # do not answer pings
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)
    _seq: "itertools.count[int]" = field(default_factory=itertools.count)

    async def listen(self) -> None:
        try:
            async for data in self.socket:
                if isinstance(data, bytes):
                    self.pictures.append(data)
                else:
                    message = json.loads(data)
                    if message["type"] == "ping" and not self.deaf:
                        await self.say(type="pong", nonce=message["nonce"])
                    self.messages.append(message)
                await self._tell()
        except ConnectionClosed:
            pass
        self.close_code = self.socket.close_code
        await self._tell()

    async def _tell(self) -> None:
        async with self._news:
            self._news.notify_all()

    async def say(self, **message: object) -> None:
        await self.socket.send(json.dumps(message))

    async def frame(self, payload: bytes, *, captured_at: int | None = None, kind: int = 1) -> int:
        sequence = next(self._seq)
        at = round(time.time() * 1000) if captured_at is None else captured_at
        message = FrameMessage(FrameKind(kind), FrameCodec.JPEG, sequence, at, payload)
        await self.socket.send(pack_frame(message))
        return sequence

    async def sound(self, pcm: bytes, *, began_at: int) -> int:
        """A piece of 16 kHz mono 16 bit sound."""
        sequence = next(self._seq)
        message = FrameMessage(FrameKind.AUDIO, FrameCodec.PCM16, sequence, began_at, pcm)
        await self.socket.send(pack_frame(message))
        return sequence

    async def until(self, found: Callable[["Page"], object]) -> None:
        async with asyncio.timeout(LIMIT_S), self._news:
            await self._news.wait_for(lambda: found(self))

    async def next(self, kind: str, *, after: int = 0, where: Callable[[Json], object] = bool) -> Json:
        """The first message of a kind from index `after` on that fits."""

        def look(page: "Page") -> list[Json]:
            return [m for m in page.messages[after:] if m["type"] == kind and where(m)]

        try:
            await self.until(look)
        except TimeoutError:
            raise AssertionError(f"no {kind}; got {[m['type'] for m in self.messages]}") from None
        return look(self)[0]

    async def closed(self) -> int:
        await self.until(lambda page: page.close_code is not None)
        assert self.close_code is not None
        return self.close_code

    def of(self, kind: str) -> list[Json]:
        return [m for m in self.messages if m["type"] == kind]


@dataclass(slots=True)
class LiveHouse:
    """A running server. `staff_token`: of an admin."""

    house: House
    base_url: str
    staff_token: str = ""
    exam_id: str = ""

    @property
    def services(self):  # type: ignore[no-untyped-def]
        return self.house.services

    async def set_up(self, policy: Policy) -> None:
        user, link = await self.services.accounts.add_staff("Ada", "ada@example.org", "admin")
        link = await self.services.accounts.demo_link(user.id, 3_600_000)
        login = await self.services.accounts.enter(link.url.partition("#")[2])
        self.staff_token = login.token
        now = self.services.clock.now_ms()
        draft = ExamDraft(
            "Algebra", "", ContentMode.TEXT, "1 + 1 = ?", None, now - 60_000, now + 7_200_000, 3600
        )
        exam = await self.services.exams.create(draft, Preset.STANDARD, login.identity)
        self.exam_id = exam.exam.id
        await self.services.exams.set_policy(self.exam_id, policy, login.identity)

    async def candidate(self, name: str = "Alan") -> Candidate:
        line = await self.services.roster.add(self.exam_id, CandidateDraft(name))
        joined = await self.services.invites.join(line.link.partition("#")[2])
        attempt = await self.services.attempt_store.attempt(joined.attempt_id)
        return Candidate(joined.attempt_id, joined.token, attempt.number)

    async def live_candidate(self, name: str = "Alan") -> Candidate:
        candidate = await self.candidate(name)
        await self.go_live(candidate.attempt_id)
        return candidate

    async def go_live(self, attempt_id: str) -> None:
        attempts = self.services.attempts
        notice = await attempts.consent_notice(await self.services.attempt_store.attempt(attempt_id))
        await attempts.consent(attempt_id, notice_hash=notice.hash, locale="en")
        await attempts.ready(attempt_id)

    @asynccontextmanager
    async def page(
        self, candidate: Candidate, instance: str = "page-1", *, hello: bool = True, deaf: bool = False
    ) -> AsyncIterator[Page]:
        url = f"/ws/attempts/{candidate.attempt_id}"
        async with self.socket(url, candidate.token, deaf=deaf) as page:
            if hello:
                await page.say(type="hello", protocol=1, instance_id=instance, last_event_seq=0)
            yield page

    @asynccontextmanager
    async def wall(self, last_update_id: int | None = None) -> AsyncIterator[Page]:
        async with self.socket(f"/ws/exams/{self.exam_id}/monitor", self.staff_token) as page:
            await page.say(type="hello", protocol=1, last_update_id=last_update_id)
            yield page

    @asynccontextmanager
    async def socket(
        self, path: str, token: str | None, *, headers: Mapping[str, str] | None = None, deaf: bool = False
    ) -> AsyncIterator[Page]:
        more = dict(headers or {}) | ({"Authorization": f"Bearer {token}"} if token else {})
        url = self.base_url.replace("http", "ws") + path
        async with connect(url, additional_headers=more, proxy=None, close_timeout=1) as socket:
            page = Page(socket, deaf=deaf)
            listening = asyncio.create_task(page.listen())
            try:
                yield page
            finally:
                await socket.close()
                await listening

    def http(self, token: str | None = None) -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.AsyncClient(base_url=self.base_url, headers=headers, trust_env=False, timeout=LIMIT_S)

    def metric(self, name: str) -> float:
        """The sum over all labels."""
        lines = self.services.metrics.exposition().decode().splitlines()
        return sum(
            float(line.rsplit(" ", 1)[1]) for line in lines if line.split("{")[0].split(" ")[0] == name
        )


@asynccontextmanager
async def live_house(
    folder: Path,
    *,
    vision: VisionPool | None = None,
    evidence: EvidenceStore | None = None,
    policy: Policy | None = None,
    again: LiveHouse | None = None,
    demo: bool = False,
    **settings: object,
) -> AsyncIterator[LiveHouse]:
    """again: the house that ran over this folder before; its exam and logins are still there."""
    listening, made = take_port(Settings(data_dir=folder, port=0, **settings))  # type: ignore[arg-type]
    replaced = Replaced(vision=vision or scripted(), evidence=evidence)
    house = build(made, demo=demo, replaced=replaced)
    async with house.services.running():
        server = server_of(house)
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            async with asyncio.timeout(LIMIT_S):
                await server.answering.wait()
            running = LiveHouse(house, made.base_url)
            if again is None:
                await running.set_up(policy or quick_policy())
            else:
                running.staff_token, running.exam_id = again.staff_token, again.exam_id
            yield running
        finally:
            server.should_exit = True
            await serving


@asynccontextmanager
async def sending(page: Page, pictures: list[bytes], every_s: float = 0.25) -> AsyncIterator[None]:
    """Send pictures in turn, like a camera, for as long as the block runs."""

    async def camera() -> None:
        for payload in itertools.cycle(pictures):
            await page.frame(payload)
            await asyncio.sleep(every_s)

    task = asyncio.create_task(camera())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
