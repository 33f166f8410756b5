"""The key ring: sealed blobs open, and nothing else does."""

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examhall.adapters.keys import FileKeyRing
from examhall.application.ports.keys import Signature
from examhall.domain.errors import ExamhallError


def _code(ring: FileKeyRing, blob: bytes, context: bytes = b"") -> str:
    with pytest.raises(ExamhallError) as refused:
        ring.open(blob, context=context)
    return refused.value.code


def test_keys_are_made_once_and_are_private(tmp_path: Path) -> None:
    first = FileKeyRing(tmp_path / "keys")
    sealed = first.seal(b"picture", context=b"attempt")
    assert b"picture" not in sealed
    assert first.blob_key_id.encode() in sealed
    again = FileKeyRing(tmp_path / "keys")
    assert again.blob_key_id == first.blob_key_id
    assert again.open(sealed, context=b"attempt") == b"picture"
    files = list((tmp_path / "keys").iterdir())
    assert sorted(path.name.split("-")[0] for path in files) == ["blob", "sign"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o666])
def test_keys_that_others_could_read_are_refused_with_the_way_to_mend_it(tmp_path: Path, mode: int) -> None:
    FileKeyRing(tmp_path / "keys")
    file = next((tmp_path / "keys").glob("sign-*"))
    file.chmod(mode)
    with pytest.raises(ExamhallError) as refused:
        FileKeyRing(tmp_path / "keys")
    assert refused.value.code == "keys_exposed"
    assert f"chmod 600 '{tmp_path / 'keys'}'/*.key" in refused.value.message
    assert stat.S_IMODE(file.stat().st_mode) == mode  # not hidden by mending it silently
    file.chmod(0o600)
    FileKeyRing(tmp_path / "keys")


def test_a_folder_that_others_could_put_keys_into_is_refused(tmp_path: Path) -> None:
    FileKeyRing(tmp_path / "keys")
    (tmp_path / "keys").chmod(0o777)
    with pytest.raises(ExamhallError) as refused:
        FileKeyRing(tmp_path / "keys")
    assert refused.value.code == "keys_exposed"


def test_rotating_makes_a_newer_key_and_keeps_the_old_one(tmp_path: Path) -> None:
    ring = FileKeyRing(tmp_path)
    before, sealed = ring.blob_key_id, ring.seal(b"picture")
    assert ring.rotate() == ring.blob_key_id == FileKeyRing(tmp_path).blob_key_id
    assert ring.blob_key_id > before
    assert ring.open(sealed) == FileKeyRing(tmp_path).open(ring.seal(b"picture")) == b"picture"


def test_a_newer_key_seals_and_the_old_one_still_opens(tmp_path: Path) -> None:
    old = FileKeyRing(tmp_path)
    sealed, signature = old.seal(b"picture"), old.sign(b"link")
    for name, key in (("blob-0002new", "ab" * 32), ("sign-0002new", "cd" * 32)):
        (tmp_path / f"{name}.key").touch(0o600)
        (tmp_path / f"{name}.key").write_text(key)
    new = FileKeyRing(tmp_path)
    assert new.blob_key_id == "0002new"
    assert new.open(sealed) == b"picture"
    assert new.verify(b"link", signature)
    assert old.open(new.seal(b"picture")) == b"picture"  # another process rotated meanwhile
    assert old.blob_key_id != "0002new"
    later = new.seal(b"picture")
    (tmp_path / "blob-0002new.key").unlink()
    assert _code(FileKeyRing(tmp_path), later) == "key_missing"


def test_an_altered_blob_or_another_context_does_not_open(tmp_path: Path) -> None:
    ring = FileKeyRing(tmp_path)
    sealed = ring.seal(b"picture", context=b"one")
    assert _code(ring, sealed, b"two") == "blob_altered"
    assert _code(ring, b"", b"one") == "blob_altered"
    id_starts, id_ends = 5, 5 + sealed[4]
    for position in range(len(sealed)):
        altered = bytearray(sealed)
        altered[position] ^= 1
        in_id = position == 4 or id_starts <= position < id_ends
        assert _code(ring, bytes(altered), b"one") == ("key_missing" if in_id else "blob_altered")
        assert _code(ring, sealed[:position], b"one") in {"blob_altered", "key_missing"}


@pytest.fixture(scope="module")
def ring(tmp_path_factory: pytest.TempPathFactory) -> FileKeyRing:
    return FileKeyRing(tmp_path_factory.mktemp("keys"))


@given(plain=st.binary(max_size=2000))
def test_whatever_is_sealed_opens_again(ring: FileKeyRing, plain: bytes) -> None:
    assert ring.open(ring.seal(plain)) == plain
    assert ring.seal(plain) != ring.seal(plain)


def test_signatures(tmp_path: Path) -> None:
    ring = FileKeyRing(tmp_path)
    signature = ring.sign(b"message")
    assert ring.verify(b"message", signature)
    assert not ring.verify(b"massage", signature)
    assert not ring.verify(b"message", Signature(signature.key_id, signature.mac[:-1]))
    with pytest.raises(ExamhallError, match="key_missing"):
        ring.verify(b"message", Signature("other", signature.mac))


def test_a_damaged_key_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "blob-0001.key").touch(0o600)
    (tmp_path / "blob-0001.key").write_text("abcd")
    with pytest.raises(ExamhallError, match=r"key_damaged: The key file blob-0001\.key"):
        FileKeyRing(tmp_path)
