"""The door, the mailbox and the ring that frames pass."""

from dataclasses import replace

import pytest

from examhall.application.ports.vision import EncodedFrame
from examhall.domain.frame_header import FrameCodec, FrameKind, FrameMessage
from examhall.pipeline.evidence_keeper import RING_BYTES, RING_FRAMES, Ring
from examhall.pipeline.frame_door import let_in
from examhall.pipeline.mailbox import Mailbox
from support.attempts import NOON, opened, seed

JPEG = b"\xff\xd8\xff" + bytes(50)


def frame(sequence: int, size: int = 50, received_at_ms: int = NOON) -> EncodedFrame:
    return EncodedFrame("a", FrameKind.CAMERA, FrameCodec.JPEG, sequence, NOON, received_at_ms, bytes(size))


@pytest.mark.parametrize(
    ("said", "kept"), [(0, -10_000), (NOON - 4_000, -4_000), (NOON + 9_000_000, 0), (-5, -10_000)]
)
async def test_captured_at_is_the_candidates_word_for_ten_seconds_only(
    tmp_path, said: int, kept: int
) -> None:  # type: ignore[no-untyped-def]
    async with opened(tmp_path) as world:
        await seed(world, "ada")
        record = replace(await world.store.attempt("exam-1-ada"), consented_at=1, state="live")
        taken = let_in(record, FrameMessage(FrameKind.CAMERA, FrameCodec.JPEG, 7, said, JPEG), NOON)
        assert (taken.captured_at_ms, taken.received_at_ms, taken.sequence) == (NOON + kept, NOON, 7)


def test_a_picture_as_large_as_the_ring_is_kept_alone() -> None:
    ring = Ring()
    ring.add(frame(1))
    ring.add(frame(2, size=RING_BYTES + 1))
    assert [kept.sequence for kept in ring.since(0)] == [2]
    ring.add(frame(3))
    assert [kept.sequence for kept in ring.since(0)] == [3]


async def test_the_mailbox_holds_the_newest() -> None:
    box = Mailbox()
    assert box.take() is None
    assert not box.put(frame(1), 0.0)
    assert box.put(frame(2), 1.0)
    await box.wait()
    posted = box.take()
    assert posted is not None
    assert (posted.frame.sequence, posted.at_s) == (2, 1.0)


def test_the_ring_is_bounded_in_number_and_in_bytes() -> None:
    ring = Ring()
    for number in range(30):
        ring.add(frame(number, received_at_ms=NOON + number))
    assert [f.sequence for f in ring.since(0)] == list(range(30 - RING_FRAMES, 30))
    assert [f.sequence for f in ring.since(NOON + 28)] == [28, 29]
    big = Ring()
    for number in range(5):
        big.add(frame(number, size=400_000))
    assert sum(len(f.payload) for f in big.since(0)) <= RING_BYTES
    assert [f.sequence for f in big.since(0)] == [3, 4]
