"""The page of an export in a browser without a server: the recording plays from the folder, nothing else is loaded."""

import asyncio
import base64
import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import Browser, expect

from examhall.adapters.db.recording_store import DbRecordingStore
from examhall.adapters.metrics import PrometheusMetrics
from examhall.application.recordings import Recordings, SegmentNumber, SegmentSaid
from examhall.domain.recording import SegmentKind
from support.attempts import NOON
from support.exports import ADA, archive
from support.recordings import sound

LENGTH_MS = 1_000
FIRST_WAITS_MS = 30_000
RECORD = """async (lengthMs) => {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [160, 120];
  const pen = canvas.getContext('2d');
  const draw = setInterval(() => {
    pen.fillStyle = `hsl(${(performance.now() / 10) % 360} 60% 50%)`;
    pen.fillRect(0, 0, 160, 120);
  }, 50);
  const recorder = new MediaRecorder(canvas.captureStream(20), {mimeType: 'video/webm;codecs=vp8'});
  const data = new Promise((done) => { recorder.ondataavailable = (event) => done(event.data); });
  recorder.start();
  await new Promise((done) => setTimeout(done, lengthMs));
  recorder.stop();
  clearInterval(draw);
  const bytes = new Uint8Array(await (await data).arrayBuffer());
  return btoa(bytes.reduce((text, byte) => text + String.fromCharCode(byte), ''));
}"""


async def exported(folder: Path, pieces: Sequence[tuple[SegmentKind, bytes]]) -> None:
    """Ada's attempt with these, a second apart with a gap before the last, unpacked into the folder."""
    (folder / "data").mkdir()
    async with archive(folder / "data") as made:
        world = made.world
        async with world.store.begin(ADA) as tx:  # it was longer than the clock of the tests has moved
            await tx.save_attempt(replace(tx.attempt, over_at=NOON + 20_000))
        recordings = Recordings(
            DbRecordingStore(world.database),
            world.store,
            made.evidence,
            world.clock,
            world.ids,
            PrometheusMetrics(),
        )
        for seq, (kind, content) in enumerate(pieces):
            said = SegmentSaid(NOON + seq * LENGTH_MS, LENGTH_MS, hashlib.sha256(content).hexdigest())
            assert await recordings.take(SegmentNumber(ADA, "page", kind, seq), said, content)
        for name, content in (await made.export()).items():
            (folder / "export" / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / "export" / name).write_bytes(content)


def test_the_recording_plays_from_the_folder(browser: Browser, tmp_path: Path) -> None:
    page = browser.new_page()
    wrong: list[str] = []
    asked: list[str] = []
    page.on("console", lambda said: wrong.append(said.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    film = base64.b64decode(page.evaluate(RECORD, LENGTH_MS))
    with ThreadPoolExecutor(1) as thread:  # this one's loop is the browser's
        work = exported(tmp_path, [(SegmentKind.CAMERA, film), (SegmentKind.AUDIO, sound(1.0))])
        thread.submit(asyncio.run, work).result()
    page.goto((tmp_path / "export" / "index.html").as_uri())
    expect(page.get_by_text("Gap: not recorded by the device")).to_be_visible()
    for tag, number in (("video", 0), ("audio", 1)):
        page.locator("summary").nth(number).click()
        player = page.locator(f"details {tag}")
        expect(player).to_be_visible()
        player.evaluate("one => { one.muted = true; void one.play(); }")
        page.wait_for_function(
            "tag => document.querySelector(`details ${tag}`).currentTime > 0", arg=tag, timeout=FIRST_WAITS_MS
        )
        assert player.evaluate("one => one.error") is None
    page.close()
    # The pictures of this archive are no pictures; a browser says nothing of that.
    assert wrong == []
    assert asked
    assert [url for url in asked if not url.startswith("file://")] == []
