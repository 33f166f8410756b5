"""From a frame on the candidate's socket to the wall: thumbnails, incidents, warnings, evidence."""

import struct
import time
from pathlib import Path

import pytest

from examhall.domain.frame_header import unpack_thumbnail
from support.live import ALONE, TOGETHER, live_house, sending


async def test_a_frame_becomes_the_tile_of_its_candidate(tmp_path: Path) -> None:
    async with live_house(tmp_path) as house:
        await house.live_candidate("Ada")
        candidate = await house.live_candidate("Alan")
        async with house.wall() as wall, house.page(candidate) as page:
            welcome = await page.next("welcome")
            assert welcome["state"] == "live"
            assert welcome["sampling_interval_s"] == 1.0
            await wall.next("snapshot")
            before = house.services.clock.now_ms()  # the system's own time may be 1 ms ahead of it
            await page.frame(ALONE[0], captured_at=before)
            await wall.until(lambda w: w.pictures)
            thumbnail = unpack_thumbnail(wall.pictures[0])
            assert thumbnail.attempt_index == candidate.number == 2
            assert thumbnail.captured_at_ms == before
            assert thumbnail.jpeg == ALONE[0][:6000]


async def test_a_second_face_is_an_incident_a_warning_and_pictures_before_and_after(tmp_path: Path) -> None:
    async with live_house(tmp_path) as house:
        candidate = await house.live_candidate()
        async with house.wall() as wall, house.page(candidate) as page:
            await page.next("welcome")
            async with sending(page, ALONE):
                await wall.until(lambda w: len(w.pictures) >= 2)
            async with sending(page, TOGETHER):
                update = await wall.next(
                    "update",
                    where=lambda m: (
                        m["body"]["type"] == "incident" and len(m["body"]["incident"]["evidence"]) >= 4
                    ),
                )
                incident = update["body"]["incident"]
                assert incident["signal"] == "multiple_faces"
                assert incident["closed_at"] is None
                assert incident["alert"] is True
                warning = await page.next("warning")
                assert "more than one face" in warning["warning"]["text"]
                await wall.until(
                    lambda w: any(
                        e["captured_at"] > incident["opened_at"]
                        for m in w.of("update")
                        if m["body"]["type"] == "incident"
                        for e in m["body"]["incident"]["evidence"]
                        if e["kind"] == "camera"
                    )
                )
            times = [e["captured_at"] for e in incident["evidence"] if e["kind"] == "camera"]
            assert min(times) < incident["began_at"]
            async with house.http(house.staff_token) as http:
                kept = await http.get(incident["evidence"][0]["url"])
            assert kept.status_code == 200
            assert kept.content in ALONE + TOGETHER
        blobs = [file for file in (tmp_path / "evidence").rglob("*") if file.is_file()]
        assert blobs
        assert all(b"\xff\xd8\xff" not in file.read_bytes()[:64] for file in blobs)  # sealed
        assert house.metric("examhall_evidence_kept_total") == len(blobs)


async def test_frames_are_refused_before_consent_and_after_the_end(tmp_path: Path) -> None:
    async with live_house(tmp_path) as house:
        candidate = await house.candidate()
        async with house.page(candidate) as page:
            assert (await page.next("welcome"))["state"] == "invited"
            sequence = await page.frame(ALONE[0])
            refused = await page.next("error")
            assert (refused["code"], refused["about"]) == ("frame_not_expected", str(sequence))
            await house.go_live(candidate.attempt_id)
            await page.next("state", where=lambda m: m["state"] == "live")
            await house.services.attempts.submit(candidate.attempt_id)
            await page.next("state", where=lambda m: m["state"] == "submitted")
            after = len(page.messages)
            await page.frame(ALONE[1])
            assert (await page.next("error", after=after))["code"] == "frame_not_expected"
            assert await page.closed() == 4410
        async with house.http(candidate.token) as http:
            answer = await http.post(
                f"/api/v1/attempts/{candidate.attempt_id}/frames",
                content=struct.pack("<BBIqB", 1, 1, 7, 0, 0) + ALONE[0],
            )
        assert (answer.status_code, answer.json()["code"]) == (409, "frame_not_expected")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "frame_header_too_short"),
        (b"\x01\x01\x00", "frame_header_too_short"),
        (struct.pack("<BBIqB", 2, 1, 0, 0, 0) + ALONE[0], "frame_version_unsupported"),
        (struct.pack("<BBIqB", 1, 9, 0, 0, 0) + ALONE[0], "frame_kind_unknown"),
        (struct.pack("<BBIqB", 1, 1, 0, 0, 2) + ALONE[0], "frame_codec_unknown"),
        (struct.pack("<BBIqB", 1, 1, 0, 0, 0), "frame_empty"),
        (struct.pack("<BBIqB", 1, 1, 0, 0, 1) + ALONE[0], "frame_codec_mismatch"),
        (struct.pack("<BBIqB", 1, 1, 0, 0, 0) + b"\xff\xd8" + bytes(600_000), "frame_too_large"),
        (struct.pack("<BBIqB", 1, 1, 0, 0, 0) + ALONE[0][:400], "truncated_picture"),
    ],
)
async def test_a_bad_frame_is_refused_by_name_and_the_next_one_is_taken(
    tmp_path: Path, data: bytes, code: str
) -> None:
    async with live_house(tmp_path) as house:
        candidate = await house.live_candidate()
        async with house.wall() as wall, house.page(candidate) as page:
            await page.next("welcome")
            await wall.next("snapshot")
            await page.socket.send(data)
            assert (await page.next("error"))["code"] == code
            assert house.metric("examhall_frames_refused_total") == 1
            await page.frame(ALONE[3])
            await wall.until(lambda w: w.pictures)


async def test_frames_over_http_behind_the_same_header(tmp_path: Path) -> None:
    async with live_house(tmp_path) as house:
        candidate = await house.live_candidate()
        async with house.wall() as wall, house.http(candidate.token) as http:
            await wall.next("snapshot")
            path = f"/api/v1/attempts/{candidate.attempt_id}/frames"
            answer = await http.post(
                path,
                content=struct.pack("<BBIqB", 1, 1, 0, 0, 0) + ALONE[0],
                headers={"Examhall-Instance": "by-http"},
            )
            assert answer.status_code == 202
            assert answer.headers["Examhall-Sampling-Interval"] == "1"
            await wall.until(lambda w: w.pictures)
            sent_at = unpack_thumbnail(wall.pictures[0]).captured_at_ms
            assert abs(sent_at - (time.time() * 1000 - 10_000)) < 5_000  # 1970 is held to the last 10 s
            assert (await house.services.attempt_store.attempt(candidate.attempt_id)).connected
            bad = await http.post(path, content=b"\x02")
            assert (bad.status_code, bad.json()["code"]) == (422, "frame_version_unsupported")
            huge = await http.post(path, content=bytes(2_000_000))
            assert (huge.status_code, huge.json()["code"]) == (413, "frame_too_large")
