"""A shadow signal through a whole attempt: counted and measured, and seen, told and kept nowhere."""

import json
from dataclasses import replace
from pathlib import Path

from examhall.application.notice import MEASURED_ONLY
from examhall.domain.policy import Policy, Signal
from support.live import ALONE, TOGETHER, live_house, quick_policy, sending

SHADOW = Signal.MULTIPLE_FACES


def shadowing() -> Policy:
    """As loud as a signal can be, were it not in the shadow."""
    policy = quick_policy()
    loud = replace(policy.signals[SHADOW], shadow=True, warn=True, alert=True, pause=True, release_s=0.5)
    return replace(policy, signals=dict(policy.signals) | {SHADOW: loud})


async def test_nobody_is_shown_or_told_of_it_and_nothing_happens(tmp_path: Path) -> None:
    async with live_house(tmp_path, policy=shadowing()) as house:
        services = house.services
        candidate = await house.live_candidate()
        async with house.wall() as wall, house.page(candidate) as page:
            await page.next("welcome")
            async with sending(page, TOGETHER):
                await wall.until(lambda _: house.metric("examhall_shadow_incidents_total") >= 1)
            async with sending(page, ALONE):
                await wall.until(lambda _: house.metric("examhall_shadow_incident_seconds_total") > 0.3)
            await services.attempts.submit(candidate.attempt_id)
            await page.next("state", where=lambda m: m["state"] == "submitted")
            await wall.next("update", where=lambda m: m["body"]["attempt"]["state"] == "submitted")
        told = json.dumps([*page.messages, *wall.messages])
        async with house.http(house.staff_token) as http:
            for url in (
                f"/api/v1/exams/{house.exam_id}/wall",
                f"/api/v1/exams/{house.exam_id}/review",
                f"/api/v1/attempts/{candidate.attempt_id}",
            ):
                answer = await http.get(url)
                assert answer.status_code == 200
                told += answer.text.replace("We see more than one face.", "")  # a warning that staff may send
        assert SHADOW.value not in told
        assert "more than one face" not in told.replace("We see more than one face.", "")
        assert house.metric("examhall_evidence_kept_total") == 0
        assert await services.attempt_store.warnings_of_attempt(candidate.attempt_id) == []
        assert await services.attempt_store.incidents_of_attempt(candidate.attempt_id) == []
        log = {line.type for line in await services.attempt_store.log_of_attempt(candidate.attempt_id)}
        assert not log & {"incident_opened", "incident_closed", "warning_given", "paused", "evidence_kept"}


async def test_the_notice_says_that_it_is_measured(tmp_path: Path) -> None:
    async with live_house(tmp_path, policy=shadowing()) as house:
        candidate = await house.candidate()
        async with house.http(candidate.token) as http:
            room = (await http.get(f"/api/v1/attempts/{candidate.attempt_id}/room")).json()
        said = {one["signal"]: one["sentence"] for one in room["notice"]["watched"]}
        assert said[SHADOW.value].endswith(MEASURED_ONLY)
        assert MEASURED_ONLY not in said[Signal.NO_FACE.value]
        assert "deleted 24 hours after" in said[Signal.DIFFERENT_PERSON.value]
