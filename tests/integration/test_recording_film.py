"""One film of real webm pieces, by Debian's ffmpeg."""

import json
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from anyio.to_thread import run_sync
from typer.testing import CliRunner, Result

from examhall.cli import app
from examhall.domain.policy import Preset, Recording
from examhall.domain.presets import PRESETS
from support.live import live_house
from support.recordings import send_segment, sound

RECORDED = replace(PRESETS[Preset.STANDARD], recording=Recording.CAMERA)
SECONDS = 2


def real_film(folder: Path, number: int, streams: Sequence[str]) -> bytes:
    """Two seconds and a bit of a test picture with a tone, VP8 and Opus, as a page's recorder makes them.

    streams: their order in the file, "0" the picture, "1" the sound; browsers write either first.
    """
    file = folder / f"made-{number}.webm"
    made = ["-f", "lavfi", "-i", f"testsrc=size=160x120:rate=10:duration={SECONDS}.2"]
    made += ["-f", "lavfi", "-i", f"sine=frequency={440 + 50 * number}:duration={SECONDS}.2"]
    order = [word for one in streams for word in ("-map", one)]
    form = [
        "-c:v",
        "libvpx",
        "-b:v",
        "100k",
        "-g",
        "20",
        "-deadline",
        "realtime",
        "-c:a",
        "libopus",
        "-ac",
        "1",
    ]
    subprocess.run(["ffmpeg", "-nostdin", "-loglevel", "error", *made, *order, *form, str(file)], check=True)
    return file.read_bytes()


def probed(file: Path) -> dict[str, Any]:
    asked = ["-show_entries", "format=duration:stream=codec_name", "-count_packets", "-of", "json"]
    ran = subprocess.run(
        ["ffprobe", "-loglevel", "error", *asked, str(file)], check=True, capture_output=True
    )
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


async def said(*words: str) -> Result:
    return await run_sync(CliRunner().invoke, app, list(words))


@pytest.fixture
def films(tmp_path: Path) -> Sequence[bytes]:
    orders = (["0", "1"], ["1", "0"], ["0"])
    return [real_film(tmp_path, number, order) for number, order in enumerate(orders)]


async def test_pieces_become_one_film_with_its_gaps_beside_it(tmp_path: Path, films: Sequence[bytes]) -> None:
    data = tmp_path / "data"
    async with live_house(data, policy=RECORDED) as house:
        ada = await house.live_candidate("Ada")
        who, now = ada.attempt_id, house.services.clock.now_ms()
        async with house.services.attempt_store.begin(who) as tx:
            await tx.save_attempt(replace(tx.attempt, live_at=now - 60_000))
        began = now - 60_000
        async with house.http(ada.token) as http:
            # The second begins before the first has ended; the third comes after a gap.
            for seq, at in enumerate((0, 2_000, 10_000)):
                length = SECONDS * 1000 + 200
                answer = await send_segment(
                    http, who, films[seq], captured_at=began + at, seq=seq, duration_ms=length
                )
                assert answer.status_code == 201
            late = await send_segment(http, who, sound(1), captured_at=began + 5_000, kind="audio")
            assert late.status_code == 201
        await house.services.attempts.submit(who)
    out, heard = tmp_path / "film.webm", tmp_path / "late.wav"
    words = ("recording", who, "--data-dir", str(data))
    done = await said(*words, "--out", str(out))
    assert done.exit_code == 0, done.output
    film = probed(out)
    assert sorted(s["codec_name"] for s in film["streams"]) == ["opus", "vp8"]
    assert abs(float(film["format"]["duration"]) - (2 + 2.2 + 2.2)) < 0.3
    command = ["ffmpeg", "-nostdin", "-v", "error", "-i", str(out), "-f", "null", "-"]
    seen = subprocess.run(command, capture_output=True, check=True)  # noqa: ASYNC221 - a moment
    # Every picture and every sound of it can be decoded; the muxer that writes nothing has its own complaints.
    assert [line for line in seen.stderr.splitlines() if not line.startswith(b"[null @")] == []
    told = out.with_name("film.webm.txt").read_text()
    assert "00:00:02.000" in told
    assert ", device, 00:00:04.200" in told
    assert out.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.glob(".pieces-*")) == []

    assert (await said(*words, "--out", str(heard), "--kind", "audio")).exit_code == 0
    assert abs(float(probed(heard)["format"]["duration"]) - 1) < 0.05
    again = await said(*words, "--out", str(out))
    assert again.exit_code != 0
    nothing = await said(*words, "--out", str(tmp_path / "screen.webm"), "--kind", "screen")
    assert nothing.exit_code != 0
    async with live_house(data, again=house) as after:
        story = await after.services.review.story(who)
        assert story.chain == "intact"
        assert [line.type for line in story.timeline].count("exported") == 2


async def test_without_the_program_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    done = await said("recording", "x", "--out", str(tmp_path / "film.webm"), "--data-dir", str(tmp_path))
    assert done.exit_code != 0
    assert "ffmpeg_missing" in repr(done.exception) + done.output
