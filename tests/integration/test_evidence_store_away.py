"""The evidence store goes away in the middle of an exam and comes back: a real S3 server, killed."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from examhall.bootstrap.house import Replaced, build
from examhall.domain.errors import ExamhallError
from examhall.domain.policy import Recording
from examhall.settings import Settings
from support.exports import unpack, verified
from support.live import TOGETHER, live_house, quick_policy, scripted, sending
from support.recordings import film, send_segment
from support.s3 import S3Server, s3_server
from support.store_outage import evidence_of, through_a_store_outage


@pytest.fixture
def s3() -> Iterator[S3Server]:
    with s3_server() as server:
        yield server


async def test_what_is_kept_waits_for_the_store_and_nothing_is_missing(tmp_path: Path, s3: S3Server) -> None:
    await through_a_store_outage(tmp_path, s3, seconds=1.0)


async def test_a_server_that_ends_while_the_store_is_away_says_what_is_missing(
    tmp_path: Path, s3: S3Server
) -> None:
    async with live_house(tmp_path, policy=quick_policy(), **s3.settings) as house:
        candidate = await house.live_candidate()
        async with house.wall() as wall, house.page(candidate) as page:
            await page.next("welcome")
            s3.stop()
            async with sending(page, TOGETHER):
                await wall.next("update", where=lambda m: m["body"]["type"] == "incident")
    async with live_house(tmp_path, again=house, **s3.settings) as after:
        notes = {e.note for e in await evidence_of(after, candidate.attempt_id)}
        assert "A picture could not be kept: the store did not answer." in notes


async def test_a_server_does_not_start_without_its_bucket(tmp_path: Path, s3: S3Server) -> None:
    url = "s3://another-bucket"
    settings = Settings(data_dir=tmp_path, **s3.settings | {"evidence_url": url})  # type: ignore[arg-type]
    house = build(settings, replaced=Replaced(vision=scripted()))
    with pytest.raises(ExamhallError, match="evidence_store_unusable"):
        async with house.services.running():
            pass


async def test_export_and_erasure_work_on_a_bucket(tmp_path: Path, s3: S3Server) -> None:
    policy = replace(quick_policy(), recording=Recording.CAMERA)
    async with live_house(tmp_path, policy=policy, **s3.settings) as house:
        candidate = await house.live_candidate()
        who = candidate.attempt_id
        async with house.http(candidate.token) as http:
            for seq in range(3):
                answer = await send_segment(http, who, film(b"%d" % seq), captured_at=0, seq=seq)
                assert answer.status_code == 201
        await house.services.attempts.submit(who)
        with await house.services.exports.export(who, by="command line") as content:
            files = unpack(content.read())
        assert verified(files).problems == ()
        assert len([name for name in files if name.startswith("recording/")]) == 3
        assert len(await house.services.evidence.paths(who)) == 3
        receipt = await house.services.retention.erase_candidate(who, by="x", reason="asked")
        assert receipt.erased["recorded segments"] == 3
        assert await house.services.evidence.paths(who) == []
        with s3.client() as client:
            assert "<Key>" not in client.get("/evidence").text
    assert not (tmp_path / "evidence").exists()
