"""What should not come, through the real path: a clear refusal by name, and nothing that was there is lost."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from examhall.adapters.db.engine import Database
from examhall.bootstrap.logging import set_up_logging
from examhall.bootstrap.vision import build_vision_pool
from examhall.settings import Settings
from support.live import ALONE, TOGETHER, LiveHouse, live_house, sending
from support.people import MODELS_DIR
from support.pictures import encode, jpeg_claiming, noise


async def test_pictures_that_lie_are_refused_by_the_real_workers_and_the_next_one_is_seen(
    tmp_path: Path,
) -> None:
    good = encode(noise(640, 480), ".jpg")
    lies = {
        "truncated_picture": good[: len(good) // 3],
        "picture_too_large": jpeg_claiming(good, 10_000, 5_000),
    }
    pool = build_vision_pool(MODELS_DIR, hang_limit_s=20.0)
    async with live_house(tmp_path, vision=pool) as house:
        candidate = await house.live_candidate()
        async with house.wall() as wall, house.page(candidate) as page:
            await page.next("welcome")
            for code, picture in lies.items():
                sequence = await page.frame(picture)
                refused = await page.next("error", where=lambda m, code=code: m["code"] == code)
                assert refused["about"] == str(sequence)
                assert "Send" in str(refused["message"])
            await page.frame(good)
            await wall.until(lambda w: w.pictures)
        assert house.services.vision.health().restarts == 0


async def test_a_full_disk_refuses_commands_and_loses_nothing(tmp_path: Path) -> None:
    async with live_house(tmp_path) as house:
        candidate = await house.live_candidate()
        attempt = f"/api/v1/attempts/{candidate.attempt_id}"
        async with house.page(candidate) as page, house.http(house.staff_token) as staff:
            await page.next("welcome")
            assert (await staff.post(f"{attempt}/message", json={"text": "Before."})).is_success
            database: Database = house.services.attempt_store._database  # the one that is to be full
            full = {"text": "x" * 2_000}
            await limit_pages(database, room=4)
            answers = [await staff.post(f"{attempt}/message", json=full) for _ in range(60)]
            refused = [a for a in answers if not a.is_success]
            assert {(a.status_code, a.json()["code"]) for a in refused} == {(507, "storage_full")}
            assert "Free some space" in refused[0].json()["detail"]
            await limit_pages(database, room=1_000_000)
            assert (await staff.post(f"{attempt}/message", json={"text": "After."})).is_success
            await page.next("chat", where=lambda m: m["message"]["text"] == "After.")
            story = (await staff.get(attempt)).json()
        said = [message["text"] for message in story["chat"]]
        assert (said[0], said[-1]) == ("Before.", "After.")
        assert len(said) == 2 + sum(a.is_success for a in answers)
        assert story["chain"] == "intact"


async def limit_pages(database: Database, *, room: int) -> None:
    """Leave the file so many pages, on the one connection that writes, as a disk without room would."""
    async with database.write() as session:
        pages = await session.scalar(text("PRAGMA page_count"))
        await session.execute(text(f"PRAGMA max_page_count = {pages + room}"))


async def test_a_removed_candidate_leaves_every_wall_by_a_new_snapshot(tmp_path: Path) -> None:
    async with live_house(tmp_path) as house:
        stays, goes = await house.live_candidate("Ada"), await house.candidate("Alan")
        async with house.wall() as wall, house.http(house.staff_token) as staff:
            first = await wall.next("snapshot")
            assert len(first["attempts"]) == 2
            at = len(wall.messages)
            path = f"/api/v1/exams/{house.exam_id}/candidates/{goes.attempt_id}"
            assert (await staff.delete(path)).status_code == 204
            second = await wall.next("snapshot", after=at)
            assert [card["attempt_id"] for card in second["attempts"]] == [stays.attempt_id]
            assert second["update_id"] > first["update_id"]
            again = await staff.delete(path)
            assert (again.status_code, again.json()["code"]) == (404, "attempt_not_found")
            # The wall goes on: what comes next is told.
            url = f"/api/v1/attempts/{stays.attempt_id}/message"
            assert (await staff.post(url, json={"text": "Hello"})).is_success
            await wall.next("update", where=lambda m: m["body"]["type"] == "chat")


async def test_shared_screens_are_kept_beside_the_camera_and_never_searched(tmp_path: Path) -> None:
    async with live_house(tmp_path) as house:
        candidate = await house.live_candidate()
        async with house.wall() as wall, house.page(candidate) as page:
            await page.next("welcome")
            screen = encode(noise(1280, 720), ".jpg")
            await page.frame(screen, kind=2)
            async with sending(page, TOGETHER):
                update = await wall.next(
                    "update",
                    where=lambda m: (
                        m["body"]["type"] == "incident"
                        and {"screen", "camera"} <= {e["kind"] for e in m["body"]["incident"]["evidence"]}
                    ),
                )
            evidence = [e for e in update["body"]["incident"]["evidence"] if e["kind"] == "screen"]
            async with house.http(house.staff_token) as staff:
                kept = await staff.get(evidence[0]["url"])
            assert kept.content == screen


@pytest.fixture
def app_log(tmp_path: Path) -> Iterator[Path]:
    """The log file of a server over this folder, everything in it; the root logger is given back as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    for handler in handlers:
        root.removeHandler(handler)
    set_up_logging(Settings(data_dir=tmp_path, log_level="debug"))
    yield tmp_path / "app.log"
    for handler in root.handlers[:]:
        root.removeHandler(handler)
        handler.close()
    for handler in handlers:
        root.addHandler(handler)
    root.setLevel(level)


async def test_the_log_of_a_whole_life_holds_no_name_token_word_or_picture(
    tmp_path: Path, app_log: Path
) -> None:
    name, word = "Zebedee Quux", "xylophone"
    async with live_house(tmp_path) as house:
        candidate = await house.live_candidate(name)
        line = (await house.services.roster.candidates(house.exam_id))[0]
        invitation = line.link.partition("#")[2]
        await live_a_life(house, candidate.attempt_id, candidate.token, word, invitation)
        secrets = [candidate.token, house.staff_token, invitation]
    logged = app_log.read_text()
    assert candidate.attempt_id in logged, "the log says nothing of the attempt"
    for secret in [name, "Zebedee", "Quux", word, "ada@example.org", *secrets]:
        assert secret not in logged
    for picture in (ALONE[0], TOGETHER[0]):
        assert repr(picture[20:40])[2:-1] not in logged
    assert "/9j/" not in logged  # how a JPEG begins in base64


async def live_a_life(house: LiveHouse, attempt_id: str, token: str, word: str, invitation: str) -> None:
    candidate_url = f"/api/v1/attempts/{attempt_id}"
    async with house.http() as anybody:
        await anybody.post("/api/v1/join", json={"token": invitation})
        await anybody.post("/api/v1/join", json={"token": invitation[:-3] + "abc"})
        wrong = {"email": "ada@example.org", "password": word}
        await anybody.post("/api/v1/session", json=wrong, headers={"Origin": house.base_url})
    async with (
        house.socket(f"/ws/attempts/{attempt_id}", token) as page,
        house.wall() as wall,
        house.http(house.staff_token) as staff,
    ):
        await page.say(type="hello", protocol=1, instance_id="one")
        await page.next("welcome")
        await page.say(type="chat", client_id="c", text=word)
        await page.next("chat")
        await page.socket.send(json.dumps({"type": "chat", "text": [word]}))
        await page.next("error")
        async with sending(page, TOGETHER):
            await wall.next("update", where=lambda m: m["body"]["type"] == "incident")
        await page.frame(b"\xff\xd8 no picture " + word.encode())
        for action in ("warn", "message"):
            assert (await staff.post(f"{candidate_url}/{action}", json={"text": word})).is_success
        for action in ("pause", "resume", "end"):
            assert (await staff.post(f"{candidate_url}/{action}", json={"reason": word})).is_success
        assert (await staff.post(f"{candidate_url}/pause", json={"reason": word})).status_code == 409
        await staff.get(candidate_url)
        assert (await staff.get("/metrics")).is_success
