"""The camera check of a running attempt: through the socket, into the store, to the proctor, and back at a restart."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path

from examhall.adapters.detectors.scripted import ScriptedFrame, ScriptedPool
from examhall.application.biometrics import BiometricRetention
from examhall.application.ports.vision import FrameAnalysis, FrameJob, PoolHealth
from examhall.domain.check_in import CheckInStep, StepState
from examhall.domain.frame_header import FrameCodec, FrameKind, FrameMessage, pack_frame
from examhall.domain.observation import Detector
from examhall.domain.policy import Policy, Signal
from examhall.domain.rules.codec import state_from_json
from support.attempts import HeldClock
from support.live import ALONE, ONE_FACE, Candidate, Json, LiveHouse, live_house, quick_policy, sending
from support.sitter import SITTER, STRANGERS, Sitter, sitter_pool


def watching(*signals: Signal) -> Policy:
    """Only these signals, with holds of a moment and looks at every frame."""
    policy = quick_policy()
    scan = replace(policy.scan, identity_period_s=0.5, objects_period_s=0.5, head_period_s=0.5)
    rules = {s: replace(r, enabled=s in signals) for s, r in policy.signals.items()}
    return replace(policy, signals=rules, scan=scan)


async def consented(house: LiveHouse, name: str = "Alan") -> Candidate:
    candidate = await house.candidate(name)
    attempts = house.services.attempts
    notice = await attempts.consent_notice(await house.services.attempt_store.attempt(candidate.attempt_id))
    await attempts.consent(candidate.attempt_id, notice_hash=notice.hash, locale="en")
    return candidate


def is_card(message: Json) -> bool:
    body = message["body"]
    assert isinstance(body, dict)
    return body["type"] == "attempt" and body["attempt"]["check_in"] is not None


EVERYTHING = (Signal.NO_FACE, Signal.LOOKING_AWAY, Signal.DIFFERENT_PERSON, Signal.SPOOF, Signal.SPEECH)


async def test_a_whole_check_is_kept_told_to_the_proctor_and_recalled(tmp_path: Path) -> None:
    async with live_house(tmp_path, vision=sitter_pool(), policy=watching(*EVERYTHING)) as house:
        candidate = await consented(house)
        async with house.wall() as wall, house.page(candidate) as page:
            sitter = Sitter(page)
            await page.next("welcome")
            await page.say(type="check_in")
            async with sitter.sitting():
                await sitter.step("face", "passed")
                burst = await page.next("burst")
                assert (burst["interval_s"], burst["for_s"]) == (0.2, 2.0)
                await page.say(type="check_in", step="calibrate")
                await sitter.step("challenge", "running")
                await sitter.step("voice", "running")
            await sitter.read_aloud()
            done = await page.next("check_in", where=lambda m: m["step"] == "done")
            assert all(one["trusted"] for one in done["detectors"])
            assert {one["detector"] for one in done["detectors"]} >= {"identity", "gaze", "speech"}
            update = await wall.next("update", where=is_card)
            card = update["body"]["attempt"]
            assert card["detectors_off"] == []
            assert {one["state"] for one in card["check_in"]["steps"]} == {"passed"}
            story = await house.services.review.story(candidate.attempt_id)
            assert "Camera check done" in [line.words for line in story.timeline]
            await house.services.attempts.ready(candidate.attempt_id)
        everything_said = json.dumps([*page.messages, *wall.messages])
    async with live_house(tmp_path, vision=sitter_pool(), again=house) as again:
        async with again.wall() as wall, again.page(candidate, "page-2") as page:
            welcome = await page.next("welcome")
            assert welcome["state"] == "live"
            async with sending(page, STRANGERS):
                opened = await wall.next("update", where=lambda m: m["body"]["type"] == "incident")
            assert opened["body"]["incident"]["signal"] == "different_person"
        everything_said += json.dumps([*page.messages, *wall.messages])
        lines = "".join(await again.services.attempt_store.observations_of_attempt(candidate.attempt_id))
        assert lines.count('"calibrated"') >= 2
    digits = [f"{number:.4f}"[:6].rstrip("0") for number in SITTER[1:9]]
    for place, text in (("messages", everything_said), ("observations", lines)):
        assert sum(one in text for one in digits) < len(digits), f"an embedding is in the {place}"
        assert "embedding" not in text
        assert "template" not in text


async def test_what_is_skipped_is_off_and_the_exam_begins_all_the_same(tmp_path: Path) -> None:
    async with live_house(tmp_path, vision=sitter_pool(), policy=watching(*EVERYTHING)) as house:
        candidate = await consented(house)
        async with house.page(candidate) as page:
            await page.say(type="check_in")
            await page.next("check_in")
            await page.say(type="check_in", step="face", skip=True)
            await page.next("check_in", where=lambda m: m["step"] == "calibrate")
            await house.services.attempts.ready(candidate.attempt_id)
            await page.next("check_in", where=lambda m: m["step"] == "done")
            await page.say(type="check_in", step="face")
            refused = await page.next("error")
            assert (refused["code"], refused["about"]) == ("check_in_not_expected", "check_in")
        card = await house.services.monitor.card(candidate.attempt_id)
        assert card.state == "live"
        off = {one.detector for one in card.detectors_off}
        assert off == {Detector.GAZE, Detector.IDENTITY, Detector.SPEECH}
        assert card.check_in is not None
        assert {one.state for one in card.check_in.steps} == {StepState.SKIPPED}
        attempt = await house.services.attempt_store.attempt(candidate.attempt_id)
        assert set(state_from_json(attempt.rules_state).detectors_off) == off
        assert await house.services.attempt_store.template(candidate.attempt_id) is None


async def test_a_check_over_http_where_sockets_are_blocked(tmp_path: Path) -> None:
    policy = watching(Signal.NO_FACE, Signal.DIFFERENT_PERSON)
    async with live_house(tmp_path, vision=sitter_pool(), policy=policy) as house:
        candidate = await consented(house)
        headers = {"Examhall-Instance": "page-1"}
        async with house.http(candidate.token) as http:
            url = f"/api/v1/attempts/{candidate.attempt_id}"
            begun = await http.post(f"{url}/check-in", json={}, headers=headers)
            assert begun.json()["check_in"]["step"] == "face"
            before = await http.post(f"{url}/check-in", json={"step": "voice"})
            assert (before.status_code, before.json()["code"]) == (422, "check_in_step_unknown")
            answer = begun.json()
            for number in range(200):
                message = FrameMessage(FrameKind.CAMERA, FrameCodec.JPEG, number, 0, ALONE[number % 40])
                posted = await http.post(f"{url}/frames", content=pack_frame(message), headers=headers)
                answer = posted.json()
                if answer["check_in"]["step"] == "done":
                    break
                await asyncio.sleep(answer["sampling_interval_s"])  # as a page does
        assert number < 60, "the page is asked for pictures faster than one a second"
        assert answer["check_in"]["step"] == "done"
        attempt = await house.services.attempt_store.attempt(candidate.attempt_id)
        assert [(s.step, s.state) for s in attempt.check_in.steps] == [(CheckInStep.FACE, StepState.PASSED)]


async def test_there_is_no_check_where_the_policy_has_none(tmp_path: Path) -> None:
    policy = replace(watching(Signal.NO_FACE), camera_check=False)
    async with live_house(tmp_path, vision=sitter_pool(), policy=policy) as house:
        candidate = await consented(house)
        async with house.page(candidate) as page, house.http(candidate.token) as http:
            await page.say(type="check_in")
            assert (await page.next("error"))["code"] == "check_in_not_expected"
            room = await http.get(f"/api/v1/attempts/{candidate.attempt_id}/room")
            assert room.json()["camera_check"] is False


async def test_the_enrolled_face_is_sealed_and_deleted_after_its_time(tmp_path: Path) -> None:
    policy = watching(Signal.NO_FACE, Signal.DIFFERENT_PERSON)
    async with live_house(tmp_path, vision=sitter_pool(), policy=policy) as house:
        services = house.services
        store, clock = services.attempt_store, HeldClock(services.clock.now_ms())
        retention = BiometricRetention(store, services.photos, clock)
        candidate = await consented(house)
        async with house.page(candidate) as page:
            await page.say(type="check_in")
            async with Sitter(page).sitting():
                await page.next("check_in", where=lambda m: m["step"] == "done")
            kept = await store.template(candidate.attempt_id)
            assert kept is not None
            assert kept.key_id == services.keys.blob_key_id
            assert kept.sealed.startswith(b"EXH1")
            await services.attempts.ready(candidate.attempt_id)
            clock.pass_s(10 * 24 * 3600)
            await retention.delete_due()  # not while the attempt runs
            assert await store.template(candidate.attempt_id) is not None
            clock.ms = services.clock.now_ms()
            await services.attempts.submit(candidate.attempt_id)
            clock.pass_s(23 * 3600)
            await retention.delete_due()
            assert await store.template(candidate.attempt_id) is not None
            clock.pass_s(2 * 3600)
            await retention.delete_due()
        assert await store.template(candidate.attempt_id) is None
        story = await services.review.story(candidate.attempt_id)
        assert "identity_template_deleted" in [line.type for line in story.timeline]
        assert story.chain == "intact"


async def test_one_step_that_is_skipped_at_once_is_a_whole_check(tmp_path: Path) -> None:
    async with live_house(tmp_path, vision=sitter_pool(), policy=watching(Signal.DIFFERENT_PERSON)) as house:
        candidate = await consented(house)
        async with house.page(candidate) as page:
            await page.say(type="check_in", step="face", skip=True)
            view = await page.next("check_in")
        assert view["step"] == "done"
        card = await house.services.monitor.card(candidate.attempt_id)
        assert [one.detector for one in card.detectors_off] == [Detector.IDENTITY]


class BusyPool(ScriptedPool):
    """Looks at nothing until it has time, and says how busy it is."""

    def __init__(self) -> None:
        super().__init__({}, ScriptedFrame(ONE_FACE, None, SITTER))
        self._free = asyncio.Event()

    def become_free(self) -> None:
        self._free.set()

    async def analyze(self, job: FrameJob) -> FrameAnalysis:
        await self._free.wait()
        return await super().analyze(job)

    def health(self) -> PoolHealth:
        return replace(super().health(), busy_ratio=0.1 if self._free.is_set() else 1.0)


async def test_a_busy_server_asks_for_less_says_so_and_goes_on(tmp_path: Path) -> None:
    pool = BusyPool()
    async with live_house(tmp_path, vision=pool, policy=watching(Signal.DIFFERENT_PERSON)) as house:
        candidate = await consented(house)
        async with house.page(candidate) as page, sending(page, ALONE):
            await page.say(type="check_in")
            burst = await page.next("burst")
            assert (burst["interval_s"], burst["for_s"]) == (1.0, 4.0)
            await page.next("check_in", where=lambda m: m["advice"] == "server_busy")
            pool.become_free()
            await page.next("burst", where=lambda m: m["interval_s"] == 0.2)
            done = await page.next("check_in", where=lambda m: m["step"] == "done")
            assert done["advice"] is None
            assert {"step": "face", "state": "passed"} in done["steps"]
