"""`examhall serve` as people run it: a process of its own over a data folder, stopped and started again."""

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import httpx

LIMIT_S = 120.0  # of a machine that does other things as well
PASSWORD = "a long enough password"
HOUR_MS = 3_600_000
EXAMHALL = Path(sys.executable).with_name("examhall")

Json = dict[str, object]


class Program:
    """A command of the installed program; its standard output line by line, its log in a file."""

    def __init__(self, *arguments: str, log: Path, settings: dict[str, str] | None = None) -> None:
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._log = log.open("ab")
        self.process = subprocess.Popen(
            [EXAMHALL, *arguments],
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            env=os.environ
            | {"PYTHONFAULTHANDLER": "1"}
            | {f"EXAMHALL_{name.upper()}": value for name, value in (settings or {}).items()},
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line.strip())
        self._lines.put(None)

    def line(self, containing: str = "") -> str:
        """The next line with these words."""
        ends = time.monotonic() + LIMIT_S
        while True:
            line = self._lines.get(timeout=max(0.1, ends - time.monotonic()))
            assert line is not None, f"it ended ({self.process.wait()}); see {self._log.name}"
            if containing in line:
                return line

    def stop(self, *, hard: bool = False) -> None:
        if hard:
            self.process.kill()
        else:
            self.process.terminate()
        try:
            self.process.wait(LIMIT_S)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGABRT)  # its log says where it hangs
            raise
        self._reader.join(LIMIT_S)
        assert self.process.stdout is not None
        self.process.stdout.close()
        self._log.close()


class Caller:
    """One signed-in person or program over HTTP; a refusal is a failure of the test."""

    def __init__(self, base_url: str, headers: Json | None = None) -> None:
        self.http = httpx.Client(
            base_url=base_url,
            headers={"Origin": base_url, **(headers or {})},
            trust_env=False,
            timeout=LIMIT_S,
        )

    def ask(self, method: str, path: str, body: object | None = None, content: bytes | None = None):
        answer = self.http.request(method, f"/api/v1{path}", json=body, content=content)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def cookies_for_browser(self) -> list[Json]:
        return [
            {"name": c.name, "value": c.value, "url": str(self.http.base_url), "httpOnly": True}
            for c in self.http.cookies.jar
        ]


@dataclass(slots=True)
class Invited:
    """A line of the roster."""

    attempt_id: str
    name: str
    link: str

    @property
    def token(self) -> str:
        return urlsplit(self.link).fragment


@dataclass(slots=True)
class Served:
    """A running server with an admin (Ada) and a proctor (Grace). settings: by their names, without the prefix."""

    folder: Path
    base_url: str = ""
    settings: dict[str, str] = field(default_factory=dict)
    admin: Caller = field(init=False)
    proctor: Caller = field(init=False)
    proctor_id: str = ""
    first_admin_link: str = ""
    _program: Program | None = None
    _callers: list[Caller] = field(default_factory=list)

    def start(self) -> None:
        port = urlsplit(self.base_url).port or 0
        self._program = Program(
            "serve",
            *("--port", str(port), "--data-dir", str(self.folder / "data")),
            log=self.folder / "log.txt",
            settings=self.settings,
        )
        self.base_url = self._program.line("Examhall serves").rsplit(" ", 1)[1]

    def wait_until_it_answers(self) -> None:
        ends = time.monotonic() + LIMIT_S
        with httpx.Client(base_url=self.base_url, trust_env=False, timeout=LIMIT_S) as http:
            while True:
                try:
                    if http.get("/readyz").is_success:
                        return
                except httpx.TransportError:
                    pass
                assert time.monotonic() < ends, f"it does not answer; see {self.folder / 'log.txt'}"
                time.sleep(0.05)

    def stop(self, *, hard: bool = False) -> None:
        assert self._program is not None
        self._program.stop(hard=hard)
        self._program = None

    def close(self) -> None:
        """The end: also of what a failed test left."""
        if self._program is not None:
            self.stop()
        for caller in self._callers:
            caller.http.close()

    def first_link(self) -> str:
        """Makes the first administrator; printed when there is none."""
        assert self._program is not None
        link = self._program.line("/set-password#")
        self.wait_until_it_answers()
        return link

    def set_up(self) -> None:
        self.first_admin_link = self.first_link()
        self.admin = self.caller()
        self.admin.ask(
            "POST",
            "/session/set-password",
            {
                "token": urlsplit(self.first_admin_link).fragment,
                "email": "ada@example.org",
                "name": "Ada Lovelace",
                "password": PASSWORD,
            },
        )
        made = self.admin.ask(
            "POST", "/staff", {"name": "Grace Hopper", "email": "grace@example.org", "role": "proctor"}
        )
        self.proctor_id = made["staff"]["id"]
        self.proctor = self.caller()
        token = urlsplit(made["link"]).fragment
        self.proctor.ask("POST", "/session/set-password", {"token": token, "password": PASSWORD})

    def caller(self, headers: Json | None = None) -> Caller:
        self._callers.append(Caller(self.base_url, headers))
        return self._callers[-1]

    def exam(self, title: str = "Algebra", policy: Json | None = None, **changes: object) -> str:
        """An exam that is open now, proctored by Grace. policy: what differs from the standard preset.

        Without the camera check, unless the policy asks for it: most tests are about what comes after.
        """
        now = round(time.time() * 1000)
        body = {
            "title": title,
            "instructions": "Read *all* questions first.",
            "content_text": "## Question 1\n\nHow much is 1 + 1, and why?",
            "opens_at": now - 60_000,
            "closes_at": now + 3 * HOUR_MS,
            "duration_s": 3600,
            **changes,
        }
        exam_id = self.admin.ask("POST", "/exams", body)["id"]
        standard = self.admin.ask("GET", f"/exams/{exam_id}/policy")["policy"]
        wanted = merged(standard, {"camera_check": False, **(policy or {})})
        self.admin.ask("PUT", f"/exams/{exam_id}/policy", {"policy": wanted})
        self.admin.ask("PUT", f"/exams/{exam_id}/staff/{self.proctor_id}", {"role": "proctor"})
        return exam_id

    def invite(self, exam_id: str, name: str) -> Invited:
        line = self.admin.ask("POST", f"/exams/{exam_id}/candidates", {"name": name})
        return Invited(line["attempt_id"], name, line["link"])

    def enter(self, invited: Invited) -> Caller:
        """A candidate's program, let in and past the check-in."""
        joined = self.caller({"Examhall-Client": "program"}).ask("POST", "/join", {"token": invited.token})
        caller = self.caller({"Authorization": f"Bearer {joined['bearer']}"})
        at = f"/attempts/{invited.attempt_id}"
        notice = caller.ask("GET", f"{at}/room")["notice"]
        caller.ask("POST", f"{at}/consent", {"notice_hash": notice["hash"], "locale": "en", "agreed": True})
        caller.ask("POST", f"{at}/ready")
        return caller

    def detail(self, attempt_id: str):
        """Everything that staff can know about an attempt."""
        return self.proctor.ask("GET", f"/attempts/{attempt_id}")


def merged(base: Json, changes: Json) -> Json:
    """`base` with `changes` laid over it, nested objects too."""
    result = dict(base)
    for key, value in changes.items():
        old = result.get(key)
        result[key] = merged(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return result
