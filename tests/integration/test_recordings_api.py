"""Segments of a recording over HTTP: taken once, checked, placed in time, given to members only."""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from examhall.adapters.db.rows import policy_body, policy_revision
from examhall.domain.policy import Policy, Preset, Recording
from examhall.domain.presets import PRESETS
from support.live import Candidate, LiveHouse, live_house
from support.recordings import film, send_segment, sound

RECORDED = replace(PRESETS[Preset.STANDARD], recording=Recording.CAMERA)
TEN_S = 10_000


@pytest.fixture
async def house(tmp_path: Path, database_url: str) -> AsyncIterator[LiveHouse]:
    async with live_house(tmp_path, policy=RECORDED, database_url=database_url) as running:
        yield running


@pytest.fixture
async def ada(house: LiveHouse) -> Candidate:
    return await house.live_candidate("Ada")


def now(house: LiveHouse) -> int:
    return int(house.services.clock.now_ms())


async def backdate(house: LiveHouse, candidate: Candidate, seconds: int, **changes: object) -> None:
    """As if the attempt had been live for so long."""
    async with house.services.attempt_store.begin(candidate.attempt_id) as tx:
        moved = replace(tx.attempt, live_at=now(house) - seconds * 1000, **changes)
        await tx.save_attempt(moved)


def codes(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "")


async def test_a_segment_is_taken_once_and_is_in_the_chain_once(house: LiveHouse, ada: Candidate) -> None:
    await backdate(house, ada, 60)
    at = now(house) - TEN_S
    async with house.http(ada.token) as http:
        first = await send_segment(http, ada.attempt_id, film(), captured_at=at)
        again = await send_segment(http, ada.attempt_id, film(), captured_at=at)
        other = await send_segment(http, ada.attempt_id, film(b"another"), captured_at=at)
        received = await http.get(f"/api/v1/attempts/{ada.attempt_id}/recordings/received")
    assert (first.status_code, again.status_code) == (201, 200)
    assert codes(other) == (409, "segment_differs")
    assert received.json() == {"received": [{"instance_id": "page-1", "kind": "camera", "seqs": [0]}]}
    log = await house.services.attempt_store.log_of_attempt(ada.attempt_id)
    assert [line.type for line in log].count("recording_kept") == 1
    assert len(await house.services.evidence.paths(ada.attempt_id)) == 1
    story = await house.services.review.story(ada.attempt_id)
    assert story.chain == "intact"
    assert "recording_kept" not in {line.type for line in story.timeline}


async def test_what_is_not_what_it_says_is_refused_and_nothing_is_kept(
    house: LiveHouse, ada: Candidate
) -> None:
    at, who = now(house), ada.attempt_id
    async with house.http(ada.token) as http:
        wrong_hash = await send_segment(http, who, film(), captured_at=at, sha256="0" * 64)
        html = await send_segment(http, who, b"<!doctype html><p>" * 9, captured_at=at)
        wrong_type = await send_segment(http, who, film(), captured_at=at, media="text/html")
        too_long = await send_segment(http, who, film(), captured_at=at, duration_ms=60_001)
        too_large = await send_segment(http, who, film(bytes(8 * 1024 * 1024)), captured_at=at)
        screen = await send_segment(http, who, film(), captured_at=at, kind="screen")
        not_a_kind = await send_segment(http, who, film(), captured_at=at, kind="keyboard")
        not_a_number = await send_segment(http, who, film(), captured_at=at, seq=2**32)
    assert codes(wrong_hash) == (422, "segment_hash_mismatch")
    assert codes(html) == (415, "segment_format_unknown")
    assert codes(wrong_type) == (415, "segment_format_unknown")
    assert codes(too_long) == (422, "segment_invalid")
    assert codes(too_large)[0] == 413
    assert codes(screen) == (409, "recording_not_expected")
    assert codes(not_a_kind) == (422, "invalid_request")
    assert codes(not_a_number) == (422, "invalid_request")
    assert await house.services.evidence.paths(who) == []
    assert await house.services.recordings.received(who) == []


async def test_nothing_is_recorded_before_the_exam_or_a_day_after_it(house: LiveHouse) -> None:
    early = await house.candidate("Early")
    async with house.http(early.token) as http:
        answer = await send_segment(http, early.attempt_id, film(), captured_at=now(house))
        assert codes(answer) == (409, "recording_not_expected")
    late = await house.live_candidate("Late")
    await house.services.attempts.submit(late.attempt_id)
    async with house.http(late.token) as http:
        answer = await send_segment(http, late.attempt_id, film(), captured_at=now(house))
        assert answer.status_code == 201
        await backdate(house, late, 30 * 3600, over_at=now(house) - 25 * 3_600_000)
        answer = await send_segment(http, late.attempt_id, film(), captured_at=now(house), seq=1)
        assert codes(answer) == (409, "recording_not_expected")


async def test_whoever_withdraws_consent_is_recorded_no_more(house: LiveHouse, ada: Candidate) -> None:
    await house.services.attempts.withdraw(ada.attempt_id)
    async with house.http(ada.token) as http:
        answer = await send_segment(http, ada.attempt_id, film(), captured_at=now(house))
    assert codes(answer) == (409, "recording_not_expected")


async def test_without_a_policy_for_it_only_late_sound_is_taken(tmp_path: Path) -> None:
    async with live_house(tmp_path) as house:
        ada = await house.live_candidate("Ada")
        async with house.http(ada.token) as http:
            refused = await send_segment(http, ada.attempt_id, film(), captured_at=now(house))
            taken = await send_segment(http, ada.attempt_id, sound(2), captured_at=now(house), kind="audio")
        assert codes(refused) == (409, "recording_not_expected")
        assert taken.status_code == 201
        (segment,) = (await house.services.recording_index.of_attempt(ada.attempt_id)).segments
        assert (segment.media_type, segment.duration_ms) == ("audio/wav", 2000)


async def test_late_segments_keep_their_time_and_an_invented_time_is_moved_into_the_attempt(
    house: LiveHouse, ada: Candidate
) -> None:
    await backdate(house, ada, 600)
    began = now(house) - 600_000
    async with house.http(ada.token) as http:
        for seq, at in enumerate((began + 100_000, began - 3_600_000, began + 10**9, began + 585_000)):
            answer = await send_segment(http, ada.attempt_id, film(b"%d" % seq), captured_at=at, seq=seq)
            assert answer.status_code == 201
    index = await house.services.recording_index.of_attempt(ada.attempt_id)
    assert index.span is not None
    placed = {one.seq: (one.captured_at, one.late) for one in index.segments}
    assert placed[0] == (began + 100_000, True)
    assert placed[1] == (index.span.from_ms, True)
    assert placed[2][0] + TEN_S <= index.span.to_ms
    assert placed[2][1] is False
    assert placed[3] == (began + 585_000, False)


async def test_an_attempt_cannot_fill_the_disk(house: LiveHouse, ada: Candidate) -> None:
    block = bytes(6 * 1024 * 1024)
    async with house.http(ada.token) as http:
        answers = [
            await send_segment(http, ada.attempt_id, film(b"%d" % n + block), captured_at=0, seq=n)
            for n in range(7)
        ]
    assert [a.status_code for a in answers[:5]] == [201] * 5
    assert codes(answers[-1]) == (429, "recording_limit")
    assert answers[-1].headers["retry-after"] == "60"


async def test_members_see_segments_and_the_reasons_of_gaps(house: LiveHouse, ada: Candidate) -> None:
    who = ada.attempt_id
    await backdate(house, ada, 120)
    async with house.http(ada.token) as http:
        began = (await house.services.attempt_store.attempt(who)).live_at
        assert began is not None
        for seq, at in enumerate((0, 10_000, 60_000)):
            await send_segment(http, who, film(b"%d" % seq), captured_at=began + at, seq=seq)
    async with house.http(house.staff_token) as http:
        index = (await http.get(f"/api/v1/attempts/{who}/recordings")).json()
    assert index["recording"] == "camera"
    assert [one["captured_at"] - began for one in index["segments"]] == [0, 10_000, 60_000]
    gaps = [(g["from_at"] - began, g["label"]) for g in index["gaps"]]
    assert gaps[0] == (20_000, "device")
    assert gaps[1] == (70_000, "device")
    assert gaps[2][1] == "not_yet_received"
    assert index["gaps"][2]["to_at"] == index["to_at"]


async def test_a_piece_is_read_by_members_whole_and_in_ranges(house: LiveHouse, ada: Candidate) -> None:
    who, content = ada.attempt_id, film(bytes(range(256)) * 40)
    async with house.http(ada.token) as http:
        await send_segment(http, who, content, captured_at=now(house))
        (segment,) = (await house.services.recording_index.of_attempt(who)).segments
        url = f"/api/v1/recordings/{segment.id}"
        assert (await http.get(url)).status_code == 401  # not even the candidate
    async with house.http(house.staff_token) as http:
        whole = await http.get(url)
        part = await http.get(url, headers={"Range": "bytes=10-19"})
        tail = await http.get(url, headers={"Range": "bytes=-5"})
        rest = await http.get(url, headers={"Range": "bytes=100-"})
        beyond = await http.get(url, headers={"Range": f"bytes={len(content)}-"})
        nonsense = await http.get(url, headers={"Range": "pages=1-2"})
        unknown = await http.get("/api/v1/recordings/nothing")
    assert hashlib.sha256(whole.content).hexdigest() == segment.sha256
    assert whole.headers["content-type"] == "video/webm"
    assert whole.headers["cache-control"] == "private, no-store"
    assert whole.headers["x-content-type-options"] == "nosniff"
    assert whole.headers["accept-ranges"] == "bytes"
    assert (part.status_code, part.content) == (206, content[10:20])
    assert part.headers["content-range"] == f"bytes 10-19/{len(content)}"
    assert (tail.status_code, tail.content) == (206, content[-5:])
    assert rest.content == content[100:]
    assert beyond.status_code == 416
    assert beyond.headers["content-range"] == f"bytes */{len(content)}"
    assert (nonsense.status_code, nonsense.content) == (200, content)
    assert codes(unknown) == (404, "segment_not_found")


async def test_a_policy_of_a_time_before_recordings_records_nothing(house: LiveHouse) -> None:

    body = policy_body(RECORDED)
    del body["recording"]
    old = policy_revision({"id": "r", "number": 1, "body": body})  # type: ignore[arg-type]
    assert isinstance(old.policy, Policy)
    assert old.policy.recording is Recording.OFF
