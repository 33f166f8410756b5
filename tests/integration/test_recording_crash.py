"""kill -9 of the server in the middle of an upload: the page sends again, and each segment is taken once."""

import asyncio
import contextlib
import hashlib
import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from support.live import LiveHouse, live_house
from support.recordings import film, send_segment
from support.reliability import Account, record

TESTS = Path(__file__).parents[1]
HALF, WHOLE = film(b"half of it is received" * 1000), film(b"written, but in no row")


async def begin_upload(base_url: str, attempt_id: str, token: str, content: bytes) -> asyncio.StreamWriter:
    """Send the head and half of the body, and no more."""
    address = urlsplit(base_url)
    _, writer = await asyncio.open_connection(address.hostname, address.port)
    head = (
        f"PUT /api/v1/attempts/{attempt_id}/recordings/page-1/camera/0 HTTP/1.1\r\nHost: {address.netloc}\r\n"
        f"Authorization: Bearer {token}\r\nContent-Type: video/webm\r\nContent-Length: {len(content)}\r\n"
        f"X-Captured-At: 0\r\nX-Duration-Ms: 10000\r\nX-Sha256: {hashlib.sha256(content).hexdigest()}\r\n\r\n"
    )
    writer.write(head.encode() + content[: len(content) // 2])
    await writer.drain()
    return writer


async def upload(base_url: str, attempt_id: str, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=base_url, headers=headers, trust_env=False, timeout=60) as http:
        with contextlib.suppress(httpx.TransportError):
            await send_segment(http, attempt_id, WHOLE, captured_at=0, seq=1)


async def test_uploads_that_a_crash_cut_off_are_taken_once_when_they_come_again(tmp_path: Path) -> None:
    doomed = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "support.doomed_recorder",
        str(tmp_path),
        env={**os.environ, "PYTHONPATH": str(TESTS)},
        stdout=asyncio.subprocess.PIPE,
    )
    assert doomed.stdout is not None
    writer, uploading = None, None
    try:
        async with asyncio.timeout(60):
            staff_token, exam_id, who, token, url = (await read_line(doomed.stdout, 5)).split()
            writer = await begin_upload(url, who, token, HALF)
            uploading = asyncio.create_task(upload(url, who, token))
            assert await read_line(doomed.stdout, 1, "written")
    finally:
        doomed.kill()
        await doomed.wait()
    await uploading
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()

    before = LiveHouse(None, "", staff_token, exam_id)  # type: ignore[arg-type]
    async with live_house(tmp_path, again=before) as house, house.http(token) as page:
        received = f"/api/v1/attempts/{who}/recordings/received"
        assert (await page.get(received)).json() == {"received": []}
        async with house.http(staff_token) as member:
            index = (await member.get(f"/api/v1/attempts/{who}/recordings")).json()
        assert index["segments"] == []
        written = list(await house.services.evidence.paths(who))
        assert len(written) == 1  # no row names it
        for times in (201, 200):
            for seq, content in enumerate((HALF, WHOLE)):
                answer = await send_segment(page, who, content, captured_at=0, seq=seq)
                assert answer.status_code == times
        assert (await page.get(received)).json()["received"][0]["seqs"] == [0, 1]
        blobs = await house.services.evidence.paths(who)
        assert len(blobs) == 2
        assert set(written) < set(blobs)  # what the crash had left is the segment now
        kept = [
            (await house.services.recordings.content(one.id))[1]
            for one in (await house.services.recording_index.of_attempt(who)).segments
        ]
        assert sorted(kept) == sorted([HALF, WHOLE])
        story = await house.services.review.story(who)
        assert story.chain == "intact"
    account = Account()
    account.sent("segment", [HALF, WHOLE])
    account.stored("segment", kept)
    record(
        "kill -9 of the server in the middle of two uploads",
        candidate="both uploads end without an answer; the page sends them again and each is taken",
        proctor="neither segment until it is whole, then each once",
        account=account,
        how="one body half received, one written but in no row; the bytes of each segment compared; the chain is whole",
    )


async def read_line(stream: asyncio.StreamReader, words: int, exactly: str = "") -> str:
    """The next line of so many words; the server's log is written there too."""
    while line := (await stream.readline()).decode().strip():
        if len(line.split()) == words and exactly in line and not line.startswith("20"):
            return line
    raise AssertionError("the server ended before")
