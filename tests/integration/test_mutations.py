"""Broken pictures, sound and films through every door, into real worker processes, while others sit their exam."""

import asyncio
import dataclasses
import hashlib
import json
import os
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil
import pytest

from examhall.application.roster_csv import CandidateDraft
from examhall.bootstrap.vision import build_vision_pool
from examhall.domain.frame_header import FrameCodec, FrameKind, FrameMessage, pack_frame, unpack_thumbnail
from examhall.domain.policy import Recording
from support.live import Candidate, LiveHouse, Page, live_house, quick_policy, sending
from support.mutations import FORMATS, Piece, pieces
from support.people import MODELS_DIR, seat_jpeg
from support.workers import workers_of

COUNT = int(os.environ.get("EXAMHALL_FUZZ_PIECES", "240"))
RESULT = os.environ.get("EXAMHALL_FUZZ_RESULT")
ATTACKERS = 8
LIMIT_S = 60.0
CODECS = {"jpeg": FrameCodec.JPEG, "webp": FrameCodec.WEBP, "pcm16": FrameCodec.PCM16}


@dataclass(slots=True)
class Tally:
    """By format: how many were sent, and what became of them."""

    tried: Counter[str] = field(default_factory=Counter)
    outcomes: dict[str, Counter[str]] = field(default_factory=lambda: {one: Counter() for one in FORMATS})

    def note(self, piece: Piece, outcome: str) -> None:
        self.tried[piece.format] += 1
        self.outcomes[piece.format][outcome] += 1

    def answered(self, piece: Piece, answer: httpx.Response) -> None:
        assert answer.status_code < 500 or answer.json()["code"] == "busy", answer.text
        self.note(piece, "taken" if answer.is_success else answer.json()["code"])


@dataclass(slots=True)
class Attacker:
    """A candidate whose page sends anything, one piece at a time."""

    house: LiveHouse
    candidate: Candidate
    page: Page
    http: httpx.AsyncClient
    staff: httpx.AsyncClient
    invited: str  # whose photo staff put
    sequence: int = 0
    segments: int = 0

    async def send(self, piece: Piece, tally: Tally) -> None:
        if piece.format in {"wav", "webm"}:
            await self._segment(piece, tally)
        elif piece.format == "png":
            await self._photo(piece, tally)
        elif self.sequence % 2 or piece.format == "pcm16":
            await self._by_socket(piece, tally)
        else:
            await self._by_http(piece, tally)

    def _message(self, piece: Piece) -> bytes:
        self.sequence += 1
        kind = FrameKind.AUDIO if piece.format == "pcm16" else FrameKind.CAMERA
        at = round(time.time() * 1000)
        return pack_frame(FrameMessage(kind, CODECS[piece.format], self.sequence, at, piece.content))

    async def _by_http(self, piece: Piece, tally: Tally) -> None:
        url = f"/api/v1/attempts/{self.candidate.attempt_id}/frames"
        answer = await self.http.post(url, content=self._message(piece))
        if answer.is_success:  # whether it can be looked at shows later, as on the socket
            tally.note(piece, await self._looked_at())
        else:
            tally.answered(piece, answer)

    async def _by_socket(self, piece: Piece, tally: Tally) -> None:
        await self.page.socket.send(self._message(piece))
        tally.note(piece, await self._looked_at())

    async def _looked_at(self) -> str:
        """The refusal of the piece just sent, or "looked at". Notices come in order: the pong after them is last."""
        about = str(self.sequence)
        await self._pong(f"sent {about}")
        session = self.house.house.services.live._running[self.candidate.attempt_id].session
        ends_s = time.monotonic() + LIMIT_S
        while session.frames.holds_one:
            assert time.monotonic() < ends_s, "a frame is never done"
            await asyncio.sleep(0.02)
        await self._pong(f"done {about}")
        errors = [m for m in self.page.messages if m["type"] == "error" and m["about"] == about]
        self.page.messages.clear()
        return str(errors[0]["code"]) if errors else "looked at"

    async def _pong(self, nonce: str) -> None:
        await self.page.say(type="ping", nonce=nonce)
        await self.page.until(lambda p: any(m["type"] == "pong" and m["nonce"] == nonce for m in p.messages))

    async def _photo(self, piece: Piece, tally: Tally) -> None:
        at = f"/api/v1/exams/{self.house.exam_id}/candidates/{self.invited}/photo"
        tally.answered(piece, await self.staff.put(at, content=piece.content))

    async def _segment(self, piece: Piece, tally: Tally) -> None:
        self.segments += 1
        kind, media = ("audio", "audio/wav") if piece.format == "wav" else ("camera", "video/webm")
        headers = {
            "Content-Type": media,
            "X-Captured-At": str(round(time.time() * 1000) - 1000),
            "X-Duration-Ms": "1000",
            "X-Sha256": hashlib.sha256(piece.content).hexdigest(),
        }
        at = f"/api/v1/attempts/{self.candidate.attempt_id}/recordings/page-1/{kind}/{self.segments}"
        tally.answered(piece, await self.http.put(at, content=piece.content, headers=headers))


@asynccontextmanager
async def attackers(house: LiveHouse, count: int) -> AsyncIterator[list[Attacker]]:
    async with AsyncExitStack() as stack:
        made = []
        for number in range(count):
            candidate = await house.live_candidate(f"Mallory {number}")
            page = await stack.enter_async_context(house.page(candidate))
            await page.next("welcome")
            http = await stack.enter_async_context(caller(house, candidate.token))
            staff = await stack.enter_async_context(caller(house, house.staff_token))
            line = await house.services.roster.add(house.exam_id, CandidateDraft(f"Guest {number}"))
            made.append(Attacker(house, candidate, page, http, staff, line.candidate.attempt_id))
        yield made


def caller(house: LiveHouse, token: str) -> httpx.AsyncClient:
    """It lets go of a silent connection well before the server does, which would be an answer lost on the way."""
    return httpx.AsyncClient(
        base_url=house.base_url,
        headers={"Authorization": f"Bearer {token}"},
        limits=httpx.Limits(keepalive_expiry=1.0),
        trust_env=False,
        timeout=LIMIT_S,
    )


def thumbnails_of(wall: Page, number: int) -> int:
    return sum(unpack_thumbnail(one).attempt_index == number for one in wall.pictures)


@pytest.mark.timeout(7200)
async def test_broken_pieces_harm_nobody(tmp_path: Path) -> None:
    standard = quick_policy()
    policy = dataclasses.replace(
        standard, recording=Recording.CAMERA, scan=dataclasses.replace(standard.scan, interval_s=0.5)
    )
    pool = build_vision_pool(MODELS_DIR, workers=2, hang_limit_s=20.0)
    tally, began_s = Tally(), time.monotonic()
    async with live_house(tmp_path, vision=pool, policy=policy) as house:
        honest = await house.live_candidate("Ada")
        async with (
            house.wall() as wall,
            house.page(honest) as page,
            attackers(house, ATTACKERS) as gang,
            house.http(house.staff_token) as staff,
        ):
            await page.next("welcome")
            async with sending(page, [seat_jpeg(people=1)], every_s=1.0):
                await wall.until(lambda w: thumbnails_of(w, honest.number))
                waiting = iter(list(pieces(COUNT)))
                await asyncio.gather(*(rob(one, waiting, tally) for one in gang))
                # One worker is killed outright: it is replaced like one that a picture took down.
                restarts = house.services.vision.health().restarts
                workers_of(psutil.Process())[-1].kill()
                await replaced(house, restarts)
                seen = thumbnails_of(wall, honest.number)
                await wall.until(lambda w: thumbnails_of(w, honest.number) >= seen + 2)
            assert page.close_code is None
            assert [m for m in page.messages if m["type"] == "error"] == []
            assert (await staff.get("/readyz")).json()["checks"]["workers"] == "ok"
            wall_cards = (await staff.get(f"/api/v1/exams/{house.exam_id}/wall")).json()["attempts"]
            assert all(card["connected"] for card in wall_cards if card["state"] == "live")
            assert house.metric("examhall_live_tasks_restarted_total") == 0
        health = house.services.vision.health()
    assert sum(tally.tried.values()) == COUNT
    for kind in FORMATS:
        assert len(tally.outcomes[kind]) > 1 or kind == "pcm16", f"{kind}: all {tally.outcomes[kind]}"
    if RESULT:
        took_s = time.monotonic() - began_s
        summary = {
            "tried": dict(tally.tried),
            "outcomes": {kind: dict(codes) for kind, codes in tally.outcomes.items()},
            "workers_replaced": health.restarts,
            "killed_by_us": 1,
            "hangs": health.hangs,
            "honest_pictures": seen,
            "took_s": round(took_s, 1),
        }
        Path(RESULT).write_text(json.dumps(summary))


async def replaced(house: LiveHouse, restarts: int) -> None:
    """Wait until a worker more was replaced and all take frames again."""
    ends_s = time.monotonic() + LIMIT_S
    while (health := house.services.vision.health()).restarts == restarts or health.ready < health.workers:
        assert time.monotonic() < ends_s, health
        await asyncio.sleep(0.05)


async def rob(attacker: Attacker, waiting: Iterator[Piece], tally: Tally) -> None:
    for piece in waiting:  # one iterator, shared: each takes the next
        await attacker.send(piece, tally)
