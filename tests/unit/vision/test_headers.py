import pytest

from examhall.domain.errors import ExamhallError
from examhall.vision.headers import looks_like_picture, read_header
from support.pictures import encode, jpeg_claiming, noise, png_header_only, with_exif_orientation


def code_of(data: bytes) -> str:
    with pytest.raises(ExamhallError) as refused:
        read_header(data)
    return refused.value.code


@pytest.mark.parametrize("extension", [".jpg", ".png", ".webp"])
def test_size_is_read_from_the_header(extension: str) -> None:
    data = encode(noise(123, 45), extension)
    header = read_header(data)
    assert (header.width, header.height, header.orientation) == (123, 45, 1)
    assert looks_like_picture(data[:12])


@pytest.mark.parametrize("big_endian", [False, True])
@pytest.mark.parametrize(
    ("orientation", "size"), [(1, (40, 20)), (3, (40, 20)), (6, (20, 40)), (8, (20, 40))]
)
def test_exif_turns_the_size(orientation: int, size: tuple[int, int], big_endian: bool) -> None:
    data = with_exif_orientation(encode(noise(40, 20), ".jpg"), orientation, big_endian=big_endian)
    header = read_header(data)
    assert (header.width, header.height) == size


def test_a_senseless_orientation_is_upright() -> None:
    assert read_header(with_exif_orientation(encode(noise(40, 20), ".jpg"), 99)).orientation == 1


@pytest.mark.parametrize("data", [b"", b"hello", b"\x00" * 500, b"%PDF-1.7", b"RIFF\x00\x00\x00\x00WAVE"])
def test_not_a_picture(data: bytes) -> None:
    assert code_of(data) == "not_a_picture"


@pytest.mark.parametrize(
    "data", [b"GIF89a" + b"\x00" * 20, b"BM" + b"\x00" * 60, b"\x00\x00\x00\x20ftypavif" + b"\x00" * 20]
)
def test_other_picture_formats_are_named_as_such(data: bytes) -> None:
    assert code_of(data) == "unsupported_picture"
    assert looks_like_picture(data[:12])


@pytest.mark.parametrize("extension", [".jpg", ".png", ".webp"])
def test_every_truncation_is_refused(extension: str) -> None:
    data = encode(noise(64, 48), extension)
    for length in range(12, len(data) - 1):
        assert code_of(data[:length]) in {"truncated_picture", "not_a_picture"}, length
    assert code_of(data[: len(data) // 2]) == "truncated_picture"


def test_fifty_megapixels_are_refused_by_the_header_alone() -> None:
    assert code_of(png_header_only(10_000, 5_000)) == "picture_too_large"
    assert code_of(jpeg_claiming(encode(noise(64, 48), ".jpg"), 10_000, 5_000)) == "picture_too_large"


def test_a_huge_picture_is_too_large_even_when_it_is_cut_off() -> None:
    assert code_of(png_header_only(50_000, 50_000)[:33]) == "picture_too_large"


def test_twelve_megapixels_are_taken() -> None:
    assert read_header(png_header_only(4_000, 3_000)).width == 4_000


@pytest.mark.parametrize("size", [(0, 10), (10, 0)])
def test_an_empty_picture_is_none(size: tuple[int, int]) -> None:
    assert code_of(png_header_only(*size)) == "not_a_picture"
