"""Simulated candidates against a real server, and the demo as people start it."""

import asyncio
import json
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect

from examhall.bootstrap.simulation import Member, Scene, Step, start_crowd
from examhall.settings import Settings
from support.people import MODELS_DIR
from support.served import EXAMHALL, LIMIT_S, Served

ENDS_WITHIN_S = 60.0


@pytest.fixture
def served(tmp_path: Path):
    running = Served(tmp_path)
    running.start()
    try:
        running.wait_until_it_answers()
        running.set_up()
        yield running
    finally:
        running.close()


async def _incident_of(served: Served, exam_id: str, signal: str):
    """What the proctor's page is told first of this signal; a drawn scene may hold other things too."""
    cookies = "; ".join(f"{one.name}={one.value}" for one in served.proctor.http.cookies.jar)
    url = f"{served.base_url.replace('http', 'ws', 1)}/ws/exams/{exam_id}/monitor"
    headers = {"Cookie": cookies, "Origin": served.base_url}
    async with asyncio.timeout(LIMIT_S), connect(url, additional_headers=headers) as socket:
        await socket.send(json.dumps({"type": "hello", "protocol": 1}))
        async for text in socket:
            message = json.loads(text) if isinstance(text, str) else {}
            if message.get("type") == "update" and message["body"]["type"] == "incident":
                incident = message["body"]["incident"]
                if incident["signal"] == signal:
                    return incident
    raise AssertionError("the socket was closed")


async def test_a_second_person_opens_an_incident_and_every_event_is_stored(served: Served) -> None:
    exam_id = served.exam()
    invited = served.invite(exam_id, "Ingrid Solberg")
    steps = (
        Step(1.0),
        Step(1.0, tab_visible=False),
        Step(1.5, tab_visible=False, connected=False),
        Step(300.0, Scene.SECOND_PERSON),
    )
    crowd = await start_crowd(Settings(models_dir=MODELS_DIR), (Member(invited.link, number=1, steps=steps),))
    try:
        incident = await _incident_of(served, exam_id, "multiple_faces")
    finally:
        report = await crowd.stop()
    assert incident["words"].startswith("2 faces for ")

    (member,) = report.members
    assert member.error is None
    assert member.tally.connections == 2
    assert member.tally.events_sent == 4  # camera and microphone on, tab away and back
    assert member.tally.events_acknowledged == 4
    card = served.detail(invited.attempt_id)["card"]
    assert card["sharing"] == {"camera": True, "microphone": True, "screen": False}


async def test_one_who_cannot_join_says_why_and_stops_nobody(served: Served) -> None:
    good = served.invite(served.exam(), "Amara Okafor")
    altered = f"{good.link[:-2]}xx"
    settings = Settings(models_dir=MODELS_DIR)
    crowd = await start_crowd(settings, (Member(altered), Member(good.link)), duration_s=4)
    refused, fine = (await crowd.ended()).members
    assert refused.error is not None
    assert refused.error.startswith("join_refused")
    assert fine.error is None
    assert fine.tally.frames_sent > 0


def test_simulate_tells_what_it_did(served: Served) -> None:
    invited = served.invite(served.exam(), "Leila Haddad")
    done = subprocess.run(
        [EXAMHALL, "simulate", invited.link, "--behaviour", "behaves", "--duration", "4"],
        capture_output=True, text=True, timeout=ENDS_WITHIN_S, check=True,
    )  # fmt: skip
    assert "2 events (2 acknowledged)" in done.stdout
    assert served.detail(invited.attempt_id)["card"]["state"] == "live"


@pytest.mark.parametrize("missing", ["aiortc", "av"])
def test_without_the_extra_the_message_names_it(missing: str) -> None:
    program = f"import sys; sys.modules[{missing!r}] = None; from examhall.__main__ import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", program, "simulate", "http://127.0.0.1:9/join#token"],
        capture_output=True, text=True, timeout=ENDS_WITHIN_S, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "examhall[simulate]" in done.stderr
    assert "[simulate_extra_missing]" in done.stderr


# ---- the demo ------------------------------------------------------------------------------------


def _demo(tmp_path: Path, *options: str) -> subprocess.Popen[str]:
    # Its throw-away folder is made in ours, so that we see whether it goes away.
    environment = {"PATH": "/usr/bin:/bin", "TMPDIR": str(tmp_path), "EXAMHALL_MODELS_DIR": str(MODELS_DIR)}
    return subprocess.Popen(
        [EXAMHALL, "demo", *options],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment,
    )  # fmt: skip


def test_demo_links_answer_and_it_ends_by_itself_without_a_trace(tmp_path: Path) -> None:
    demo = _demo(tmp_path, "--json", "--port", "0", "--duration", "6", "--candidates", "2")
    assert demo.stdout is not None
    links = json.loads(demo.stdout.readline())
    assert list(links) == ["base_url", "proctor_url", "candidate_url", "exam_id"]
    with httpx.Client(base_url=links["base_url"], trust_env=False, timeout=LIMIT_S) as http:
        http.headers["Origin"] = links["base_url"]
        for link in (links["proctor_url"], links["candidate_url"]):
            page = http.get(link)
            assert page.status_code == 200
            assert page.headers["content-type"].startswith("text/html")
        token = links["proctor_url"].partition("/enter#")[2]
        assert http.post("/api/v1/session/link", json={"token": token}).json()["role"] == "proctor"
        (exam,) = http.get("/api/v1/exams").json()
        assert exam["id"] == links["exam_id"]
        assert exam["counts"]["candidates"] == 3  # two simulated ones and the visitor
    assert list(tmp_path.glob("examhall-demo-*"))

    rest, errors = demo.communicate(timeout=ENDS_WITHIN_S)
    assert (demo.returncode, rest) == (0, ""), errors
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_demo_ends_tidily_when_told(tmp_path: Path, number: signal.Signals) -> None:
    demo = _demo(tmp_path, "--port", "0", "--candidates", "1", "--no-open")
    assert demo.stdout is not None
    while "Ctrl-C ends it" not in (line := demo.stdout.readline()):
        assert line, demo.communicate()[1]
    demo.send_signal(number)
    rest, errors = demo.communicate(timeout=ENDS_WITHIN_S)
    assert demo.returncode == 0, errors
    assert "its data folder is gone" in rest
    assert list(tmp_path.iterdir()) == []


def test_demo_says_so_when_the_port_is_taken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        demo = _demo(tmp_path, "--json", "--port", str(port))
        said, errors = demo.communicate(timeout=ENDS_WITHIN_S)
    assert (demo.returncode, said) == (1, "")
    assert f"port {port}" in errors
    assert "[port_taken]" in errors
    assert list(tmp_path.iterdir()) == []
