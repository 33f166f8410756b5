"""What every meeting provider does."""

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from examhall.application.ports.meetings import Booth, MeetingEventKind, Seat
from examhall.domain.errors import ErrorKind, ExamhallError
from support.meeting_rigs import RIGS, Rig
from support.reports import Report

BOOTH = Booth("exam1", "attempt1")
CANDIDATE = Seat("attempt1", "candidate")
PROCTOR = Seat("watch1", "proctor")


@pytest.fixture(
    params=[pytest.param(name, marks=[pytest.mark.livekit] if name == "livekit" else []) for name in RIGS]
)
async def rig(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Rig]:
    async with RIGS[request.param](tmp_path) as built:
        assert built.provider.name == request.param
        yield built


async def test_a_booth_can_be_made_and_closed_again_and_again(rig: Rig) -> None:
    for _ in range(2):
        await rig.provider.ensure(BOOTH)
        await rig.provider.ensure(BOOTH)
        listed = await rig.provider.booths()
        assert listed == (() if rig.provider.capabilities.signalled else (BOOTH,))
        await rig.provider.close(BOOTH)
        await rig.provider.close(BOOTH)
        assert await rig.provider.booths() == ()


@pytest.mark.parametrize("seat", [CANDIDATE, PROCTOR], ids=lambda seat: seat.role)
async def test_a_way_in_is_for_one_page_ends_in_time_and_shows_no_secret(rig: Rig, seat: Seat) -> None:
    provider = rig.provider
    join = await provider.issue(BOOTH, seat)
    assert (join.provider, join.participant_id) == (provider.name, seat.participant_id)
    assert (join.token is None) == provider.capabilities.signalled
    assert join.expires_at is None or join.expires_at > time.time() * 1000
    again = await provider.refresh(BOOTH, seat)
    assert again.participant_id == seat.participant_id
    assert (again.token is None) == provider.capabilities.signalled
    shown = f"{join!r} {provider!r} {await provider.watch_terms('watch1')!r}"
    for secret in (
        *rig.secrets,
        *filter(None, (join.token,)),
        *(s.credential or "-" for s in join.ice_servers),
    ):
        assert secret not in shown


async def test_two_pages_get_different_ways_in(rig: Rig) -> None:
    one, two = await rig.provider.issue(BOOTH, CANDIDATE), await rig.provider.issue(BOOTH, PROCTOR)
    assert one.participant_id != two.participant_id
    assert one.token is None or one.token != two.token


async def test_nobody_is_there_who_did_not_join(rig: Rig) -> None:
    await rig.provider.issue(BOOTH, CANDIDATE)
    assert await rig.provider.present(BOOTH) == ()
    await rig.provider.remove(BOOTH, "stranger")
    await rig.provider.remove(Booth("exam1", "no such attempt"), "stranger")
    assert await rig.provider.present(Booth("exam1", "no such attempt")) == ()
    if rig.provider.capabilities.mute:
        with pytest.raises(ExamhallError) as refused:
            await rig.provider.mute(BOOTH, "stranger", "microphone")
        assert refused.value.code == "not_in_meeting"


async def test_reports_are_told_in_our_words(rig: Rig) -> None:
    if rig.report is None:
        assert not rig.provider.capabilities.webhooks
        return
    told = rig.report(MeetingEventKind.JOINED, BOOTH.key, "attempt1", None)
    (joined,) = await rig.provider.verify_webhook(told.headers, told.body)
    assert (joined.kind, joined.booth, joined.participant_id) == (MeetingEventKind.JOINED, BOOTH, "attempt1")
    (again,) = await rig.provider.verify_webhook(told.headers, told.body)
    assert again.key == joined.key
    told = rig.report(MeetingEventKind.LEFT, BOOTH.key, "attempt1", None)
    (left,) = await rig.provider.verify_webhook(told.headers, told.body)
    assert left.kind is MeetingEventKind.LEFT
    assert left.key != joined.key
    told = rig.report(MeetingEventKind.ENDED, BOOTH.key, None, None)
    (ended,) = await rig.provider.verify_webhook(told.headers, told.body)
    assert (ended.kind, ended.booth, ended.participant_id) == (MeetingEventKind.ENDED, BOOTH, None)


async def test_reports_of_others_mean_nothing(rig: Rig) -> None:
    if rig.report is None:
        assert not rig.provider.capabilities.webhooks
        return
    told = rig.report(MeetingEventKind.ENDED, "somebody else's room", None, None)
    assert await rig.provider.verify_webhook(told.headers, told.body) == ()


async def test_a_report_with_a_wrong_signature_is_refused(rig: Rig) -> None:
    good = (
        Report({}, b"{}") if rig.report is None else rig.report(MeetingEventKind.ENDED, BOOTH.key, None, None)
    )
    forged = [
        Report(good.headers, good.body.replace(b"exam1", b"exam2") + b" "),
        Report({}, good.body),
        Report(dict.fromkeys(good.headers, ""), good.body),
        Report({name: value[:-6] + "AAAAAA" for name, value in good.headers.items()}, good.body),
        Report(dict.fromkeys(good.headers, "ÿþ not base64 é"), b"\xff\xfe"),
    ]
    for report in forged:
        with pytest.raises(ExamhallError) as refused:
            await rig.provider.verify_webhook(report.headers, report.body)
        assert (refused.value.kind, refused.value.code) == (ErrorKind.UNAUTHENTICATED, "webhook_refused")


async def test_a_service_that_is_down_is_said_to_be_and_returns_by_itself(rig: Rig) -> None:
    assert await rig.provider.health() is None
    if rig.go_down is None or rig.come_back is None:
        assert rig.provider.capabilities.signalled
        return
    rig.go_down()
    reason = await rig.provider.health()
    assert reason
    assert not any(secret in reason for secret in rig.secrets)
    for asking in (
        rig.provider.issue(BOOTH, CANDIDATE),
        rig.provider.close(BOOTH),
        rig.provider.booths(),
        rig.provider.present(BOOTH),
    ):
        with pytest.raises(ExamhallError) as refused:
            await asking
        assert refused.value.code == "meeting_unavailable"
        assert not any(secret in str(refused.value) for secret in rig.secrets)
    rig.come_back()
    assert await rig.provider.health() is None
    assert (await rig.provider.issue(BOOTH, CANDIDATE)).participant_id == "attempt1"
