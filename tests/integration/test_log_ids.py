"""Every line of the log can be laid beside the request, the socket and the attempt that it is about."""

import asyncio
import base64
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from examhall.adapters.detectors.scripted import ScriptedPool
from examhall.application.ports.vision import FrameDropped, FrameJob
from examhall.bootstrap.logging import set_up_logging
from examhall.domain.policy import ScanPlan
from examhall.pipeline.log_context import about
from examhall.pipeline.worker_pool import PoolConfig, WorkerPool
from examhall.settings import Settings
from support.live import ALONE, live_house
from support.pool_factories import CRASH, Obedient


@pytest.fixture
def app_log(tmp_path: Path) -> Iterator[Path]:
    """The file of a log in JSON; the root logger is given back as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    for handler in handlers:
        root.removeHandler(handler)
    set_up_logging(Settings(data_dir=tmp_path, log_format="json", log_level="debug"))
    yield tmp_path / "app.log"
    for handler in root.handlers[:]:
        root.removeHandler(handler)
        handler.close()
    for handler in handlers:
        root.addHandler(handler)
    root.setLevel(level)


def lines(app_log: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in app_log.read_text("utf-8").splitlines()]


async def test_a_callers_harmless_id_is_kept_in_answer_problem_and_log(tmp_path: Path, app_log: Path) -> None:
    async with live_house(tmp_path) as house, house.http() as anybody:
        answer = await anybody.get("/api/v1/exams", headers={"X-Request-ID": "proxy-1234.abc"})
    assert answer.status_code == 401
    assert answer.headers["x-request-id"] == "proxy-1234.abc"
    assert answer.json()["request_id"] == "proxy-1234.abc"
    (line,) = [one for one in lines(app_log) if one.get("path") == "/api/v1/exams"]
    assert line["request_id"] == "proxy-1234.abc"


@pytest.mark.parametrize("bad", ["short", "x" * 65, "two words here", 'a"quote-here', "new%0aline-here", ""])
async def test_an_id_that_could_forge_lines_is_replaced_by_one_of_ours(
    tmp_path: Path, app_log: Path, bad: str
) -> None:
    async with live_house(tmp_path) as house, house.http() as anybody:
        answer = await anybody.get("/api/v1/nothing-here", headers={"X-Request-ID": bad})
    given = answer.headers["x-request-id"]
    assert given not in {bad, ""}
    assert answer.json()["request_id"] == given
    assert bad == "" or bad not in app_log.read_text("utf-8")


async def test_two_requests_have_two_ids(tmp_path: Path) -> None:
    async with live_house(tmp_path) as house, house.http() as anybody:
        first, second = [(await anybody.get("/healthz")).headers["x-request-id"] for _ in range(2)]
    assert first != second


async def test_a_requests_lines_name_its_attempt_whichever_logger_wrote_them(
    tmp_path: Path, app_log: Path
) -> None:
    async with live_house(tmp_path) as house:
        candidate = await house.live_candidate()
        async with house.http(house.staff_token) as staff:
            await staff.get(f"/api/v1/attempts/{candidate.attempt_id}", headers={"X-Request-ID": "abcdefgh"})
    (line,) = [one for one in lines(app_log) if one.get("request_id") == "abcdefgh"]
    assert line["attempt_id"] == candidate.attempt_id


async def test_a_sockets_lines_share_its_connection_id(tmp_path: Path, app_log: Path) -> None:
    async with live_house(tmp_path) as house:
        candidate = await house.live_candidate()
        async with house.page(candidate) as page:
            await page.next("welcome")
            response = page.socket.response
            assert response is not None
            connection_id = response.headers["x-request-id"]
    # The server has stopped: all its sockets have ended.
    (line,) = [one for one in lines(app_log) if one["event"] == "socket_ended"]
    assert line["connection_id"] == connection_id
    assert line["attempt_id"] == candidate.attempt_id
    assert "127.0.0.1" not in json.dumps(lines(app_log)), "a caller's address is not written"


async def test_what_outlives_a_request_names_the_attempt_and_no_longer_the_request(app_log: Path) -> None:
    async def speak() -> None:
        logging.getLogger("examhall.test").warning("by the standard library")

    await asyncio.create_task(speak(), context=about(attempt_id="a1b2"))
    (line,) = [one for one in lines(app_log) if one["event"] == "by the standard library"]
    assert line["attempt_id"] == "a1b2"
    assert "request_id" not in line


@pytest.mark.parametrize(("lane", "of"), [("attempt-7", "picture"), ("attempt-7/sound", "sound")])
async def test_a_lost_worker_names_the_attempt_that_it_was_lost_by(
    tmp_path: Path, app_log: Path, lane: str, of: str
) -> None:
    pool = WorkerPool(Obedient(), PoolConfig(restart_delay_s=0.01))
    await pool.start()
    try:
        with pytest.raises(FrameDropped):
            await pool.analyze(FrameJob(lane, CRASH, None, ScanPlan(), thumbnail=False))
    finally:
        await pool.stop()
    (line,) = [one for one in lines(app_log) if one["event"] == "vision_worker_lost"]
    assert (line["attempt_id"], line["of"]) == ("attempt-7", of)


async def test_an_unexpected_error_is_logged_with_its_id_and_tells_the_caller_only_that(
    tmp_path: Path, app_log: Path
) -> None:
    class Broken(ScriptedPool):
        async def analyze(self, job: FrameJob):
            raise RuntimeError("the inside")

    picture = base64.b64encode(ALONE[0]).decode()
    body = {"base64_img": f"data:image/jpeg;base64,{picture}", "participant_id": "p1"}
    async with live_house(tmp_path, vision=Broken({})) as house, house.http() as anybody:
        answer = await anybody.post("/detect_faces", json=body)
    assert answer.status_code == 500
    assert "the inside" not in answer.text
    (line,) = [one for one in lines(app_log) if one["event"] == "request_failed"]
    assert line["request_id"] == answer.json()["request_id"] == answer.headers["x-request-id"]
