"""A server that is killed in the middle of an exam: what was acknowledged or shown is still there."""

import asyncio
import os
import sys
from pathlib import Path

from support.live import ALONE, Candidate, Json, LiveHouse, live_house

TESTS = Path(__file__).parents[1]


async def test_a_killed_server_loses_nothing_that_it_had_acknowledged(tmp_path: Path) -> None:
    doomed = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "support.doomed_server",
        str(tmp_path),
        env={**os.environ, "PYTHONPATH": str(TESTS)},
        stdout=asyncio.subprocess.PIPE,
    )
    assert doomed.stdout is not None
    try:
        async with asyncio.timeout(60):
            line = await doomed.stdout.readline()
    finally:
        doomed.kill()
        await doomed.wait()
    staff_token, exam_id, attempt_id, token = line.decode().split()
    before = LiveHouse(None, "", staff_token, exam_id)  # type: ignore[arg-type]
    async with live_house(tmp_path, again=before) as house:
        record = await house.services.attempt_store.attempt(attempt_id)
        assert (record.state, record.connected) == ("live", False)
        assert record.rules_state is not None
        assert record.clock_base_s > 0
        snapshot = await house.services.monitor.snapshot(exam_id)
        assert {"multiple_faces", "clipboard"} <= {incident.signal for incident in snapshot.incidents}
        types = [entry.type for entry in await house.services.attempt_store.log_of_attempt(attempt_id)]
        assert "observation_gap" in types
        assert house.metric("examhall_observation_gap_seconds_total") > 0
        await the_pictures_after_it_are_still_taken(house, Candidate(attempt_id, token, 1))


async def the_pictures_after_it_are_still_taken(house: LiveHouse, candidate: Candidate) -> None:
    incidents = await house.services.attempt_store.incidents_of_attempt(candidate.attempt_id)
    two_faces = next(one for one in incidents if one.signal == "multiple_faces")

    def kept_again(update: Json) -> bool:
        told = update["body"]
        mine = told["type"] == "incident" and told["incident"]["id"] == two_faces.id
        return mine and any(one["captured_at"] >= again for one in told["incident"]["evidence"])

    async with house.wall() as wall, house.page(candidate) as page:
        assert (await page.next("welcome"))["acknowledged_seq"] == 1
        again = min(house.services.clock.now_ms(), two_faces.opened_at + 9_900)  # within its ten seconds
        await page.frame(ALONE[7], captured_at=again)
        await wall.next("update", where=kept_again)
