"""Everything that can be too much, one after the other: a clear refusal, and the server stands as before."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx
import psutil
import pytest

from examhall.web.sockets.line import MAX_TEXT_BYTES
from support.live import ALONE, Candidate, LiveHouse, live_house

MEGABYTE = 1024 * 1024
LONG = "x" * 1_000_000


@asynccontextmanager
async def standing(folder: Path) -> AsyncIterator[LiveHouse]:
    """A server that must answer and have grown little when the test is over."""
    async with live_house(folder) as house:
        before = psutil.Process().memory_info().rss
        yield house
        async with house.http() as anybody:
            assert (await anybody.get("/healthz")).json() == {"status": "ok"}
        assert psutil.Process().memory_info().rss - before < 300 * MEGABYTE


def refused(answer: httpx.Response, *codes: str) -> None:
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] in codes, answer.text
    assert len(answer.content) < 20_000


async def test_texts_of_staff(tmp_path: Path) -> None:
    async with standing(tmp_path) as house, house.http(house.staff_token) as staff:
        exam = f"/api/v1/exams/{house.exam_id}"
        candidate = await house.live_candidate()
        attempt = f"/api/v1/attempts/{candidate.attempt_id}"
        policy = (await staff.get(f"{exam}/policy")).json()["policy"]
        asked = [
            ("POST", f"{exam}/candidates", {"name": LONG}),
            ("POST", f"{exam}/candidates", {"name": "Ada", "ref": LONG}),
            ("POST", f"{exam}/candidates", {"name": "Ada", "email": f"{LONG}@example.org"}),
            ("POST", f"{exam}/message", {"text": LONG}),
            ("POST", f"{attempt}/warn", {"text": LONG}),
            ("POST", f"{attempt}/message", {"text": "Hello", "client_id": LONG}),
            ("POST", f"{attempt}/pause", {"reason": LONG}),
            ("POST", f"{attempt}/credit", {"seconds": 10**300, "reason": "late"}),
            ("PATCH", exam, {"title": LONG}),
            ("PATCH", exam, {"instructions": LONG}),
            ("PATCH", exam, {"content_url": "https://example.org/" + LONG}),
            ("PATCH", exam, {"opens_at": 10**30}),
            ("PATCH", exam, {"duration_s": 2**70}),
            ("PUT", f"{exam}/policy", {"policy": policy | {"name": LONG}}),
            ("PUT", f"{exam}/policy", {"policy": policy | {"retention_days": 10**25}}),
            ("PUT", f"{exam}/policy", {"policy": policy | {"signals": {f"s{n}": {} for n in range(50_000)}}}),
            ("POST", "/api/v1/session", {"email": "a@b", "password": LONG}),
            ("POST", "/api/v1/join", {"token": LONG}),
        ]
        for method, path, body in asked:
            refused(await staff.request(method, path, json=body), "invalid_request", "policy_invalid")


async def test_a_list_of_too_many_candidates(tmp_path: Path) -> None:
    async with standing(tmp_path) as house, house.http(house.staff_token) as staff:
        path = f"/api/v1/exams/{house.exam_id}/candidates/csv"
        refused(await staff.post(path, json={"text": "name\n" + "Ada\n" * 600_000}), "invalid_request")
        wide = await staff.post(path, json={"text": "name," * 200_000})
        assert wide.status_code < 500
        assert not wide.is_success or wide.json()["would_add"] == 0
        many = await staff.post(path, json={"text": "name\n" + "Ada\n" * 100_000, "dry_run": True})
        assert many.status_code < 500
        assert not many.is_success or many.json()["errors"]


async def test_depth_of_json(tmp_path: Path) -> None:
    async with standing(tmp_path) as house, house.http(house.staff_token) as staff:
        headers = {"Content-Type": "application/json"}
        for text in (
            "[" * 500_000,
            '{"a":' * 300_000 + "1" + "}" * 300_000,
            '{"email": ' + "9" * 100_000 + "}",
        ):
            answer = await staff.post("/api/v1/session", content=text, headers=headers)
            refused(answer, "unreadable_request", "invalid_request")


async def test_addresses_headers_and_cookies(tmp_path: Path) -> None:
    async with standing(tmp_path) as house, house.http() as anybody:
        for path in (f"/api/v1/exams/{'a' * 20_000}", f"/{'a/' * 10_000}", f"/healthz?{'a=b&' * 10_000}"):
            answer = await anybody.get(path)
            assert answer.status_code < 500
        for header in ("Cookie", "Authorization", "X-Anything", "Accept"):
            try:
                answer = await anybody.get("/api/v1/session", headers={header: "a" * 200_000})
            except httpx.TransportError:
                continue  # the connection is cut before the whole of it is read
            assert 400 <= answer.status_code < 500
        many = {f"X-Header-{n}": "a" for n in range(3_000)}
        with suppress(httpx.TransportError):
            assert (await anybody.get("/api/v1/session", headers=many)).status_code < 500


async def test_bodies(tmp_path: Path) -> None:
    async with standing(tmp_path) as house:
        candidate = await house.live_candidate()
        attempt = f"/api/v1/attempts/{candidate.attempt_id}"
        async with house.http(candidate.token) as http, house.http(house.staff_token) as staff:
            for path in (f"{attempt}/frames", f"{attempt}/events", "/api/v1/meetings/webhooks/p2p"):
                answer = await http.post(path, content=bytes(3 * MEGABYTE))
                assert 400 <= answer.status_code < 500
                answer = await http.post(path, content=bytes(9 * MEGABYTE))
                assert answer.status_code == 413
            photo = f"/api/v1/exams/{house.exam_id}/candidates/{candidate.attempt_id}/photo"
            refused(await staff.put(photo, content=ALONE[0] + bytes(7 * MEGABYTE)), "body_too_large")
            picture = {"base64_img": "data:image/png;base64," + "A" * 9 * MEGABYTE, "participant_id": "p"}
            refused(await staff.post("/detect_faces", json=picture), "body_too_large")
            event = {"type": "event", "seq": 1, "kind": "tab_hidden", "page_ms": 1, "occurred_at": 1}
            batch = {"instance_id": "one", "events": [event | {"seq": n + 1} for n in range(501)]}
            refused(await http.post(f"{attempt}/events", json=batch), "invalid_request")
            batch["events"] = batch["events"][:500]
            assert (await http.post(f"{attempt}/events", json=batch)).json() == {"acknowledged_seq": 500}


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("x" * (MAX_TEXT_BYTES + 1), "message_too_large"),
        ("[" * MAX_TEXT_BYTES, "message_invalid"),
        (json.dumps({"type": "chat", "client_id": "c", "text": "x" * 2_001}), "message_invalid"),
        (json.dumps({"type": "chat", "client_id": "c" * 65, "text": "x"}), "message_invalid"),
        (
            json.dumps({"type": "watch_signal", "watch_id": "w", "description": {"sdp": "x" * 17_000}}),
            "signal_too_large",
        ),
    ],
)
async def test_messages_of_a_socket(tmp_path: Path, message: str, code: str) -> None:
    async with standing(tmp_path) as house:
        candidate = await house.live_candidate()
        async with house.page(candidate) as page:
            await page.next("welcome")
            await page.socket.send(message)
            assert (await page.next("error"))["code"] == code
            await page.say(type="chat", client_id="after", text="Still here.")
            await page.next("chat")


async def test_a_socket_message_larger_than_any_picture_closes_the_socket(tmp_path: Path) -> None:
    async with standing(tmp_path) as house:
        candidate = await house.live_candidate()
        async with house.page(candidate) as page:
            await page.next("welcome")
            await page.socket.send(bytes(3 * MEGABYTE))
            assert await page.closed() == 1009
        await _comes_back(house, candidate)


async def _comes_back(house: LiveHouse, candidate: Candidate) -> None:
    async with house.page(candidate) as page:
        await page.next("welcome")


async def test_frames(tmp_path: Path) -> None:
    async with standing(tmp_path) as house:
        candidate = await house.live_candidate()
        async with house.page(candidate) as page:
            await page.next("welcome")
            await page.frame(ALONE[0] + bytes(600 * 1024))
            await page.frame(ALONE[0] + bytes(1100 * 1024), kind=2)
            await page.until(lambda p: len(p.of("error")) == 2)
            assert {m["code"] for m in page.of("error")} == {"frame_too_large"}
