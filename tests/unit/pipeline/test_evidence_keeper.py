"""What is kept around an incident when its owner goes, and what its successor does with the rest."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from examhall.adapters.evidence.object_store import evidence_in_folder
from examhall.adapters.keys import FileKeyRing
from examhall.adapters.metrics import PrometheusMetrics
from examhall.application.ports.attempt_store import EvidenceRecord, IncidentRecord
from examhall.application.ports.vision import EncodedFrame
from examhall.domain.frame_header import FrameCodec, FrameKind
from examhall.domain.policy import Policy, Preset, Signal
from examhall.domain.presets import PRESETS
from examhall.pipeline.attempt_clock import AttemptClock
from examhall.pipeline.evidence_keeper import EvidenceKeeper
from examhall.pipeline.evidence_left import (
    AFTER_AWAY,
    BEFORE_AWAY,
    NONE_AFTER,
    PAGE_BACK_MS,
    left_sounds,
    left_windows,
)
from examhall.pipeline.incident_book import OpenedIncident
from examhall.pipeline.sound_evidence import CUT, NO_SOUND, SOUND_AWAY, SOUND_UNTIL_BACK
from support.attempts import NOON, CountedIds, HeldClock, incident

POLICY: Policy = replace(PRESETS[Preset.STANDARD], evidence_before_s=4.0, evidence_after_s=4.0)
OPENED = incident("ada")
SPEECH = replace(OPENED, signal=Signal.SPEECH)
SECOND = b"\x01\x00" * 16_000


def frame(captured_at_ms: int, received_at_ms: int | None = None) -> EncodedFrame:
    received = captured_at_ms if received_at_ms is None else received_at_ms
    payload = b"\xff\xd8\xff" + str(captured_at_ms).encode()
    return EncodedFrame("ada", FrameKind.CAMERA, FrameCodec.JPEG, 1, captured_at_ms, received, payload)


def sound(captured_at_ms: int) -> EncodedFrame:
    """A second of it, received when it was over."""
    received = captured_at_ms + 1_000
    return EncodedFrame("ada", FrameKind.AUDIO, FrameCodec.PCM16, 1, captured_at_ms, received, SECOND)


@dataclass
class Scene:
    """A keeper over a folder; its rows go to a list, when `door` is open."""

    keeper: EvidenceKeeper
    clock: HeldClock
    rows: list[EvidenceRecord]
    door: asyncio.Event
    at_door: asyncio.Event

    def notes(self) -> list[str]:
        return [row.note for row in self.rows if row.kind == "gap"]

    def pictures(self) -> list[int]:
        return [row.captured_at for row in self.rows if row.kind == "camera"]

    def sounds(self) -> list[tuple[int, float, str]]:
        """When each began, how many seconds it has, and its note."""
        kept = [row for row in self.rows if row.kind == "audio"]
        return [(row.captured_at, (row.size - 44) / 32_000, row.note) for row in kept]

    async def settled(self) -> None:
        async with asyncio.timeout(10):
            await self.keeper.drained()


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    clock = HeldClock()
    rows: list[EvidenceRecord] = []
    door, at_door = asyncio.Event(), asyncio.Event()
    door.set()

    async def write(records: Sequence[EvidenceRecord]) -> None:
        at_door.set()
        await door.wait()
        rows.extend(records)

    keeper = EvidenceKeeper(
        "ada",
        AttemptClock(clock, 0.0),
        CountedIds(),
        evidence_in_folder(tmp_path / "evidence", FileKeyRing(tmp_path / "keys")),
        PrometheusMetrics(),
        write,
    )
    return Scene(keeper, clock, rows, door, at_door)


def opened(at: int) -> OpenedIncident:
    return OpenedIncident(OPENED.id, OPENED.signal, at - 2_000, at, pause=False)


async def test_put_away_between_a_picture_and_its_row_the_row_is_written(scene: Scene) -> None:
    scene.door.clear()
    running = asyncio.create_task(scene.keeper.run())
    scene.keeper.received(frame(NOON - 1_000))
    scene.keeper.opened(opened(NOON), POLICY)
    async with asyncio.timeout(10):
        await scene.at_door.wait()
    assert not scene.keeper.at_rest
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    scene.door.set()
    await scene.keeper.write_off()
    assert (scene.pictures(), scene.notes()) == ([NOON - 1_000], [])
    assert await scene.keeper._store.get(scene.rows[0].path or "", scene.rows[0].key_id)


def rows_of(*captured_at: int, kind: str = "camera", note: str = "") -> list[EvidenceRecord]:
    return [
        EvidenceRecord(f"e{at}", OPENED.id, "ada", kind, at, "", 1, "", "", None, note)  # type: ignore[arg-type]
        for at in captured_at
    ]


def resumed(
    scene: Scene, kept: Sequence[EvidenceRecord], *, away_s: float, one: IncidentRecord = OPENED
) -> None:
    """The former owner was last there at NOON + 1 s; this one comes so many seconds later."""
    scene.clock.ms = NOON + 1_000 + round(away_s * 1000)
    now_ms = scene.clock.ms
    scene.keeper.resume(
        left_windows([one], kept, POLICY, since=NOON + 1_000, now_ms=now_ms),
        left_sounds([one], kept, POLICY, since=NOON + 1_000, now_ms=now_ms),
    )


async def come_back(scene: Scene, *captured_at: int) -> None:
    """The page sends these again, and then all is waited for."""
    running = asyncio.create_task(scene.keeper.run())
    for at in captured_at:
        scene.keeper.received(frame(at, scene.clock.ms))
    scene.clock.ms += PAGE_BACK_MS + 5_000
    scene.keeper.tick()
    await scene.settled()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert scene.keeper.at_rest


BEFORE = rows_of(NOON - 2_000, NOON)


async def test_pictures_that_the_page_sends_again_are_kept_once_and_nothing_is_missing(scene: Scene) -> None:
    resumed(scene, [*BEFORE, *rows_of(NOON + 900)], away_s=5)
    await come_back(scene, NOON + 900, NOON + 1_900, NOON + 2_900, NOON + 3_900, NOON + 4_900)
    assert scene.pictures() == [NOON + 1_900, NOON + 2_900, NOON + 3_900]
    assert scene.notes() == []


async def test_what_nobody_sends_again_is_a_gap_that_says_why(scene: Scene) -> None:
    resumed(scene, BEFORE, away_s=5)
    await come_back(scene)
    assert [(row.captured_at, row.note) for row in scene.rows] == [(NOON + 4_000, AFTER_AWAY)]
    known = [*BEFORE, *scene.rows]
    again = left_windows([OPENED], known, POLICY, since=NOON + 1_000, now_ms=scene.clock.ms)
    assert again == [], "said once"


async def test_pictures_before_it_that_were_not_yet_kept_are_missing_too(scene: Scene) -> None:
    resumed(scene, [], away_s=1)
    await come_back(scene, NOON + 1_500, NOON + 3_000)
    assert scene.notes() == [BEFORE_AWAY]
    assert scene.pictures() == [NOON + 1_500, NOON + 3_000]


async def test_a_window_that_still_runs_goes_on_at_once(scene: Scene) -> None:
    resumed(scene, BEFORE, away_s=0.1)
    await come_back(scene, NOON + 2_000, NOON + 9_000)
    assert (scene.pictures(), scene.notes()) == ([NOON + 2_000], [])


@pytest.mark.parametrize("last", [NOON + 3_000, NOON + 4_000])
async def test_what_the_former_owner_had_finished_is_left_alone(scene: Scene, last: int) -> None:
    done = [*BEFORE, *rows_of(NOON + 1_000, NOON + 2_000, last)]
    assert left_windows([OPENED], done, POLICY, since=NOON, now_ms=NOON + 9_000) == []
    none_came = [*BEFORE, *rows_of(NOON + 4_001, kind="gap", note=NONE_AFTER)]
    assert left_windows([OPENED], none_came, POLICY, since=NOON, now_ms=NOON + 9_000) == []
    old = replace(OPENED, opened_at=NOON - 60_000)
    assert left_windows([old], [], POLICY, since=NOON, now_ms=NOON + 9_000) == []


# ---- sound -----------------------------------------------------------------------------------------


async def hear(scene: Scene, *captured_at: int) -> None:
    """The page sends a second of sound from each of these moments, and then all is waited for."""
    running = asyncio.create_task(scene.keeper.run())
    for at in captured_at:
        scene.keeper.received(sound(at))
    scene.clock.ms += PAGE_BACK_MS + 5_000
    scene.keeper.tick()
    await scene.settled()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert scene.keeper.at_rest


def sound_gaps(scene: Scene) -> list[tuple[int, str]]:
    return [(row.captured_at, row.note) for row in scene.rows if "ound" in row.note and row.kind == "gap"]


def again(scene: Scene) -> list[str]:
    """Whose sound a third owner would go on with."""
    left = left_sounds([SPEECH], [*BEFORE, *scene.rows], POLICY, since=NOON + 1_000, now_ms=scene.clock.ms)
    return [one.incident_id for one in left]


async def test_sound_after_the_take_over_is_kept_and_what_was_before_it_is_a_gap(scene: Scene) -> None:
    resumed(scene, BEFORE, away_s=1, one=SPEECH)
    await hear(scene, NOON + 2_000, NOON + 3_000, NOON + 4_000, NOON + 5_000)
    assert scene.sounds() == [(NOON + 2_000, 3.0, "")], "until the window's end, by its own time"
    assert sound_gaps(scene) == [(NOON + 2_000, SOUND_UNTIL_BACK)]
    assert again(scene) == [], "said once"


@pytest.mark.parametrize("away_s", [1, 60])
async def test_no_sound_after_the_take_over_is_one_gap_for_all_of_it(scene: Scene, away_s: float) -> None:
    resumed(scene, BEFORE, away_s=away_s, one=SPEECH)
    await hear(scene)
    assert (scene.sounds(), sound_gaps(scene)) == ([], [(NOON + 4_000, SOUND_AWAY)])
    assert again(scene) == []


async def test_other_incidents_go_on_without_sound(scene: Scene) -> None:
    resumed(scene, BEFORE, away_s=1)
    await hear(scene, NOON + 2_000, NOON + 3_000)
    assert (scene.sounds(), sound_gaps(scene)) == ([], [])


async def leave(scene: Scene, at: int) -> list[EvidenceRecord]:
    """As a server that stops while the window is open; what it kept."""
    scene.clock.ms = at
    running = asyncio.create_task(scene.keeper.run())
    await scene.settled()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await scene.keeper.write_off()
    kept = list(scene.rows)
    scene.rows.clear()
    return kept


async def test_an_owner_that_leaves_keeps_what_it_has_and_its_successor_the_rest(scene: Scene) -> None:
    scene.keeper.received(sound(NOON - 1_000))
    scene.clock.ms = NOON
    scene.keeper.opened(OpenedIncident(SPEECH.id, SPEECH.signal, NOON - 2_000, NOON, pause=False), POLICY)
    kept = await leave(scene, NOON + 1_000)
    assert [(r.captured_at, r.size, r.note) for r in kept if r.kind == "audio"] == [
        (NOON - 1_000, 44 + 2 * len(SECOND), CUT)
    ], "with the silence until it left"
    resumed(scene, kept, away_s=0.5, one=SPEECH)
    await hear(scene, NOON + 2_000)
    assert scene.sounds() == [(NOON + 2_000, 1.0, "")]
    assert sound_gaps(scene) == []


async def test_a_longer_absence_between_two_owners_is_a_gap_also_when_silence_follows(scene: Scene) -> None:
    kept = [*BEFORE, replace(rows_of(NOON - 1_000, kind="audio", note=CUT)[0], size=44 + len(SECOND))]
    resumed(scene, kept, away_s=2, one=SPEECH)
    await hear(scene)
    assert (scene.sounds(), sound_gaps(scene)) == ([], [(NOON + 3_000, SOUND_UNTIL_BACK)])


async def test_a_successor_that_leaves_too_hands_on_what_is_left(scene: Scene) -> None:
    resumed(scene, BEFORE, away_s=0.5, one=SPEECH)
    assert not scene.keeper.at_rest
    scene.keeper.received(sound(NOON + 1_500))
    kept = await leave(scene, NOON + 2_600)
    told = [(r.kind, r.captured_at, r.note) for r in kept if r.kind == "audio" or "ound" in r.note]
    assert told == [("audio", NOON + 1_500, CUT), ("gap", NOON + 1_500, SOUND_UNTIL_BACK)]
    (third,) = left_sounds([SPEECH], kept, POLICY, since=NOON + 1_000, now_ms=NOON + 3_000)
    assert third.kept_until == NOON + 2_600


async def test_a_successor_that_heard_nothing_yet_leaves_the_word_to_the_next(scene: Scene) -> None:
    resumed(scene, BEFORE, away_s=0.5, one=SPEECH)
    assert await leave(scene, NOON + 2_000) == []


@pytest.mark.parametrize(
    ("kind", "at", "note"),
    [
        ("audio", NOON - 1_000, ""),
        ("gap", NOON + 4_001, NO_SOUND),
        ("gap", NOON + 4_000, SOUND_AWAY),
        ("gap", NOON - 1_000, "Sound could not be kept: the disk is full."),
    ],
)
async def test_sound_that_the_former_owner_had_finished_is_left_alone(kind: str, at: int, note: str) -> None:
    kept = [*BEFORE, *rows_of(at, kind=kind, note=note)]
    assert left_sounds([SPEECH], kept, POLICY, since=NOON, now_ms=NOON + 1_000) == []
    assert left_sounds([SPEECH], BEFORE, POLICY, since=NOON + 4_001, now_ms=NOON + 9_000) == []
