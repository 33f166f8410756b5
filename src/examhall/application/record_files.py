"""A zip of files about one attempt, written piece by piece into a file that has no name."""

import asyncio
import hashlib
import json
import tempfile
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from typing import IO

_TEXT = zipfile.ZIP_DEFLATED
_PICTURE = zipfile.ZIP_STORED  # compressed already


class RecordFiles:
    """Names are ours: a fixed list, and ids for the pictures; never what somebody typed."""

    def __init__(self) -> None:
        # Opened pictures of a person must not stay behind when the server dies: the file has no name on the disk.
        self._file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - `finished` hands it on
        self._zip = zipfile.ZipFile(self._file, "w")
        self.written: dict[str, Mapping[str, object]] = {}

    async def add(self, name: str, content: bytes | str, *, packed: bool = True) -> None:
        data = content.encode() if isinstance(content, str) else content
        self.written[name] = {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
        how = _TEXT if packed else _PICTURE
        await asyncio.to_thread(self._zip.writestr, zipfile.ZipInfo(name), data, how)

    async def add_json(self, name: str, value: object) -> None:
        await self.add(name, json_text(value))

    async def add_lines(self, name: str, lines: Iterable[str]) -> None:
        await self.add(name, "".join(line.rstrip("\n") + "\n" for line in lines if line.strip()))

    def finished(self) -> IO[bytes]:
        """The whole zip, to be read from its beginning and closed."""
        self._zip.close()
        self._file.seek(0)
        return self._file

    def abandon(self) -> None:
        self._file.close()


def json_text(value: object) -> str:
    return json.dumps(plain(value), ensure_ascii=False, indent=1) + "\n"


def plain(value: object) -> object:
    """Records and what they hold as JSON values."""
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(one) for one in value]
    return value
