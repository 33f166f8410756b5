"""The tutorial's endpoint, as its own page calls it."""

import base64
import json
import logging
from pathlib import Path

import pytest

from examhall.adapters.detectors.scripted import ScriptedPool
from examhall.application.ports.vision import DropReason
from examhall.bootstrap.logging import set_up_logging
from examhall.settings import Settings
from examhall.web.buckets import Buckets
from support.live import ALONE, ONE_FACE, TOGETHER, live_house
from support.pictures import png_header_only


def body(picture: bytes, participant_id: str = "p-1") -> dict[str, str]:
    data = base64.b64encode(picture).decode()
    return {"base64_img": f"data:image/png;base64,{data}", "participant_id": participant_id}


@pytest.fixture
def app_log(tmp_path: Path):  # type: ignore[no-untyped-def]
    """The log file of a server over this folder; the root logger is given back as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    for handler in handlers:
        root.removeHandler(handler)
    set_up_logging(Settings(data_dir=tmp_path))
    yield tmp_path / "app.log"
    for handler in root.handlers[:]:
        root.removeHandler(handler)
        handler.close()
    for handler in handlers:
        root.addHandler(handler)
    root.setLevel(level)


async def test_it_answers_under_both_paths_and_names_the_participant_in_the_log(
    tmp_path: Path, app_log: Path
) -> None:
    async with live_house(tmp_path) as house, house.http() as http:
        for path in ("/detect_faces", "/detect_faces/"):
            one = await http.post(path, json=body(ALONE[0], "alone"))
            assert (one.status_code, one.json()) == (
                200,
                {"id": "alone", "multiple_detected": False, "faces": 1},
            )
            two = await http.post(path, json=body(TOGETHER[0], "nasty\nid " + "x" * 500))
            assert two.json()["multiple_detected"] is True
    lines = [line for line in app_log.read_text().splitlines() if "multiple_faces_detected" in line]
    assert len(lines) == 2
    assert r"nasty\nid xxx" in lines[0].replace("\\\\", "\\")
    assert "x" * 129 not in lines[0]
    assert lines[0][:4].isdigit()  # begins with the time
    assert "alone" not in app_log.read_text()


async def test_bad_input_gets_a_clear_4xx(tmp_path: Path) -> None:
    good = body(ALONE[0])
    cases: list[tuple[bytes, int, str]] = [
        (b"", 422, "body_empty"),
        (b"not json", 422, "invalid_request"),
        (b"[]", 422, "invalid_request"),
        (b'{"base64_img": "x"}', 422, "invalid_request"),
        (json.dumps({**good, "participant_id": 7}).encode(), 422, "invalid_request"),
        (b'{"base64_img": "AAAA", "participant_id": "\\ud800"}', 422, "invalid_request"),
        (json.dumps({**good, "base64_img": "data:image/png;base64,%%%"}).encode(), 422, "base64_invalid"),
        (json.dumps({**good, "base64_img": "data:image/png,AAAA"}).encode(), 422, "base64_invalid"),
        (json.dumps({**good, "base64_img": "data:image/png;base64,"}).encode(), 422, "not_a_picture"),
        (json.dumps(body(b"not a picture at all")).encode(), 422, "not_a_picture"),
        (json.dumps(body(b"GIF89a" + bytes(40))).encode(), 415, "unsupported_picture"),
        (json.dumps(body(ALONE[0][:300])).encode(), 422, "truncated_picture"),
        (json.dumps(body(png_header_only(10_000, 5_000))).encode(), 413, "picture_too_large"),
        (b" " * (8 * 1024 * 1024 + 1), 413, "body_too_large"),
    ]
    async with live_house(tmp_path) as house, house.http() as http:
        for data, status, code in cases:
            answer = await http.post("/detect_faces/", content=data)
            assert (answer.status_code, answer.json()["code"]) == (status, code), data[:60]
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["detail"]
        assert (await http.get("/detect_faces/")).status_code == 405


async def test_a_full_lane_says_come_back_and_a_killed_worker_is_the_pictures_fault(tmp_path: Path) -> None:
    script = {ALONE[0]: DropReason.LANE_FULL, ALONE[1]: DropReason.WORKER_HUNG}
    async with (
        live_house(tmp_path, vision=ScriptedPool(script, otherwise=ONE_FACE)) as house,
        house.http() as http,
    ):
        full = await http.post("/detect_faces", json=body(ALONE[0]))
        assert (full.status_code, full.json()["code"], full.headers["Retry-After"]) == (503, "busy", "1")
        hung = await http.post("/detect_faces", json=body(ALONE[1]))
        assert (hung.status_code, hung.json()["code"]) == (422, "picture_unreadable")


async def test_one_address_cannot_ask_without_end(tmp_path: Path) -> None:
    async with live_house(tmp_path) as house, house.http() as http:
        house.house.app.state.detect_faces_buckets = Buckets(burst=2, per_s=0.001)
        codes = [(await http.post("/detect_faces", content=b"")).status_code for _ in range(2)]
        assert codes == [422, 422]
        refused = await http.post("/detect_faces", content=b"")
        assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")
        assert int(refused.headers["Retry-After"]) > 900


async def test_cors_is_for_the_named_origins_on_this_path_alone(tmp_path: Path) -> None:
    named = "https://tutorial.example"
    async with live_house(tmp_path, detect_faces_origins=(named,)) as house, house.http() as http:
        ask = {"Origin": named, "Access-Control-Request-Method": "POST"}
        for path in ("/detect_faces", "/detect_faces/"):
            preflight = await http.options(path, headers=ask)
            assert preflight.status_code == 204
            assert preflight.headers["access-control-allow-origin"] == named
            assert "content-type" in preflight.headers["access-control-allow-headers"]
            assert "access-control-allow-credentials" not in preflight.headers
        answer = await http.post("/detect_faces", json=body(ALONE[0]), headers={"Origin": named})
        assert answer.headers["access-control-allow-origin"] == named
        bad = await http.post("/detect_faces", content=b"", headers={"Origin": named})
        assert bad.headers["access-control-allow-origin"] == named  # or the page could not read why
        other = {"Origin": "https://elsewhere.example"}
        refused = await http.post("/detect_faces", json=body(ALONE[0]), headers=other)
        assert (refused.status_code, refused.json()["code"]) == (403, "origin_refused")
        assert "access-control-allow-origin" not in refused.headers
        preflight = await http.options("/detect_faces", headers={**ask, **other})
        assert "access-control-allow-origin" not in preflight.headers
        elsewhere = await http.get("/healthz", headers={"Origin": named})
        assert "access-control-allow-origin" not in elsewhere.headers


async def test_the_demo_lets_pages_of_this_machine_in(tmp_path: Path) -> None:
    async with live_house(tmp_path, demo=True) as house, house.http() as http:
        origin = {"Origin": "http://localhost:3000"}
        answer = await http.post("/detect_faces/", json=body(ALONE[0]), headers=origin)
        assert answer.headers["access-control-allow-origin"] == "http://localhost:3000"


async def test_it_is_for_this_machine_unless_switched_on(tmp_path: Path) -> None:
    elsewhere = {"Host": "exams.example.org"}  # asked by another name: not a program of this machine
    async with live_house(tmp_path / "auto") as house, house.http() as http:
        answer = await http.post("/detect_faces", json=body(ALONE[0]), headers=elsewhere)
        assert (answer.status_code, answer.json()["code"]) == (403, "only_this_machine")
    async with live_house(tmp_path / "off", detect_faces="off") as house, house.http() as http:
        answer = await http.post("/detect_faces", json=body(ALONE[0]))
        assert (answer.status_code, answer.json()["code"]) == (404, "detect_faces_off")
    async with live_house(tmp_path / "token", detect_faces_token="s" * 32) as house, house.http() as http:
        answer = await http.post("/detect_faces", json=body(ALONE[0]), headers=elsewhere)
        assert (answer.status_code, answer.json()["code"]) == (401, "token_wrong")
        right = {**elsewhere, "Authorization": "Bearer " + "s" * 32}
        answer = await http.post("/detect_faces", json=body(ALONE[0]), headers=right)
        assert answer.status_code == 200
