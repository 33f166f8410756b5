"""Exports over HTTP and on the command line."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from examhall.bootstrap.replay import read_recording
from examhall.cli import app
from examhall.domain.observation import PageEventObserved
from examhall.domain.policy import Preset
from examhall.domain.presets import PRESETS
from support.exports import unpack, verified
from support.live import live_house


async def test_a_reviewer_downloads_what_verifies_with_the_published_key(tmp_path: Path) -> None:
    async with live_house(tmp_path) as house, house.http(house.staff_token) as http:
        candidate = await house.live_candidate("Ada")
        key = (await http.get("/api/v1/signing-key")).json()
        answer = await http.get(f"/api/v1/attempts/{candidate.attempt_id}/export")
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/zip"
        assert answer.headers["cache-control"] == "private, no-store"
        files = unpack(answer.content)
        assert verified(files, key["fingerprint"]).problems == ()
        assert verified(files, key["public_key"]).problems == ()
        story = await house.services.review.story(candidate.attempt_id)
        assert story.timeline[-1].words == "The record was exported by Ada"


async def test_what_a_page_reports_is_in_the_chain_once_and_replays_from_the_export(tmp_path: Path) -> None:
    async with live_house(tmp_path) as house, house.http(house.staff_token) as http:
        candidate = await house.live_candidate("Ada")
        async with house.page(candidate) as page:
            await page.next("welcome")
            at = house.services.clock.now_ms()
            for _ in range(2):  # as a page does that did not hear the answer
                await page.say(type="event", seq=1, kind="tab_hidden", page_ms=10.0, occurred_at=at)
            await page.until(lambda p: len(p.of("ack")) == 2)
        files = unpack((await http.get(f"/api/v1/attempts/{candidate.attempt_id}/export")).content)
        lines = [json.loads(line) for line in files["chain.jsonl"].decode().splitlines()]
        (told,) = [json.loads(line["payload"]) for line in lines if line["type"] == "page_events"]
        assert [(one["seq"], one["kind"]) for one in told["events"]] == [(1, "tab_hidden")]
        assert len(files["events.jsonl"].splitlines()) == 1
        (tmp_path / "seen.jsonl").write_bytes(files["observations.jsonl"])
        recording = read_recording(tmp_path / "seen.jsonl", PRESETS[Preset.STANDARD])
        assert any(isinstance(one, PageEventObserved) for one in recording.observations)


async def test_an_admin_hands_out_and_erases_one_candidates_data(tmp_path: Path) -> None:
    async with live_house(tmp_path) as house, house.http(house.staff_token) as http:
        candidate = await house.live_candidate("Ada")
        where = f"/api/v1/attempts/{candidate.attempt_id}"
        answer = await http.get(f"{where}/personal-data")
        assert json.loads(unpack(answer.content)["data.json"])["candidate"]["name"] == "Ada"
        early = await http.request("DELETE", f"{where}/data", json={"reason": "asked for it"})
        assert (early.status_code, early.json()["code"]) == (409, "attempt_running")
        await house.services.attempts.submit(candidate.attempt_id)
        assert (await http.request("DELETE", f"{where}/data", json={"reason": ""})).status_code == 422
        done = await http.request("DELETE", f"{where}/data", json={"reason": "asked for it"})
        assert done.status_code == 200, done.text
        receipt = done.json()
        assert receipt["erased"]["names on the roster"] == 1
        head = await house.services.attempt_store.log_head(candidate.attempt_id)
        assert (receipt["chain_entries"], receipt["chain_head"]) == (head.seq, head.hash)
        detail = (await http.get(where)).json()
        assert (detail["card"]["candidate_name"], detail["chain"]) == ("(erased)", "erased")
        assert "asked for it" in detail["timeline"][-1]["words"]


async def test_the_command_line_exports_and_verifies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with live_house(tmp_path) as house:
        candidate = await house.live_candidate("Ada")
        key = house.services.exports.signer.public_key.hex()
    monkeypatch.chdir(tmp_path)
    Path("trusted.txt").write_text(key)
    run = CliRunner().invoke
    made = await _in_thread(
        lambda: run(app, ["export", candidate.attempt_id, "--out", "a.zip", "--data-dir", str(tmp_path)])
    )
    assert made.exit_code == 0, made.output
    assert Path("a.zip").stat().st_mode & 0o777 == 0o600
    whole = await _in_thread(lambda: run(app, ["verify", "a.zip", "--key", "trusted.txt"]))
    assert (whole.exit_code, "WHOLE" in whole.output) == (0, True), whole.output
    foreign = await _in_thread(lambda: run(app, ["verify", "a.zip", "--key", "00" * 32]))
    assert (foreign.exit_code, "BROKEN" in foreign.output) == (1, True)
    again = await _in_thread(
        lambda: run(app, ["export", candidate.attempt_id, "--out", "a.zip", "--data-dir", str(tmp_path)])
    )
    assert again.exception is not None
    assert "file_not_writable" in str(again.exception)


async def _in_thread(call):  # type: ignore[no-untyped-def]
    from asyncio import to_thread

    return await to_thread(call)
