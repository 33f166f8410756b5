"""Reference photos: what is taken, that none is given out, what the proctor is told, and their end."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from examhall.application.biometrics import BiometricRetention
from examhall.domain.errors import ExamhallError
from examhall.domain.policy import Policy, Signal
from support.attempts import HeldClock
from support.live import ALONE, TOGETHER, Candidate, LiveHouse, live_house, picture, quick_policy
from support.sitter import STRANGERS, Sitter, sitter_pool

NOBODY = picture(900)


def url(house: LiveHouse, attempt_id: str) -> str:
    return f"/api/v1/exams/{house.exam_id}/candidates/{attempt_id}/photo"


def enrolling() -> Policy:
    policy = quick_policy()
    wanted = {Signal.NO_FACE, Signal.DIFFERENT_PERSON}
    return replace(policy, signals={s: replace(r, enabled=s in wanted) for s, r in policy.signals.items()})


async def check_camera(house: LiveHouse, candidate: Candidate) -> tuple[dict[str, object], str]:
    """The last view that the page got, and everything it got."""
    attempts = house.services.attempts
    notice = await attempts.consent_notice(await house.services.attempt_store.attempt(candidate.attempt_id))
    await attempts.consent(candidate.attempt_id, notice_hash=notice.hash, locale="en")
    async with house.page(candidate) as page:
        await page.say(type="check_in")
        async with Sitter(page).sitting():
            done = await page.next("check_in", where=lambda m: m["step"] == "done")
    return done, json.dumps(page.messages)


async def test_a_photo_comes_in_sealed_is_described_and_goes(tmp_path: Path, database_url: str) -> None:
    async with (
        live_house(tmp_path, database_url=database_url, vision=sitter_pool()) as house,
        house.http(house.staff_token) as http,
    ):
        candidate = await house.candidate()
        where = url(house, candidate.attempt_id)
        assert (await http.get(where)).json()["code"] == "photo_not_found"
        put = await http.put(where, content=ALONE[0])
        assert put.status_code == 200
        assert (put.json()["media_type"], put.json()["width"], put.json()["height"]) == (
            "image/jpeg",
            320,
            240,
        )
        assert put.json()["size"] == len(ALONE[0])
        assert (await http.get(where)).json() == put.json()
        roster = await http.get(f"/api/v1/exams/{house.exam_id}/candidates")
        assert [one["has_photo"] for one in roster.json()] == [True]
        files = [file for file in (tmp_path / "evidence").rglob("*") if file.is_file()]
        assert len(files) == 1
        assert files[0].read_bytes().startswith(b"EXH1")
        again = await http.put(where, content=ALONE[1])
        assert again.json()["size"] == len(ALONE[1])
        assert len([file for file in (tmp_path / "evidence").rglob("*") if file.is_file()]) == 1
        assert (await http.delete(where)).status_code == 204
        assert (await http.delete(where)).json()["code"] == "photo_not_found"
        assert not [file for file in (tmp_path / "evidence").rglob("*") if file.is_file()]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (NOBODY, 422, "photo_no_face"),
        (TOGETHER[0], 422, "photo_several_faces"),
        (b"no picture", 422, "not_a_picture"),
        (ALONE[0][:-20], 422, "truncated_picture"),
        (b"GIF89a" + bytes(40), 415, "unsupported_picture"),
        (ALONE[0] + bytes(5 * 1024 * 1024), 413, "photo_too_large"),
    ],
)
async def test_what_is_no_photo_of_one_person_is_refused(
    tmp_path: Path, body: bytes, status: int, code: str
) -> None:
    async with live_house(tmp_path, vision=sitter_pool()) as house, house.http(house.staff_token) as http:
        candidate = await house.candidate()
        refused = await http.put(url(house, candidate.attempt_id), content=body)
        assert (refused.status_code, refused.json()["code"]) == (status, code)
        assert (await http.get(url(house, candidate.attempt_id))).status_code == 404


async def test_a_photo_of_somebody_else_is_for_the_proctor_to_compare_and_stops_nobody(
    tmp_path: Path,
) -> None:
    async with (
        live_house(tmp_path, vision=sitter_pool(), policy=enrolling()) as house,
        house.http(house.staff_token) as http,
    ):
        candidate = await house.candidate()
        await http.put(url(house, candidate.attempt_id), content=STRANGERS[0])
        view, told = await check_camera(house, candidate)
        assert view["advice"] == "photo_differs"
        assert "distance" not in told
        card = await house.services.monitor.card(candidate.attempt_id)
        assert card.check_in is not None
        assert card.check_in.reference_distance == pytest.approx(1.6, abs=0.2)
        assert card.note is not None
        assert card.note.startswith("The face at check-in is unlike the roster's photo (distance 1.")
        assert (await house.services.attempts.ready(candidate.attempt_id)).state == "live"


async def test_a_photo_of_the_candidate_says_nothing(tmp_path: Path) -> None:
    async with (
        live_house(tmp_path, vision=sitter_pool(), policy=enrolling()) as house,
        house.http(house.staff_token) as http,
    ):
        candidate = await house.candidate()
        await http.put(url(house, candidate.attempt_id), content=ALONE[3])
        view, _ = await check_camera(house, candidate)
        assert view["advice"] is None
        card = await house.services.monitor.card(candidate.attempt_id)
        assert card.note is None
        assert card.check_in is not None
        assert card.check_in.reference_distance == pytest.approx(0.0, abs=0.01)


async def test_photos_end_with_the_enrolled_face_or_with_the_candidate(
    tmp_path: Path, database_url: str
) -> None:
    async with (
        live_house(tmp_path, database_url=database_url, vision=sitter_pool()) as house,
        house.http(house.staff_token) as http,
    ):
        services = house.services
        came, never = await house.candidate("Ada"), await house.candidate("Bob")
        for one in (came, never):
            assert (await http.put(url(house, one.attempt_id), content=ALONE[0])).status_code == 200
        removed = await http.delete(f"/api/v1/exams/{house.exam_id}/candidates/{never.attempt_id}")
        assert removed.status_code == 204
        await house.go_live(came.attempt_id)
        await services.attempts.submit(came.attempt_id)
        late = await http.put(url(house, came.attempt_id), content=ALONE[0])
        assert (late.status_code, late.json()["code"]) == (409, "attempt_over")
        clock = HeldClock(services.clock.now_ms())
        retention = BiometricRetention(services.attempt_store, services.photos, clock)
        clock.pass_s(23 * 3600)
        await retention.delete_due()
        assert (await http.get(url(house, came.attempt_id))).status_code == 200
        clock.pass_s(2 * 3600)
        await retention.delete_due()
        assert (await http.get(url(house, came.attempt_id))).status_code == 404
        assert not [file for file in (tmp_path / "evidence").rglob("*") if file.is_file()]
        with pytest.raises(ExamhallError, match="no photo"):
            await services.photos.about(house.exam_id, came.attempt_id)
