"""`examhall serve --tls-cert --tls-key`: https, wss, cookies for https only, clear words for what cannot be used."""

import ipaddress
import json
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID
from websockets.sync.client import connect

from support.served import HOUR_MS, LIMIT_S, PASSWORD, Program

Json = dict[str, object]


@dataclass(frozen=True)
class Certificate:
    """Self-signed, for 127.0.0.1."""

    cert: Path
    key: Path

    @property
    def trusting(self) -> ssl.SSLContext:
        """What a browser that trusts it does."""
        return ssl.create_default_context(cafile=str(self.cert))


def made(folder: Path, name: str = "server", *, password: bytes | None = None) -> Certificate:
    private = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(private, hashes.SHA256())
    )
    certificate = Certificate(folder / f"{name}.pem", folder / f"{name}.key")
    certificate.cert.write_bytes(signed.public_bytes(Encoding.PEM))
    sealing = BestAvailableEncryption(password) if password else NoEncryption()
    certificate.key.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, sealing))
    certificate.key.chmod(0o600)
    return certificate


@dataclass(frozen=True)
class Secure:
    base_url: str
    program: Program
    certificate: Certificate

    def http(self, **headers: str) -> httpx.Client:
        return httpx.Client(
            base_url=self.base_url,
            headers={"Origin": self.base_url, **headers},
            verify=self.certificate.trusting,
            trust_env=False,
            timeout=LIMIT_S,
        )


def serve(folder: Path, cert: Path, key: Path) -> Program:
    arguments = ("serve", "--port", "0", "--data-dir", str(folder / "data"))
    tls = ("--tls-cert", str(cert), "--tls-key", str(key))
    return Program(*arguments, *tls, log=folder / "log.txt", settings={"workers": "1"})


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[Secure]:
    certificate = made(tmp_path)
    program = serve(tmp_path, certificate.cert, certificate.key)
    try:
        yield Secure(program.line("Examhall serves").rsplit(" ", 1)[1], program, certificate)
    finally:
        program.stop()


def asked(http: httpx.Client, method: str, path: str, body: Json | None = None) -> Json:
    answer = http.request(method, f"/api/v1{path}", json=body)
    assert answer.is_success, answer.text
    found: Json = answer.json() if answer.content else {}
    return found


def test_an_exam_over_https_and_wss(secure: Secure) -> None:
    link = secure.program.line("/set-password#")
    assert link.startswith(f"{secure.base_url}/set-password#")
    assert secure.base_url.startswith("https://127.0.0.1:")
    with secure.http() as admin:
        page = admin.get("/login")
        assert page.headers["strict-transport-security"].startswith("max-age=")
        admin_said = {"email": "ada@example.org", "name": "Ada Lovelace", "password": PASSWORD}
        answer = admin.post(
            "/api/v1/session/set-password", json={"token": urlsplit(link).fragment, **admin_said}
        )
        assert answer.is_success, answer.text
        assert answer.headers["strict-transport-security"].startswith("max-age=")
        (cookie,) = answer.headers.get_list("set-cookie")
        assert {"secure", "httponly", "samesite=strict"} <= {x.strip().lower() for x in cookie.split(";")}

        now = round(time.time() * 1000)
        times = {"opens_at": now - 60_000, "closes_at": now + HOUR_MS, "duration_s": 600}
        exam = asked(admin, "POST", "/exams", {"title": "Algebra", "content_text": "1 + 1", **times})
        assert str(exam["id"])
        invited = asked(admin, "POST", f"/exams/{exam['id']}/candidates", {"name": "Bob"})
        assert str(invited["link"]).startswith(secure.base_url)
        wall = f"{secure.base_url.replace('https', 'wss')}/ws/exams/{exam['id']}/monitor"
        with connect(
            wall,
            ssl=secure.certificate.trusting,
            proxy=None,
            origin=secure.base_url,  # type: ignore[arg-type]
            additional_headers={"Cookie": cookie.split(";")[0]},
        ) as socket:
            socket.send(json.dumps({"type": "hello", "protocol": 1, "last_update_id": None}))
            while json.loads(socket.recv(LIMIT_S))["type"] != "snapshot":
                pass  # other things are told as well

    with secure.http() as candidate:
        answer = candidate.post("/api/v1/join", json={"token": urlsplit(str(invited["link"])).fragment})
        assert answer.is_success, answer.text
        cookies = answer.headers.get_list("set-cookie")
        assert cookies
        assert all("secure" in cookie.lower() for cookie in cookies)


def test_nobody_is_served_without_it(secure: Secure) -> None:
    with httpx.Client(trust_env=False, timeout=LIMIT_S) as stranger:
        with pytest.raises(httpx.ConnectError, match=r"self.signed"):
            stranger.get(f"{secure.base_url}/readyz")
        with pytest.raises(httpx.TransportError):
            stranger.get(f"{secure.base_url.replace('https', 'http')}/readyz")


@pytest.mark.parametrize("what", ["another key", "no key", "a locked key", "no PEM"])
def test_what_cannot_be_used_is_said_in_words(tmp_path: Path, what: str) -> None:
    right, other = made(tmp_path), made(tmp_path, "other")
    cert, key = right.cert, right.key
    if what == "another key":
        key = other.key
    elif what == "no key":
        key = tmp_path / "none.key"
    elif what == "a locked key":
        locked = made(tmp_path, "locked", password=b"a password")
        cert, key = locked.cert, locked.key
    else:
        cert.write_text("no certificate")
    program = serve(tmp_path, cert, key)
    assert program.process.wait(LIMIT_S) != 0
    program.stop()
    said = (tmp_path / "log.txt").read_text()
    assert ("There is no file" if what == "no key" else "cannot be used") in said
    assert "Traceback" not in said
    assert key.name in said.replace("\n", "")
