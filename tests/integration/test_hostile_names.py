"""Names that are paths, pages or formulas, addresses that lead inside: kept and served as text, never followed."""

import asyncio
import contextlib
import csv
import io
import json
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from examhall.adapters.signing import is_signed
from examhall.application.verify_export import verify_export
from support.live import TOGETHER, Candidate, live_house, sending

PATHS = [
    "../../etc/passwd",
    "..\\..\\boot.ini",
    "/etc/shadow",
    "C:\\x",
    "a/../../b",
    "con",
    ".",
    "%2e%2e%2f",
    "~root",
]
WIDE = "\uff1d"  # an equals sign that some spreadsheets take for one
FORMULAS = ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1+2", "\r=1+3", WIDE + "1+1"]
PAGES = [
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    "{{7*7}}",
    "${7*7}",
    "\u202egnp.exe",
    "a\nb",
]


async def test_no_name_becomes_a_path(tmp_path: Path) -> None:
    async with live_house(tmp_path / "data") as house, house.http(house.staff_token) as staff:
        candidates = f"/api/v1/exams/{house.exam_id}/candidates"
        for name in PATHS + PAGES:
            made = await staff.post(candidates, json={"name": name, "ref": name[:100]})
            assert made.status_code == 201, made.text
            assert made.json()["name"] == name.strip()
        line = (await house.services.roster.candidates(house.exam_id))[0]
        joined = await house.services.invites.join(line.link.partition("#")[2])
        await house.go_live(joined.attempt_id)
        record = await house.services.attempt_store.attempt(joined.attempt_id)
        candidate = Candidate(joined.attempt_id, joined.token, record.number)
        async with house.wall() as wall, house.page(candidate) as page:
            await page.next("welcome")
            async with sending(page, TOGETHER):
                await wall.next("update", where=lambda m: m["body"]["type"] == "incident")
        attempt = f"/api/v1/attempts/{candidate.attempt_id}"
        await staff.post(f"{attempt}/end", json={"reason": PATHS[0]})
        for what in ("export", "personal-data"):
            answer = await staff.get(f"{attempt}/{what}")
            assert answer.headers["content-disposition"].count('"') == 2
            assert candidate.attempt_id in answer.headers["content-disposition"]
            with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
                for entry in archive.namelist():
                    assert not entry.startswith(("/", "\\"))
                    assert ".." not in entry
                    assert "passwd" not in entry
    written = [file.relative_to(tmp_path).parts[0] for file in tmp_path.rglob("*")]
    assert set(written) == {"data"}
    assert not any("passwd" in file.name for file in tmp_path.rglob("*"))


@pytest.mark.parametrize("name", [*PATHS, "\0", "evidence/../../x", "record.json\0.html", "x" * 300])
def test_no_name_in_a_zip_is_used(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        info = zipfile.ZipInfo("placeholder")
        info.filename = name
        archive.writestr(info, b"x")
    assert verify_export(packed, is_signed).problems
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "path",
    [
        "/assets/..%2f..%2fsecret", "/assets/..%5c..%5csecret", "/assets/%2e%2e/%2e%2e/secret", "/..%2f.svg",
        "/docs/..%2f..%2fapp.py", "/assets//etc/passwd", "/assets/%00", "/docs/%00.js",
        "/assets/" + "../" * 40 + "etc/passwd",
        "/%2e%2e%2fsecret.svg", "/assets/" + "a" * 5_000, "/docs/" + "a" * 300, "/assets/a%0d%0aSet-Cookie:%20x=1",
    ],
)  # fmt: skip
async def test_no_address_leads_out_of_the_folder(path: str, tmp_path: Path) -> None:
    static = tmp_path / "static"
    (static / "assets").mkdir(parents=True)
    (static / "index.html").write_text("pages")
    for secret in (tmp_path / "secret", tmp_path / "secret.svg", static / ".svg"):
        secret.write_text("the secret")
    async with live_house(tmp_path / "data", static_dir=static) as house:
        host, port = house.base_url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        # By hand: a client would tidy the address up.
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        answer = (await reader.read()).decode(errors="replace")
        writer.close()
        await writer.wait_closed()
    assert answer.split(" ")[1] in {"400", "404"}, answer[:200]
    assert "the secret" not in answer
    assert "root:" not in answer
    assert "\r\nset-cookie: x=1" not in answer.lower()


async def test_cells_stay_text_on_the_way_in_and_are_disarmed_on_the_way_out(tmp_path: Path) -> None:
    async with live_house(tmp_path) as house, house.http(house.staff_token) as staff:
        text = io.StringIO()
        csv.writer(text).writerows([("name", "ref"), *((name, name) for name in FORMULAS + PAGES)])
        path = f"/api/v1/exams/{house.exam_id}/candidates"
        done = (await staff.post(f"{path}/csv", json={"text": text.getvalue()})).json()
        assert done["errors"] == []
        assert [one["name"] for one in done["added"]] == [name.strip() for name in FORMULAS + PAGES]
        candidate = await house.live_candidate()
        for reason in FORMULAS:
            url = f"/api/v1/attempts/{candidate.attempt_id}/credit"
            assert (await staff.post(url, json={"seconds": 1, "reason": reason})).is_success
        sheet = await staff.get("/api/v1/audit/csv")
        assert sheet.headers["content-type"].startswith("text/csv")
        rows = list(csv.reader(io.StringIO(sheet.text, newline="")))
        assert len(rows) > len(FORMULAS)
        dangerous = [
            cell for row in rows for cell in row if cell[:1] in {"=", "+", "-", "@", "\t", "\r", WIDE}
        ]
        assert dangerous == []
        assert any("cmd|" in cell for row in rows for cell in row), "the reasons are not in the sheet"


# ---- addresses that lead inside --------------------------------------------------------------------


@dataclass(slots=True)
class Inside:
    """Something on this machine that the server must never ask."""

    url: str = ""
    asked: list[bytes] = field(default_factory=list)


@asynccontextmanager
async def inside() -> AsyncIterator[Inside]:
    seen = Inside()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.asked.append(await reader.read(100))
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    seen.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield seen


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/", "http://169.254.169.254/latest/meta-data/", "http://10.0.0.1/", "file:///etc/passwd",
        "javascript:alert(1)", "data:text/html,x", "https://user:pw@example.org/", "https://", "//example.org", "ftp://x/",
        "https://exa mple.org/", "HTTPS://", "https://[::1", "https:///etc", "http://localhost.example.org/",
        "http://127.0.0.1.nip.io/", "\thttps://example.org", "https://example.org/\nx", "gopher://x:70/", "https://x:99999/",
    ],
)  # fmt: skip
async def test_content_links_are_https_and_nothing_else(url: str, tmp_path: Path) -> None:
    async with live_house(tmp_path) as house, house.http(house.staff_token) as staff:
        answer = await staff.patch(
            f"/api/v1/exams/{house.exam_id}", json={"content_mode": "frame", "content_url": url}
        )
    assert (answer.status_code, answer.json()["code"]) == (422, "content_url_not_https"), answer.text


async def test_content_links_are_never_followed_by_the_server(tmp_path: Path) -> None:
    async with inside() as secret, live_house(tmp_path) as house, house.http(house.staff_token) as staff:
        exam = f"/api/v1/exams/{house.exam_id}"
        # The only plain address that is taken is this machine's own: a page for the candidate's browser.
        change = {"content_mode": "frame", "content_url": f"{secret.url}/content"}
        assert (await staff.patch(exam, json=change)).is_success
        candidate = await house.live_candidate()
        async with house.http(candidate.token) as http:
            room = await http.get(f"/api/v1/attempts/{candidate.attempt_id}/room")
            assert room.json()["content_url"] == f"{secret.url}/content"
        await staff.get(exam)
        await staff.get(f"/api/v1/attempts/{candidate.attempt_id}/personal-data")
        assert secret.asked == []


async def test_webhooks_name_no_address_that_is_asked(tmp_path: Path) -> None:
    async with inside() as secret, live_house(tmp_path) as house, house.http() as anybody:
        report = {"url": secret.url, "callback": secret.url, "publicKey": secret.url, "iss": secret.url}
        headers = {"Origin": house.base_url, "x-callback": secret.url, "Webhook-Key-Url": secret.url}
        for provider in ("p2p", "livekit", "realtimekit", "dyte", "..%2f", secret.url.replace("/", "%2f")):
            answer = await anybody.post(
                f"/api/v1/meetings/webhooks/{provider}", content=json.dumps(report), headers=headers
            )
            assert 400 <= answer.status_code < 500, answer.text
        assert secret.asked == []
