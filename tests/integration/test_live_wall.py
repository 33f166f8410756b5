"""The wall: snapshot plus updates is a fresh snapshot; resume; live views between two ends and no third."""

import asyncio
import contextlib
import random
from pathlib import Path

import pytest

from examhall.domain.errors import ExamhallError
from examhall.domain.incident import Verdict
from support.live import ALONE, TOGETHER, Candidate, Json, LiveHouse, Page, live_house, sending


class Mirror:
    """What a wall's page keeps: whole objects replace whole objects."""

    def __init__(self, snapshot: Json) -> None:
        self.exam = snapshot["exam"]
        self.attempts = {a["attempt_id"]: a for a in snapshot["attempts"]}
        self.incidents = {i["id"]: i for i in snapshot["incidents"]}
        self.chat = {m["id"]: m for m in snapshot["chat"]}
        self.update_id = snapshot["update_id"]

    def apply(self, update: Json) -> None:
        assert update["update_id"] > self.update_id
        self.update_id = update["update_id"]
        body = update["body"]
        match body["type"]:
            case "attempt":
                self.attempts[body["attempt"]["attempt_id"]] = body["attempt"]
            case "incident":
                self.incidents[body["incident"]["id"]] = body["incident"]
            case "chat":
                self.chat[body["message"]["id"]] = body["message"]
            case "exam":
                self.exam = body["exam"]

    def shown(self) -> Json:
        """All that is shown; `clock.server_now` is the moment of asking, not a fact of the attempt."""
        attempts = [
            {**a, "clock": {**a["clock"], "server_now": 0}}
            for a in sorted(self.attempts.values(), key=lambda a: a["number"])
        ]
        return {
            "exam": self.exam,
            "attempts": attempts,
            "incidents": sorted(self.incidents.values(), key=lambda i: (i["opened_at"], i["id"])),
            "chat": sorted(self.chat.values(), key=lambda m: (m["at"], m["id"])),
        }


async def mirrored(wall: Page, up_to: int, mirror: Mirror | None = None) -> Mirror:
    """The page's picture after it has heard of everything up to an update id."""

    def newest(page: Page) -> int:
        ids = [m["update_id"] for m in page.messages if m["type"] in {"snapshot", "update", "resumed"}]
        return max(ids, default=-1)

    await wall.until(lambda page: newest(page) >= up_to)
    for message in wall.messages:
        if message["type"] == "snapshot":
            mirror = Mirror(message)
        elif message["type"] == "update" and mirror is not None and message["update_id"] > mirror.update_id:
            mirror.apply(message)
    assert mirror is not None
    return mirror


async def anything(house: LiveHouse, candidates: list[Candidate], dice: random.Random, step: int) -> None:
    """One command of staff or candidate, allowed or not."""
    services = house.services
    attempt_id = dice.choice(candidates).attempt_id
    snapshot = await services.monitor.snapshot(house.exam_id)
    staff = (await services.access.staff(house.staff_token)).user_id
    acts = [
        lambda: services.conversation.warn(attempt_id, text=f"warning {step}", staff_id=staff),
        lambda: services.conversation.message(attempt_id, text=f"message {step}", staff_id=staff),
        lambda: services.conversation.message_all(house.exam_id, text=f"to all {step}", staff_id=staff),
        lambda: services.conversation.candidate_says(attempt_id, text=f"chat {step}", client_id=f"{step}"),
        lambda: services.conversation.raise_hand(attempt_id, raised=dice.random() < 0.5),
        lambda: services.attempts.pause(attempt_id, by=staff, reason="dice"),
        lambda: services.attempts.resume(attempt_id, staff_id=staff),
        lambda: services.attempts.give_time(attempt_id, seconds=60, reason="dice", staff_id=staff),
    ]
    if snapshot.incidents:
        incident = dice.choice(snapshot.incidents).id
        verdict = dice.choice(list(Verdict))
        acts.append(lambda: services.review.decide(incident, verdict=verdict, note="dice", staff_id=staff))
    if step > 25:
        acts.append(lambda: services.attempts.submit(attempt_id))
    with contextlib.suppress(ExamhallError):  # what the state does not allow changes nothing
        await dice.choice(acts)()


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_a_snapshot_and_its_updates_equal_a_fresh_snapshot(tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)
    async with live_house(tmp_path) as house:
        candidates = [await house.live_candidate(name) for name in ("Ada", "Alan", "Grace")]
        async with house.wall() as early, contextlib.AsyncExitStack() as stack:
            await early.next("snapshot")
            for candidate in candidates[:2]:
                page = await stack.enter_async_context(house.page(candidate, f"page-{candidate.number}"))
                await page.next("welcome")
                await stack.enter_async_context(sending(page, TOGETHER if candidate.number == 1 else ALONE))
            for step in range(40):
                await anything(house, candidates, dice, step)
                if step == 20:
                    with contextlib.suppress(ExamhallError):  # it may not be paused at all
                        await house.services.attempts.resume(candidates[0].attempt_id, staff_id="dice")
                    await early.next("update", where=lambda m: m["body"]["type"] == "incident")
            await stack.aclose()
            await all_over(house, candidates)
            async with house.wall() as fresh:
                snapshot = await fresh.next("snapshot")
                mirror = await mirrored(early, snapshot["update_id"])
                assert snapshot["update_id"] > 20
                assert mirror.shown() == Mirror(snapshot).shown()


async def all_over(house: LiveHouse, candidates: list[Candidate]) -> None:
    """End what runs, and wait until every session has said all it had to say."""
    for candidate in candidates:
        with contextlib.suppress(ExamhallError):
            await house.services.attempts.end(candidate.attempt_id, staff_id="dice")
    async with asyncio.timeout(20):
        while house.services.live.running:  # noqa: ASYNC110  a condition with a time limit
            await asyncio.sleep(0.05)


async def test_a_wall_resumes_after_its_last_id_and_misses_nothing(tmp_path: Path) -> None:
    async with live_house(tmp_path) as house:
        candidate = await house.live_candidate()
        talk = house.services.conversation
        async with house.wall() as wall:
            mirror = Mirror(await wall.next("snapshot"))
        for number in range(5):
            await talk.candidate_says(candidate.attempt_id, text=f"{number}", client_id=f"{number}")
        async with house.wall(last_update_id=mirror.update_id) as wall:
            resumed = await wall.next("resumed")
            assert resumed["update_id"] == mirror.update_id
            head = await house.services.attempt_store.outbox_head(house.exam_id)
            mirror = await mirrored(wall, head, mirror)
            assert not wall.of("snapshot")
        async with house.wall() as fresh:
            assert mirror.shown() == Mirror(await fresh.next("snapshot")).shown()
        async with house.wall(last_update_id=10_000_000) as wall:  # of another life of this exam
            await wall.next("snapshot")


async def test_nobody_looks_nothing_is_sent_and_load_is_told(tmp_path: Path) -> None:
    async with live_house(tmp_path) as house:
        candidate = await house.live_candidate()
        assert not house.services.bus.has_subscribers(f"thumbnails/{house.exam_id}")
        async with house.wall() as wall, house.page(candidate) as page:
            await page.next("welcome")
            load = await wall.next("load")
            assert load["sampling_interval_s"] == 1.0
            assert load["workers_ready"] == 1


async def test_a_live_view_is_minted_by_the_server_and_relayed_inside_only(tmp_path: Path) -> None:
    async with live_house(tmp_path) as house:
        candidate, other = await house.live_candidate("Ada"), await house.live_candidate("Alan")
        async with (
            house.wall() as wall,
            house.wall() as stranger,
            house.page(candidate) as page,
            house.page(other, "other") as outsider,
        ):
            await page.next("welcome")
            await outsider.next("welcome")
            await wall.say(type="watch_open", request_id="r1", attempt_id=candidate.attempt_id)
            started = await wall.next("watch_started")
            opened = await page.next("watch_open")
            watch_id = opened["watch_id"]
            assert (started["watch_id"], started["request_id"]) == (watch_id, "r1")
            assert opened["tell"] is True
            offer = {"type": "offer", "sdp": "v=0"}
            await page.say(type="watch_signal", watch_id=watch_id, description=offer, tracks={"0": "camera"})
            heard = await wall.next("watch_signal")
            assert (heard["description"], heard["tracks"]) == (offer, {"0": "camera"})
            await wall.say(
                type="watch_signal", watch_id=watch_id, candidate={"candidate": "c", "sdpMid": "0"}
            )
            assert (await page.next("watch_signal"))["candidate"] == {"candidate": "c", "sdpMid": "0"}
            for intruder in (stranger, outsider):
                await intruder.say(type="watch_signal", watch_id=watch_id, description=offer)
                refused = await intruder.next("error")
                assert (refused["code"], refused["about"]) == ("watch_not_found", watch_id)
            await stranger.say(type="watch_close", watch_id=watch_id)
            await page.say(
                type="watch_signal", watch_id=watch_id, description={"type": "x", "sdp": "y" * 17_000}
            )
            assert (await page.next("error"))["code"] == "signal_too_large"
            await wall.say(type="watch_close", watch_id=watch_id)
            assert (await page.next("watch_close"))["watch_id"] == watch_id
            await page.say(type="watch_signal", watch_id=watch_id, description=offer)
            await page.next("error", where=lambda m: m["code"] == "watch_not_found")
        assert len(wall.of("watch_signal")) == 1
        assert not stranger.of("watch_signal")
        assert not outsider.of("watch_open")


async def consent_again(house: LiveHouse, attempt_id: str) -> None:
    attempts = house.services.attempts
    notice = await attempts.consent_notice(await house.services.attempt_store.attempt(attempt_id))
    await attempts.consent(attempt_id, notice_hash=notice.hash, locale="en")


async def test_live_views_are_limited_and_end_with_either_side_or_the_attempt(tmp_path: Path) -> None:
    async with live_house(tmp_path) as house:
        candidate = await house.live_candidate()
        async with house.wall() as wall:
            await wall.say(type="watch_open", request_id="none", attempt_id=candidate.attempt_id)
            refused = await wall.next("error")
            assert (refused["code"], refused["about"]) == ("candidate_not_connected", "none")
            async with house.page(candidate) as page:
                await page.next("welcome")
                for number in range(4):
                    await wall.say(type="watch_open", request_id=f"{number}", attempt_id=candidate.attempt_id)
                await wall.next("error", where=lambda m: m["code"] == "too_many_watchers")
                assert len(wall.of("watch_started")) == 3
            await wall.until(lambda w: len(w.of("watch_close")) == 3)
            async with house.page(candidate) as page:
                await page.next("welcome")
                async with house.wall() as leaving:
                    await leaving.say(type="watch_open", request_id="x", attempt_id=candidate.attempt_id)
                    await leaving.next("watch_started")
                assert (await page.next("watch_close"))["reason"] == "proctor_left"
                await wall.say(type="watch_open", request_id="c", attempt_id=candidate.attempt_id)
                watched = await wall.next("watch_started", where=lambda m: m["request_id"] == "c")
                await house.services.attempts.withdraw(candidate.attempt_id)
                ended = await wall.next("watch_close", where=lambda m: m["watch_id"] == watched["watch_id"])
                assert ended["reason"] == "consent_withdrawn"
                await consent_again(house, candidate.attempt_id)
                await wall.say(type="watch_open", request_id="y", attempt_id=candidate.attempt_id)
                mine = await wall.next("watch_started", where=lambda m: m["request_id"] == "y")
                await house.services.attempts.submit(candidate.attempt_id)
                ended = await wall.next("watch_close", where=lambda m: m["watch_id"] == mine["watch_id"])
                assert ended["reason"] == "attempt_over"
            after = len(wall.messages)
            await wall.say(type="watch_open", request_id="z", attempt_id=candidate.attempt_id)
            assert (await wall.next("error", after=after))["code"] == "attempt_over"
            await wall.say(type="watch_open", request_id="w", attempt_id="of-another-exam")
            await wall.next("error", where=lambda m: m["code"] == "attempt_not_found")


async def test_strangers_do_not_see_the_wall(tmp_path: Path) -> None:
    async with live_house(tmp_path) as house:
        candidate = await house.live_candidate()
        path = f"/ws/exams/{house.exam_id}/monitor"
        for token in (None, "nonsense", candidate.token):
            async with house.socket(path, token) as wall:
                assert await wall.closed() in {4401, 4403}
        user, _ = await house.services.accounts.add_staff("Eve", "eve@example.org", "proctor")
        link = await house.services.accounts.demo_link(user.id, 60_000)
        login = await house.services.accounts.enter(link.url.partition("#")[2])
        async with house.socket(path, login.token) as wall:
            assert await wall.closed() == 4403
        await house.services.accounts.set_member(house.exam_id, user.id, "reviewer")
        async with house.socket(path, login.token) as wall:
            await wall.say(type="hello", protocol=1)
            await wall.next("snapshot")
            await wall.say(type="watch_open", request_id="r", attempt_id=candidate.attempt_id)
            assert (await wall.next("error"))["code"] == "not_allowed"
