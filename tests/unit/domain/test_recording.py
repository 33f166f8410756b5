"""Where a segment lies, why there is none, and what its first bytes must be."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examhall.domain.errors import ExamhallError
from examhall.domain.recording import Gap, GapLabel, Reason, SegmentKind, Span, gaps, placed, sniff
from support.recordings import film, sound

CAMERA = SegmentKind.CAMERA
HOUR = Span(0, 3_600_000)


def labels(found: tuple[Gap, ...]) -> list[tuple[int, int, str]]:
    return [(gap.span.from_ms, gap.span.to_ms, gap.label.value) for gap in found]


def test_segments_that_follow_each_other_leave_no_gap() -> None:
    segments = [Span(at, at + 10_100) for at in range(0, 3_600_000, 10_000)]
    assert gaps(CAMERA, HOUR, segments, ()) == ()


def test_a_stretch_without_a_reason_is_the_devices() -> None:
    found = gaps(CAMERA, Span(0, 60_000), [Span(0, 10_000), Span(30_000, 60_000)], ())
    assert labels(found) == [(10_000, 30_000, "device")]


def test_a_stretch_is_cut_where_its_reason_changes_and_the_strongest_counts() -> None:
    reasons = (
        Reason(GapLabel.NETWORK, Span(15_000, 40_000)),
        Reason(GapLabel.PAUSED, Span(30_000, 50_000)),
        Reason(GapLabel.NOT_YET_RECEIVED, Span(0, 60_000)),
    )
    found = gaps(CAMERA, Span(0, 60_000), [Span(0, 10_000)], reasons)
    assert labels(found) == [
        (10_000, 15_000, "not_yet_received"),
        (15_000, 30_000, "network"),
        (30_000, 50_000, "paused"),
        (50_000, 60_000, "not_yet_received"),
    ]


spans = st.builds(lambda a, n: Span(a, a + n), st.integers(0, 100_000), st.integers(0, 30_000))


@given(st.lists(spans), st.lists(st.builds(Reason, st.sampled_from(GapLabel), spans)))
def test_no_gap_lies_where_a_segment_is_or_outside_and_the_long_ones_are_all_there(
    segments: list[Span], reasons: list[Reason]
) -> None:
    expected = Span(10_000, 90_000)
    found = gaps(CAMERA, expected, segments, reasons)
    missing = set(range(expected.from_ms, expected.to_ms, 100))
    for one in segments:
        missing -= set(range(-(-one.from_ms // 100) * 100, one.to_ms, 100))
    told = {t for gap in found for t in range(gap.span.from_ms, gap.span.to_ms) if t % 100 == 0}
    assert told <= missing
    left, run = sorted(missing - told), 0
    for before, at in pairwise(left):
        run = run + 100 if at - before == 100 else 0
        assert run <= 1_500
    assert all(a.span.to_ms <= b.span.from_ms for a, b in pairwise(found))


@given(st.integers(-(10**15), 10**15), st.integers(0, 300_000))
def test_a_segment_is_placed_within_the_attempt(captured: int, duration: int) -> None:
    place = placed(captured, duration, HOUR)
    assert HOUR.from_ms <= place.from_ms
    assert place.to_ms <= max(HOUR.to_ms, duration)
    assert place.to_ms - place.from_ms == duration


def test_a_true_time_is_left_as_it_is() -> None:
    assert placed(1_000_000, 10_000, HOUR) == Span(1_000_000, 1_010_000)


def test_webm_and_plain_sound_are_known_by_their_first_bytes() -> None:
    assert sniff(CAMERA, film()) == "video/webm"
    assert sniff(SegmentKind.SCREEN, film()) == "video/webm"
    assert sniff(SegmentKind.AUDIO, sound()) == "audio/wav"


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        (CAMERA, b""),
        (CAMERA, sound()),
        (CAMERA, film().replace(b"webm", b"matr")),
        (CAMERA, film().replace(b"\x18\x53\x80\x67", b"\x18\x53\x80\x68")),
        (CAMERA, b"<!doctype html>" + film()),
        (CAMERA, b"\x1a\x45\xdf\xa3" + bytes(40)),
        (SegmentKind.AUDIO, film()),
        (SegmentKind.AUDIO, sound(rate=44_100)),
        (SegmentKind.AUDIO, b"RIFF\0\0\0\0WAVE"),
    ],
)
def test_anything_else_is_refused(kind: SegmentKind, content: bytes) -> None:
    with pytest.raises(ExamhallError) as caught:
        sniff(kind, content)
    assert caught.value.code == "segment_format_unknown"
