"""An exam over PostgreSQL, and what pages see when the database goes away in the middle of it."""

from pathlib import Path

import pytest

from support.database_outage import (
    acknowledged,
    chain_is_whole,
    dumped,
    say_event,
    shown_incident,
    through_an_outage,
)
from support.live import TOGETHER, live_house, sending
from support.postgres import Cluster


async def test_an_exam_runs_on_postgresql_from_the_candidates_page_to_the_wall(
    tmp_path: Path, postgres_url: str
) -> None:
    async with live_house(tmp_path, database_url=postgres_url) as house:
        candidate = await house.live_candidate()
        async with house.page(candidate) as page, house.wall() as wall:
            await wall.next("snapshot")
            await page.next("welcome")
            await say_event(page, 1)
            await acknowledged(page, 1)
            async with sending(page, TOGETHER):
                told = await shown_incident(wall, "multiple_faces")
            assert told["attempt_id"] == candidate.attempt_id
            async with house.http(house.staff_token) as http:
                paused = await http.post(
                    f"/api/v1/attempts/{candidate.attempt_id}/pause", json={"reason": "x"}
                )
                assert paused.status_code == 200, paused.text
            await page.next("state", where=lambda m: m["state"] == "paused")
        assert [event.seq for event in (await dumped(postgres_url, candidate)).events] == [1]
        assert await chain_is_whole(house, candidate)
    assert not (tmp_path / "examhall.db").exists()


@pytest.mark.parametrize("way", ["kill", "freeze"])
async def test_an_exam_goes_on_through_seconds_without_its_database(
    tmp_path: Path, postgres_alone: Cluster, way: str
) -> None:
    await through_an_outage(tmp_path, postgres_alone, way, seconds=3.0)
