"""From a piece of sound on the candidate's socket to an incident with a WAV that plays."""

import asyncio
import io
import time
import wave
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from examhall.adapters.detectors.analyzer import AnalyzerFactory
from examhall.adapters.detectors.speech import ListenerFactory
from examhall.application.ports.attempt_store import EvidenceRecord
from examhall.domain.frame_header import FrameCodec, FrameKind, FrameMessage, pack_frame
from examhall.domain.policy import Policy, Signal
from examhall.pipeline.sound_evidence import CUT
from examhall.pipeline.worker_pool import PoolConfig, WorkerPool
from support.live import LIMIT_S, Candidate, Json, LiveHouse, Page, live_house, quick_policy
from support.people import MODELS_DIR
from support.voice import pieces, voice

SILENCE = bytes(16_000)


def listening(**changes: object) -> Policy:
    """Speech opens after a second of it, and keeps one second around it."""
    policy = quick_policy()
    rule = replace(policy.signals[Signal.SPEECH], enabled=True, hold_s=1.0)
    signals = dict(policy.signals) | {Signal.SPEECH: rule}
    return replace(policy, signals=signals, evidence_after_s=1.0, **changes)  # type: ignore[arg-type]


def deaf() -> Policy:
    policy = quick_policy()
    off = replace(policy.signals[Signal.SPEECH], enabled=False)
    return replace(policy, signals=dict(policy.signals) | {Signal.SPEECH: off})


def now_ms() -> int:
    return round(time.time() * 1000)


async def speak(page: Page, sound: list[bytes]) -> None:
    """As a page does: each piece when it has been recorded."""
    for piece in sound:
        began = now_ms() - 500
        await page.sound(piece, began_at=began)
        await asyncio.sleep(0.5)  # real time is what is tested: sound cannot come faster


async def heard(house: LiveHouse, count: int) -> None:
    async with asyncio.timeout(LIMIT_S):
        while house.metric("examhall_sound_milliseconds_count") < count:  # noqa: ASYNC110 - a metric has no event
            await asyncio.sleep(0.01)


def speech_with_sound(update: Json) -> bool:
    body = update["body"]
    return (
        body["type"] == "incident"
        and body["incident"]["signal"] == "speech"
        and any(e["kind"] == "audio" for e in body["incident"]["evidence"])
    )


async def kept_sound(house: LiveHouse, update: Json) -> np.ndarray:
    audio = next(e for e in update["body"]["incident"]["evidence"] if e["kind"] == "audio")
    async with house.http(house.staff_token) as http:
        kept = await http.get(audio["url"])
    assert (kept.status_code, kept.headers["content-type"]) == (200, "audio/wav")
    with wave.open(io.BytesIO(kept.content)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (16_000, 1, 2)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2")


async def test_a_voice_is_an_incident_with_its_sound(tmp_path: Path) -> None:
    pool = WorkerPool(AnalyzerFactory(MODELS_DIR), PoolConfig(), listener=ListenerFactory(MODELS_DIR))
    said = pieces(voice(4.0))
    async with live_house(tmp_path, vision=pool, policy=listening()) as house:
        candidate = await house.live_candidate()
        async with house.wall() as wall, house.page(candidate) as page:
            await page.next("welcome")
            await speak(page, said)
            update = await wall.next("update", where=speech_with_sound)
        sound = await kept_sound(house, update)
        # What was said is in it, as it was said, however it was cut.
        assert np.frombuffer(said[1], "<i2").tobytes() in sound.tobytes()
        assert 2 * 16_000 <= sound.size <= 30 * 16_000
        blobs = [f for f in (tmp_path / "evidence").rglob("*.wav") if f.is_file()]
        assert len(blobs) == 1
        assert b"RIFF" not in blobs[0].read_bytes()  # sealed
        lines = await house.services.attempt_store.log_of_attempt(candidate.attempt_id)
        assert [line.type for line in lines].count("sound_kept") == 1


async def test_a_server_that_stops_keeps_the_sound_it_has_and_the_next_one_what_follows(
    tmp_path: Path,
) -> None:
    policy = replace(listening(), evidence_after_s=10.0)
    async with live_house(tmp_path, policy=policy) as house:
        candidate = await house.live_candidate()
        async with house.wall() as wall, house.page(candidate) as page:
            await page.next("welcome")
            await speak(page, pieces(voice(3.0)))
            update = await wall.next("update", where=lambda m: "incident" in m["body"])
        before, opened_at = house, update["body"]["incident"]["opened_at"]
    async with live_house(tmp_path, again=before) as house:
        assert len(await kept_sounds(house, candidate)) == 1
        async with house.page(candidate) as page:
            await page.next("welcome")
            back = min(now_ms(), opened_at + 9_000)  # within its ten seconds
            for number, piece in enumerate(pieces(voice(1.0))):
                await page.sound(piece, began_at=back + 500 * number)
            await heard(house, 2)
    async with live_house(tmp_path, again=before) as house:
        sounds = await kept_sounds(house, candidate)
        assert [one.note for one in sounds] == [CUT, CUT]
        assert sounds[1].captured_at >= back
        lines = await house.services.attempt_store.log_of_attempt(candidate.attempt_id)
        assert [line.type for line in lines].count("sound_kept") == 2
    assert len([f for f in (tmp_path / "evidence").rglob("*.wav") if f.is_file()]) == 2


async def kept_sounds(house: LiveHouse, candidate: Candidate) -> list[EvidenceRecord]:
    store = house.services.attempt_store
    incidents = await store.incidents_of_attempt(candidate.attempt_id)
    kept = await store.evidence_of_incidents([one.id for one in incidents])
    return [one for one in kept if one.kind == "audio"]


async def test_silence_is_no_incident(tmp_path: Path) -> None:
    async with live_house(tmp_path, policy=listening()) as house:
        candidate = await house.live_candidate()
        async with house.wall() as wall, house.page(candidate) as page:
            await page.next("welcome")
            await speak(page, [SILENCE] * 4)
            await heard(house, 4)
            await wall.next("snapshot")
            assert not [m for m in wall.of("update") if m["body"]["type"] == "incident"]


async def test_no_sound_is_taken_that_the_policy_does_not_ask_for(tmp_path: Path) -> None:
    async with live_house(tmp_path, policy=deaf()) as house:
        candidate = await house.live_candidate()
        async with house.page(candidate) as page:
            await page.next("welcome")
            sequence = await page.sound(SILENCE, began_at=now_ms())
            refused = await page.next("error")
            assert (refused["code"], refused["about"]) == ("frame_not_expected", str(sequence))


async def test_no_sound_is_taken_during_a_pause(tmp_path: Path) -> None:
    async with live_house(tmp_path, policy=listening()) as house:
        candidate = await house.live_candidate()
        async with house.page(candidate) as page:
            await page.next("welcome")
            await house.services.attempts.pause(candidate.attempt_id, by="policy", reason="a test")
            await page.next("state", where=lambda m: m["state"] == "paused")
            await page.sound(SILENCE, began_at=now_ms())
            assert (await page.next("error"))["code"] == "frame_not_expected"


@pytest.mark.parametrize(
    ("pcm", "code"),
    [(b"\x01", "sound_unreadable"), (bytes(64_001), "frame_too_large"), (bytes(64_002), "frame_too_large")],
    ids=["half a sample", "too long and odd", "longer than 2 s"],
)
async def test_bytes_that_are_no_sound_are_told_of(tmp_path: Path, pcm: bytes, code: str) -> None:
    async with live_house(tmp_path, policy=listening()) as house:
        candidate = await house.live_candidate()
        async with house.page(candidate) as page:
            await page.next("welcome")
            await page.sound(pcm, began_at=now_ms())
            assert (await page.next("error"))["code"] == code
            await page.sound(SILENCE, began_at=now_ms())
            await heard(house, 1)


async def test_more_sound_than_time_is_refused_and_counted(tmp_path: Path) -> None:
    async with live_house(tmp_path, policy=listening()) as house:
        candidate = await house.live_candidate()
        async with house.page(candidate) as page:
            await page.next("welcome")
            began = now_ms() - 60_000
            for number in range(8):
                await page.sound(bytes(64_000), began_at=began + 2_000 * number)
            assert (await page.next("error"))["code"] == "sound_too_fast"
            assert house.metric("examhall_frames_refused_total") >= 1


async def test_sound_comes_over_http_where_sockets_are_blocked(tmp_path: Path) -> None:
    async with live_house(tmp_path, policy=listening()) as house:
        candidate = await house.live_candidate()
        message = FrameMessage(FrameKind.AUDIO, FrameCodec.PCM16, 1, now_ms(), SILENCE)
        async with house.http(candidate.token) as http:
            answer = await http.post(
                f"/api/v1/attempts/{candidate.attempt_id}/frames", content=pack_frame(message)
            )
        assert answer.status_code == 202
        await heard(house, 1)
