"""What simulated candidates do, as tables: a cycle of steps that repeats until the end.

A behaviour starts with some calm seconds, so that the wall is seen at rest before anything is noticed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate
from typing import Final


class Scene(StrEnum):
    """What the camera sees."""

    NORMAL = "normal"
    EMPTY_SEAT = "empty_seat"
    SECOND_PERSON = "second_person"
    COVERED = "covered"
    PERSON_BEHIND = "person_behind"
    SOMEBODY_ELSE = "somebody_else"


@dataclass(frozen=True, slots=True)
class Step:
    """For `lasts_s` seconds: what the camera sees, whether the exam's tab is in front, whether the network
    holds, whether a second screen is connected, the microphone is muted, a program makes the picture."""

    lasts_s: float
    scene: Scene = Scene.NORMAL
    tab_visible: bool = True
    connected: bool = True
    second_screen: bool = False
    muted: bool = False
    virtual_camera: bool = False


class Behaviour(StrEnum):
    BEHAVES = "behaves"
    LEAVES_SEAT = "leaves_seat"
    SECOND_PERSON = "second_person"
    COVERS_CAMERA = "covers_camera"
    SWITCHES_TAB = "switches_tab"
    LOSES_CONNECTION = "loses_connection"
    PERSON_BEHIND = "person_behind"
    SWAPS_SEAT = "swaps_seat"
    SECOND_SCREEN = "second_screen"
    MUTES_MICROPHONE = "mutes_microphone"
    VIRTUAL_CAMERA = "virtual_camera"


STEPS: Final[dict[Behaviour, tuple[Step, ...]]] = {
    Behaviour.BEHAVES: (Step(60),),
    Behaviour.LEAVES_SEAT: (Step(9), Step(22, Scene.EMPTY_SEAT), Step(80)),
    Behaviour.SECOND_PERSON: (Step(13), Step(18, Scene.SECOND_PERSON), Step(90)),
    Behaviour.COVERS_CAMERA: (Step(18), Step(20, Scene.COVERED), Step(95)),
    Behaviour.SWITCHES_TAB: (Step(16), Step(9, tab_visible=False), Step(70)),
    Behaviour.LOSES_CONNECTION: (Step(22), Step(24, connected=False), Step(100)),
    Behaviour.PERSON_BEHIND: (Step(15), Step(25, Scene.PERSON_BEHIND), Step(90)),
    Behaviour.SWAPS_SEAT: (Step(30), Step(75, Scene.SOMEBODY_ELSE), Step(60)),
    Behaviour.SECOND_SCREEN: (Step(20), Step(30, second_screen=True), Step(90)),
    Behaviour.MUTES_MICROPHONE: (Step(25), Step(20, muted=True), Step(90)),
    Behaviour.VIRTUAL_CAMERA: (Step(28), Step(40, virtual_camera=True), Step(90)),
}


def scenes_of(steps: Sequence[Step]) -> frozenset[Scene]:
    """Every scene that the steps show."""
    return frozenset(step.scene for step in steps)


def step_at(steps: Sequence[Step], t_s: float) -> Step:
    """Return the step that holds `t_s` seconds (>= 0) after the start; after the last the first follows."""
    ends = list(accumulate(step.lasts_s for step in steps))
    within = t_s % ends[-1]
    return next(step for step, end in zip(steps, ends, strict=True) if within < end)
