"""RealtimeKit and Dyte against their interface on loopback: presets, refresh, kick, close, keys that change."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from examhall.adapters.system import SystemClock
from examhall.application.ports.meetings import Booth, MeetingEventKind, MeetingProvider, Present, Seat
from examhall.bootstrap.meetings import build_provider
from examhall.domain.errors import ExamhallError
from examhall.settings import Settings
from support.attempts import HeldClock
from support.hosted_service import HostedService, Meeting
from support.live import live_house
from support.meeting_rigs import (
    TOKEN,
    dyte_service,
    dyte_settings,
    realtimekit_service,
    realtimekit_settings,
)

BOOTH = Booth("exam1", "attempt1")
CANDIDATE = Seat("attempt1", "candidate")
PROCTOR = Seat("watch1", "proctor")
SERVICES = {
    "realtimekit": (realtimekit_service, realtimekit_settings),
    "dyte": (dyte_service, dyte_settings),
}


@pytest.fixture(params=list(SERVICES))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def service(name: str) -> Iterator[HostedService]:
    with SERVICES[name][0]() as running:
        yield running


@pytest.fixture
async def provider(name: str, service: HostedService) -> AsyncIterator[MeetingProvider]:
    async with started(name, service) as built:
        yield built


@contextlib.asynccontextmanager
async def started(
    name: str, service: HostedService, clock: HeldClock | None = None, **changes: str
) -> AsyncIterator[MeetingProvider]:
    settings = Settings(**(SERVICES[name][1](service) | changes))  # type: ignore[arg-type]
    built = build_provider(settings, clock or SystemClock())
    await built.start()
    try:
        yield built
    finally:
        await built.stop()


async def test_a_role_gets_its_preset_and_nobody_is_let_in_twice(
    provider: MeetingProvider, service: HostedService
) -> None:
    first = await provider.issue(BOOTH, CANDIDATE)
    await provider.issue(BOOTH, PROCTOR)
    again = await provider.issue(BOOTH, CANDIDATE)
    assert first.token != again.token
    people = service.meeting(BOOTH.key).people.values()
    assert {one.custom_id: one.preset for one in people} == {
        "attempt1": "examhall-candidate",
        "watch1": "examhall-proctor",
    }
    assert len(people) == 2


async def test_a_token_is_refreshed_for_who_was_let_in_and_for_nobody_else(
    provider: MeetingProvider, service: HostedService
) -> None:
    first = await provider.issue(BOOTH, CANDIDATE)
    assert (await provider.refresh(BOOTH, CANDIDATE)).token != first.token
    with pytest.raises(ExamhallError) as refused:
        await provider.refresh(BOOTH, PROCTOR)
    assert refused.value.code == "not_in_meeting"


async def test_who_is_taken_out_is_kicked_and_has_no_way_back(
    provider: MeetingProvider, service: HostedService
) -> None:
    for seat in (CANDIDATE, PROCTOR):
        await provider.issue(BOOTH, seat)
        service.enter(BOOTH.key, seat.participant_id)
    assert await provider.present(BOOTH) == (Present("attempt1", None), Present("watch1", None))
    await provider.remove(BOOTH, "watch1")
    assert await provider.present(BOOTH) == (Present("attempt1", None),)
    with pytest.raises(ExamhallError) as refused:
        await provider.refresh(BOOTH, PROCTOR)
    assert refused.value.code == "not_in_meeting"
    service.leave(BOOTH.key, "attempt1")
    assert await provider.present(BOOTH) == ()


async def test_a_closed_booth_lets_nobody_in_and_a_later_one_is_another_meeting(
    provider: MeetingProvider, service: HostedService
) -> None:
    await provider.issue(BOOTH, CANDIDATE)
    service.enter(BOOTH.key, "attempt1")
    closed = service.meeting(BOOTH.key)
    await provider.close(BOOTH)
    assert closed.status == "INACTIVE"
    assert not any(one.there for one in closed.people.values())
    await provider.issue(BOOTH, CANDIDATE)
    assert service.meeting(BOOTH.key).id != closed.id


async def test_a_meeting_that_vanished_is_made_again(
    provider: MeetingProvider, service: HostedService
) -> None:
    await provider.issue(BOOTH, CANDIDATE)
    service.meetings.clear()
    await provider.issue(BOOTH, CANDIDATE)
    assert len(service.meetings) == 1


async def test_two_servers_meet_in_the_same_meeting(name: str, service: HostedService) -> None:
    async with started(name, service) as one, started(name, service) as two:
        await one.ensure(BOOTH)
        # What two servers do that look at the same moment and both find none.
        service.meetings["later"] = Meeting("later", BOOTH.key, "2999-01-01T00:00:00+00:00")
        await two.issue(BOOTH, PROCTOR)
        await one.issue(BOOTH, CANDIDATE)
        oldest = min(service.meetings.values(), key=lambda m: m.created_at)
        assert {p.custom_id for p in oldest.people.values()} == {"attempt1", "watch1"}


async def test_a_proctor_may_talk_who_is_there(provider: MeetingProvider) -> None:
    await provider.issue(BOOTH, PROCTOR)
    await provider.talk(BOOTH, "watch1", talking=True)
    with pytest.raises(ExamhallError) as refused:
        await provider.talk(BOOTH, "stranger", talking=True)
    assert refused.value.code == "not_in_meeting"


async def test_wrong_credentials_and_missing_presets_are_said(name: str, service: HostedService) -> None:
    secret = "realtimekit_api_token" if name == "realtimekit" else "dyte_api_key"
    async with started(name, service, **{secret: "wrong-secret"}) as provider:
        reason = await provider.health()
        assert reason
        assert secret.upper() in reason
        assert "wrong-secret" not in reason
    service.presets.remove("examhall-proctor")
    async with started(name, service) as provider:
        reason = await provider.health()
        assert reason
        assert "no preset examhall-proctor" in reason


async def test_a_changed_key_of_reports_is_fetched_but_not_at_every_forgery(
    name: str, service: HostedService
) -> None:
    clock = HeldClock()
    async with started(name, service, clock) as provider:
        old = service.report(MeetingEventKind.JOINED, BOOTH.key, "attempt1", None)
        assert len(await provider.verify_webhook(old.headers, old.body)) == 1
        service.signing_key = rsa.generate_private_key(65537, 2048)
        new = service.report(MeetingEventKind.LEFT, BOOTH.key, "attempt1", None)
        with pytest.raises(ExamhallError):
            await provider.verify_webhook(new.headers, new.body)
        clock.pass_s(61)
        assert len(await provider.verify_webhook(new.headers, new.body)) == 1
        with pytest.raises(ExamhallError):
            await provider.verify_webhook(old.headers, old.body)


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"event":["meeting.ended"],"meeting":7}', b"null"])
async def test_a_signed_report_of_an_unknown_form_means_nothing(
    provider: MeetingProvider, service: HostedService, body: bytes
) -> None:
    assert await provider.verify_webhook(signed(service, body), body) == ()


async def test_a_signed_report_that_is_no_json_is_refused(
    provider: MeetingProvider, service: HostedService
) -> None:
    with pytest.raises(ExamhallError) as refused:
        await provider.verify_webhook(signed(service, b"\xff{"), b"\xff{")
    assert refused.value.code == "webhook_refused"


def signed(service: HostedService, body: bytes) -> dict[str, str]:
    return dict(service.signed(body))


async def test_what_the_provider_cannot_do_is_asked_of_the_page(
    tmp_path: Path, name: str, service: HostedService, capsys: pytest.CaptureFixture[str]
) -> None:
    async with live_house(tmp_path, **SERVICES[name][1](service)) as house:
        candidate = await house.live_candidate()
        at = f"/api/v1/attempts/{candidate.attempt_id}/meeting"
        async with (
            house.wall() as wall,
            house.page(candidate) as page,
            house.http(candidate.token) as http,
            house.http(house.staff_token) as staff,
        ):
            assert (await wall.next("meeting"))["available"]
            await page.next("welcome")
            ticket = (await http.post(f"{at}/join", json={})).json()
            assert (ticket["provider"], ticket["participant_id"]) == (name, candidate.attempt_id)
            booth = Booth(house.exam_id, candidate.attempt_id)
            service.enter(booth.key, candidate.attempt_id)
            view = (await staff.get(at)).json()["participants"]
            expected = {"participant_id": candidate.attempt_id, "candidate": True, "publishes": None}
            assert view == [expected]

            answer = await staff.post(f"{at}/mute", json={"media": "microphone"})
            assert answer.status_code == 204, answer.text
            told = await page.next("meeting")
            assert (told["action"], told["media"]) == ("mute", "microphone")
            assert (await staff.post(f"{at}/remove")).status_code == 204
            assert not any(one.there for one in service.meeting(booth.key).people.values())

            report = service.report(MeetingEventKind.JOINED, booth.key, candidate.attempt_id, None)
            hook = f"/api/v1/meetings/webhooks/{name}"
            for _ in range(2):
                taken = await http.post(hook, content=report.body, headers=dict(report.headers))
                assert taken.status_code == 204, taken.text
            assert house.metric("examhall_meeting_events_total") == 2
            await staff.post(f"/api/v1/attempts/{candidate.attempt_id}/end", json={"reason": "Time to go."})
            await page.closed()
        await house.services.watches.settle()
        assert await house.services.meetings.look() is None
        assert all(m.status == "INACTIVE" for m in service.meetings.values())
        seen = json.dumps(house.house.settings.model_dump(mode="json"), default=str) + capsys.readouterr().out
        for secret in (TOKEN, ticket["token"]):
            assert secret not in seen


async def test_nothing_waits_for_a_provider_that_takes_calls_and_never_answers(tmp_path: Path) -> None:
    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    silent = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    async with silent:
        address = f"http://127.0.0.1:{silent.sockets[0].getsockname()[1]}"
        service = HostedService("", "", "rtk", port=int(address.rpartition(":")[2]))
        async with live_house(tmp_path, **realtimekit_settings(service)) as house, house.wall() as wall:
            told = await wall.next("meeting")
            assert (told["available"], told["reason"]) == (False, "the meeting provider has not answered yet")
            candidate = await house.live_candidate()
            async with house.page(candidate) as page:
                await page.next("welcome")
