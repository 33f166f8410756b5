"""Files that are more than they look: bombs, and pictures that are something else as well."""

import gzip
import io
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from examhall.adapters.detectors.scripted import ScriptedPool
from examhall.adapters.signing import is_signed
from examhall.application.verify_export import verify_export
from examhall.bootstrap.vision import build_vision_pool
from examhall.domain.frame_header import FrameCodec, FrameKind, FrameMessage, pack_frame
from support.live import ALONE, ONE_FACE, TOGETHER, TWO_FACES, live_house, quick_policy, sending
from support.people import MODELS_DIR
from support.pictures import encode, jpeg_claiming, noise, png_header_only
from support.server import Server

MEGABYTE = 1024 * 1024


def webp_claiming(width: int, height: int) -> bytes:
    """A lossless WebP whose header says so much, 14 bits each."""
    bits = (width - 1) | (height - 1) << 14
    body = b"VP8L" + (20).to_bytes(4, "little") + b"\x2f" + bits.to_bytes(4, "little") + bytes(15)
    return b"RIFF" + (4 + len(body)).to_bytes(4, "little") + b"WEBP" + body


def png_of_zeros(width: int, height: int) -> bytes:
    """A whole PNG of a few kB that unpacks to width x height x 3 bytes."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")

    packed = zlib.compress(bytes((1 + 3 * width) * height), 9)
    size = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    head = chunk(b"IHDR", size + b"\x08\x02\x00\x00\x00")
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def frame(codec: FrameCodec, payload: bytes) -> bytes:
    return pack_frame(FrameMessage(FrameKind.CAMERA, codec, 1, 0, payload))


async def test_pictures_that_unpack_to_more_than_a_camera_gives_are_refused_by_their_header(
    tmp_path: Path,
) -> None:
    jpeg = encode(noise(64, 64), ".jpg")
    bombs = [
        (FrameCodec.JPEG, jpeg_claiming(jpeg, 65_500, 65_500)),
        (FrameCodec.JPEG, jpeg_claiming(jpeg, 4_001, 3_000)),
        (FrameCodec.WEBP, webp_claiming(16_383, 16_383)),
    ]
    photos = [
        png_header_only(2**31 - 1, 2**31 - 1),
        png_of_zeros(6_000, 6_000),
        webp_claiming(16_383, 16_383),
    ]
    pool = build_vision_pool(MODELS_DIR, hang_limit_s=20.0)
    async with live_house(tmp_path, vision=pool) as house:
        candidate, invited = await house.live_candidate(), await house.candidate("Bob")
        before = psutil.Process().memory_info().rss
        async with house.page(candidate) as page, house.http(house.staff_token) as staff:
            await page.next("welcome")
            for number, (codec, bomb) in enumerate(bombs):
                await page.socket.send(frame(codec, bomb))
                await page.until(lambda p, n=number: len(p.of("error")) > n)
                assert page.of("error")[-1]["code"] == "picture_too_large"
            for bomb in photos:
                url = f"/api/v1/exams/{house.exam_id}/candidates/{invited.attempt_id}/photo"
                answer = await staff.put(url, content=bomb)
                assert (answer.status_code, answer.json()["code"]) == (413, "picture_too_large")
        assert house.services.vision.health().restarts == 0
        assert psutil.Process().memory_info().rss - before < 200 * MEGABYTE


async def test_a_picture_of_the_largest_size_that_is_taken_harms_no_worker(tmp_path: Path) -> None:
    pool = build_vision_pool(MODELS_DIR, hang_limit_s=20.0)
    async with live_house(tmp_path, vision=pool) as house, house.http(house.staff_token) as staff:
        invited = await house.candidate("Bob")
        url = f"/api/v1/exams/{house.exam_id}/candidates/{invited.attempt_id}/photo"
        answer = await staff.put(url, content=png_of_zeros(4_000, 3_000))
        assert answer.json()["code"] == "photo_no_face"
        assert house.services.vision.health().restarts == 0


async def test_packed_bodies_are_not_unpacked(server: Server) -> None:
    bomb = gzip.compress(bytes(200 * MEGABYTE), 9)
    packed = gzip.compress(b'{"email": "a@b", "password": "long enough"}')
    before = psutil.Process().memory_info().rss
    async with server.client() as client:
        for content in (bomb, packed):
            headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
            answer = await client.post("/api/v1/session", content=content, headers=headers)
            assert answer.status_code in {400, 415, 422}
            assert answer.headers["content-type"] == "application/problem+json"
    assert psutil.Process().memory_info().rss - before < 100 * MEGABYTE


@pytest.mark.parametrize("entries", [1, 3])
def test_a_zip_bomb_is_no_export_and_costs_no_memory(entries: int) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("manifest.json", "log.jsonl", "record.json")[:entries]:
            with archive.open(name, "w", force_zip64=True) as file:
                for _ in range(200):
                    file.write(bytes(MEGABYTE))
    assert bomb.tell() < 2 * MEGABYTE
    before = psutil.Process().memory_info().rss
    verdict = verify_export(bomb, is_signed)
    assert verdict.problems
    assert psutil.Process().memory_info().rss - before < 150 * MEGABYTE


def in_a_zip(picture: bytes) -> bytes:
    archive = io.BytesIO(picture)
    archive.seek(0, io.SEEK_END)
    with zipfile.ZipFile(archive, "a") as zipped:
        zipped.writestr("run.exe", b"MZ")
    return archive.getvalue()


def with_comment(picture: bytes, comment: bytes) -> bytes:
    return picture[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + picture[2:]


POLYGLOTS: dict[str, Callable[[bytes], bytes]] = {
    "a page": lambda picture: with_comment(picture, b"<html><script>alert(1)</script>"),
    "a page behind it": lambda picture: picture + b"<!doctype html><script>alert(1)</script>",
    "a program": lambda picture: with_comment(picture, b"*/=alert(1);/*"),
    "a zip": in_a_zip,
}


@pytest.mark.parametrize("what", POLYGLOTS)
async def test_a_picture_that_is_something_else_too_is_given_back_as_a_picture_only(
    tmp_path: Path, what: str
) -> None:
    two = [POLYGLOTS[what](one) for one in TOGETHER]
    pool = ScriptedPool(dict.fromkeys(ALONE, ONE_FACE) | dict.fromkeys(two, TWO_FACES))
    async with live_house(tmp_path, vision=pool, policy=quick_policy()) as house:
        candidate = await house.live_candidate()
        async with house.wall() as wall, house.page(candidate) as page:
            await page.next("welcome")
            async with sending(page, two):
                update = await wall.next(
                    "update",
                    where=lambda m: (
                        m["body"]["type"] == "incident"
                        and any(e["kind"] == "camera" for e in m["body"]["incident"]["evidence"])
                    ),
                )
        evidence = next(e for e in update["body"]["incident"]["evidence"] if e["kind"] == "camera")
        async with house.http(house.staff_token) as staff:
            kept = await staff.get(evidence["url"])
    assert kept.content in two
    assert kept.headers["content-type"] == "image/jpeg"
    assert kept.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in kept.headers["content-security-policy"]
    assert "default-src 'none'" in kept.headers["content-security-policy"]
