"""The rules, one decided case at a time."""

from dataclasses import dataclass, field, replace

import pytest

from examhall.domain.errors import ExamhallError
from examhall.domain.incident import IncidentState, IncidentStep
from examhall.domain.observation import (
    CameraObserved,
    ConnectionChanged,
    FaceBox,
    FacesObserved,
    FrameUnseen,
    Observation,
    PageEventKind,
    PageEventObserved,
    SamplingChanged,
    Scan,
    SecondDeviceObserved,
    TimePassed,
    WatchChanged,
)
from examhall.domain.policy import Policy, Preset, Signal
from examhall.domain.presets import (
    PRESET_SENTENCES,
    PRESETS,
    SIGNAL_LABELS,
    SIGNAL_SENTENCES,
    WARNING_TEXTS,
)
from examhall.domain.rules.codec import observation_from_line, state_from_json, state_to_json
from examhall.domain.rules.engine import (
    ContentMode,
    RulesState,
    close_all,
    effective_policy,
    step,
    wants_fine,
)

STANDARD = replace(PRESETS[Preset.STANDARD], require_screen=True)
K = PageEventKind
FACES = tuple(FaceBox(0, 0, 50, 50, score) for score in (0.98, 0.91, 0.85))


@dataclass
class Room:
    """Feeds observations and keeps what the rules said."""

    policy: Policy = STANDARD
    state: RulesState = field(default_factory=RulesState)
    steps: list[tuple[IncidentStep, str]] = field(default_factory=list)
    incidents: dict[str, IncidentState] = field(default_factory=dict)
    frames: int = 0

    def __post_init__(self) -> None:
        self.feed(WatchChanged(0.0, True))

    def feed(self, *observations: Observation) -> None:
        for seen in observations:
            self.state, changes = step(self.state, seen, self.policy)
            for change in changes:
                self.steps.append((change.step, change.incident.key))
                self.incidents[change.incident.key] = change.incident

    def frame(self, at_s: float, faces: int, scan: Scan = Scan.FINE, luma: float = 100.0) -> None:
        self.frames += 1
        sd, n = (50.0 if luma > 20 else 1.0), self.frames
        self.feed(CameraObserved(at_s, luma, sd, 200.0, n, n, n), FacesObserved(at_s, scan, FACES[:faces], n))

    def ticks(self, first: int, last: int) -> None:
        """Seconds that pass while the camera works, though nobody looks at its pictures."""
        for t in range(first, last + 1):
            self.feed(FrameUnseen(float(t)), TimePassed(float(t)))

    def page(self, at_s: float, kind: PageEventKind, *, late: bool = False) -> None:
        self.feed(PageEventObserved(at_s, kind, late))

    @property
    def open(self) -> set[str]:
        return {key for key, incident in self.incidents.items() if incident.closed_at_s is None}


def test_a_fine_count_stands_and_a_coarse_one_cannot_lower_it() -> None:
    room = Room()
    room.frame(1, 2, Scan.FINE)
    room.frame(2, 2, Scan.FINE)
    for t in (3, 4, 5):
        room.frame(t, 1, Scan.COARSE)
    assert room.open == {"multiple_faces#1"}
    assert room.incidents["multiple_faces#1"].last_seen_at_s == 2
    for t in range(6, 12):
        room.frame(t, 1, Scan.FINE)
    assert room.open == set()


def test_one_fine_hit_that_is_not_confirmed_opens_nothing_however_long_it_stands() -> None:
    room = Room()
    room.frame(1, 2, Scan.FINE)
    for t in range(2, 20):
        room.frame(t, 1, Scan.COARSE)
    assert room.incidents == {}


def test_a_coarse_count_may_raise_a_fine_one() -> None:
    room = Room()
    room.frame(1, 1, Scan.FINE)
    for t in (2, 3, 4, 5):
        room.frame(t, 2, Scan.COARSE)
    assert room.open == {"multiple_faces#1"}


def test_the_scan_plan_asks_for_fine_frames_by_period_and_after_a_hit() -> None:
    room, plan = Room(), STANDARD.scan
    assert wants_fine(room.state, 0.0, plan)
    room.frame(0, 1, Scan.FINE)
    asked = []
    for t in range(1, 7):
        asked.append(wants_fine(room.state, float(t), plan))
        room.frame(t, 1, Scan.FINE if asked[-1] else Scan.COARSE)
    assert asked == [False] * 5 + [True]
    room.frame(7, 2, Scan.FINE)
    asked = []
    for t in range(8, 12):
        asked.append(wants_fine(room.state, float(t), plan))
        room.frame(t, 1, Scan.FINE if asked[-1] else Scan.COARSE)
    assert asked == [True, True, True, False]


def test_a_changed_coarse_count_asks_for_one_closer_look() -> None:
    room, plan = Room(), STANDARD.scan
    room.frame(0, 1, Scan.FINE)
    room.frame(1, 1, Scan.COARSE)
    room.frame(2, 0, Scan.COARSE)
    assert wants_fine(room.state, 3, plan)
    room.frame(3, 0, Scan.FINE)
    room.frame(4, 1, Scan.COARSE)  # flickers: not again so soon
    assert not wants_fine(room.state, 5, plan)


def test_a_gap_of_more_than_two_intervals_does_not_count() -> None:
    room = Room()
    room.frame(1, 2)
    room.frame(3, 2)  # two intervals: counts
    room.frame(10, 2)  # seven: does not
    assert room.state.hold(Signal.MULTIPLE_FACES).held_s == 2.0
    assert room.incidents == {}
    room.frame(11, 2)
    assert (
        room.incidents["multiple_faces#1"].explanation.words == "2 faces for 3.0 s, best scores 0.98 and 0.91"
    )
    assert room.incidents["multiple_faces#1"].began_at_s == 1


def test_slower_sampling_makes_longer_gaps_count() -> None:
    room = Room()
    room.feed(SamplingChanged(0.0, 5.0))
    room.frame(5, 2)
    room.frame(10, 2)
    assert room.open == {"multiple_faces#1"}


def test_an_explanation_carries_its_numbers() -> None:
    room = Room()
    for t in range(1, 5):
        room.frame(t, 3)
    explanation = room.incidents["multiple_faces#1"].explanation
    assert dict(explanation.numbers) == {
        "faces": 3.0, "score_1": 0.98, "score_2": 0.91, "held_s": 3.0, "times": 1.0,
    }  # fmt: skip
    assert room.incidents["multiple_faces#1"].confidence == 0.91


def test_the_number_of_faces_allowed_is_the_threshold() -> None:
    rule = replace(STANDARD.signals[Signal.MULTIPLE_FACES], threshold=2)
    room = Room(replace(STANDARD, signals={**STANDARD.signals, Signal.MULTIPLE_FACES: rule}))
    for t in range(1, 8):
        room.frame(t, 2)
    assert room.incidents == {}
    for t in range(8, 13):
        room.frame(t, 3)
    assert room.open == {"multiple_faces#1"}


def test_a_covered_camera_is_one_incident_not_two() -> None:
    room = Room()
    room.frame(1, 1)
    for t in range(2, 20):
        room.frame(t, 0, luma=3.0)
    assert room.open == {"camera_blocked#1"}
    assert room.incidents["camera_blocked#1"].explanation.words.startswith("Camera dark for")


def test_without_camera_blocked_a_covered_camera_is_a_missing_face() -> None:
    rule = replace(STANDARD.signals[Signal.CAMERA_BLOCKED], enabled=False)
    room = Room(replace(STANDARD, signals={**STANDARD.signals, Signal.CAMERA_BLOCKED: rule}))
    for t in range(1, 10):
        room.frame(t, 0, luma=3.0)
    assert room.open == {"no_face#1"}


def test_a_face_lit_by_the_screen_in_a_dark_room_is_no_blocked_camera() -> None:
    room = Room()
    for t in range(1, 20):
        room.frame(t, 1, luma=12.0)
    assert room.incidents == {}


@pytest.mark.parametrize(
    ("luma_sd", "sharpness", "words"),
    [
        (3.0, 2.0, "Camera covered for 4.0 s, brightness varies by 3.0 of 255 only"),
        (20.0, 5.0, "Camera covered for 4.0 s, brightness varies by 20.0 of 255 only"),
        (40.0, 2.0, "Camera blurred for 4.0 s, sharpness 2.0"),
    ],
)
def test_covered_and_hopelessly_blurred_pictures(luma_sd: float, sharpness: float, words: str) -> None:
    room = Room()
    for t in range(1, 6):
        room.feed(CameraObserved(t, 100.0, luma_sd, sharpness, t, t, t))
    assert room.incidents["camera_blocked#1"].explanation.words == words


def test_a_soft_picture_explains_a_missing_face_and_is_no_incident() -> None:
    room = Room()
    for t in range(1, 8):
        room.feed(CameraObserved(t, 100.0, 40.0, 12.0, t, t, t), FacesObserved(t, Scan.FINE, (), t))
    words = "No face for 6.0 s, the picture is blurred (sharpness 12.0)"
    assert {key: i.explanation.words for key, i in room.incidents.items()} == {
        "no_face#1": words.replace("6.0", "5.0")
    }
    room.feed(*(FacesObserved(t, Scan.FINE, (), t) for t in range(8, 9)))
    assert room.incidents["no_face#1"].explanation.words == words.replace("6.0", "7.0")


def test_a_camera_switched_off_is_blocked_until_it_gives_pictures_again() -> None:
    room = Room()
    room.page(1.5, K.CAMERA_STOPPED)
    room.ticks(2, 8)
    assert room.incidents["camera_blocked#1"].explanation.words.startswith("Camera switched off for")
    room.page(8.5, K.CAMERA_STARTED)
    for t in range(9, 14):
        room.frame(t, 1)
    assert room.open == set()


def test_a_hidden_tab_is_not_also_a_window_without_focus() -> None:
    room = Room()
    room.page(1.0, K.WINDOW_BLURRED)
    room.page(1.1, K.TAB_HIDDEN)
    room.ticks(2, 20)
    assert room.open == {"tab_hidden#1"}
    room.page(20.5, K.TAB_VISIBLE)
    room.ticks(21, 30)
    assert room.open == {"window_blur#1"}


def test_a_short_look_away_from_the_window_is_nothing() -> None:
    room = Room()
    room.page(1.0, K.WINDOW_BLURRED)
    room.ticks(2, 4)
    room.page(4.9, K.WINDOW_FOCUSED)
    room.ticks(5, 20)
    assert room.incidents == {}


def test_full_screen_and_screen_share() -> None:
    room = Room()
    room.page(1.0, K.FULLSCREEN_LEFT)
    room.page(1.0, K.SCREEN_SHARE_STOPPED)
    room.ticks(2, 10)
    assert room.open == {"fullscreen_exit#1", "screen_share_stopped#1"}
    room.page(10.5, K.FULLSCREEN_ENTERED)
    room.page(10.6, K.SCREEN_SHARE_STARTED)
    room.ticks(11, 14)
    assert room.open == set()
    assert room.incidents["fullscreen_exit#1"].explanation.words == "Full screen left for 9.5 s"


def test_a_late_event_may_close_but_not_open() -> None:
    room = Room()
    room.page(1.0, K.TAB_HIDDEN, late=True)
    room.ticks(2, 20)
    assert room.incidents == {}
    room.page(20.5, K.TAB_HIDDEN)  # now the page says it in time
    room.ticks(21, 25)
    assert room.open == {"tab_hidden#1"}
    room.page(25.5, K.TAB_VISIBLE, late=True)
    room.ticks(26, 30)
    assert room.open == set()


def test_a_late_event_does_not_complete_a_hold() -> None:
    room = Room()
    room.page(1.0, K.TAB_HIDDEN)
    room.ticks(2, 2)
    room.page(3.9, K.TAB_VISIBLE, late=True)  # in time it would have opened: hidden for 2.9 s
    room.ticks(4, 20)
    assert room.incidents == {}


def test_a_late_event_older_than_the_newest_word_is_ignored() -> None:
    room = Room()
    room.page(10.0, K.TAB_HIDDEN)
    room.page(5.0, K.TAB_VISIBLE, late=True)
    room.ticks(11, 15)
    assert room.open == {"tab_hidden#1"}


def test_clipboard_opens_at_once_and_counts() -> None:
    room = Room()
    room.page(1.0, K.CLIPBOARD_PASTE)
    assert room.steps == [(IncidentStep.OPENED, "clipboard#1")]
    room.page(1.5, K.CLIPBOARD_COPY)
    room.page(1.6, K.CLIPBOARD_PASTE, late=True)
    room.ticks(2, 4)
    incident = room.incidents["clipboard#1"]
    assert (incident.times, incident.explanation.words) == (3, "Clipboard used, last: paste, 3 times")
    room.ticks(5, 20)
    assert room.open == set()
    room.page(30.0, K.CLIPBOARD_PASTE)  # within the cool-down
    assert room.incidents["clipboard#1"].times == 4
    room.ticks(31, 150)
    room.page(151.0, K.CLIPBOARD_PASTE)
    assert set(room.incidents) == {"clipboard#1", "clipboard#2"}


def test_a_second_device_is_told_at_once() -> None:
    room = Room()
    room.feed(SecondDeviceObserved(3.0))
    assert room.open == {"second_device#1"}
    room.ticks(4, 20)
    assert room.open == set()


def test_a_lost_connection_holds_then_closes_when_it_is_back() -> None:
    room = Room()
    room.feed(ConnectionChanged(1.0, False))
    room.ticks(2, 5)
    assert room.incidents == {}
    room.ticks(6, 9)
    assert room.open == {"connection_lost#1"}
    room.feed(ConnectionChanged(9.5, True))
    assert room.open == set()
    assert room.incidents["connection_lost#1"].explanation.words == "Connection lost for 8.5 s"


def test_a_lost_connection_freezes_what_the_camera_and_page_were_saying() -> None:
    room = Room()
    for t in range(1, 5):
        room.frame(t, 0)
    room.page(4.0, K.TAB_HIDDEN)
    held = {s: room.state.hold(s).held_s for s in (Signal.NO_FACE, Signal.TAB_HIDDEN)}
    room.feed(ConnectionChanged(4.5, False))
    room.ticks(5, 60)
    assert room.open == {"connection_lost#1"}
    assert held == {Signal.NO_FACE: 3.0, Signal.TAB_HIDDEN: 0.0}
    assert {s: room.state.hold(s).held_s for s in held} == held
    room.feed(ConnectionChanged(60.5, True))
    room.frame(61, 0)
    room.frame(62, 0)
    assert "no_face#1" not in room.incidents
    room.frame(63, 0)
    assert room.open == {"no_face#1"}


@pytest.mark.parametrize(
    ("away", "back"),
    [
        (ConnectionChanged(4.2, False), ConnectionChanged(5.7, True)),
        (WatchChanged(4.2, False), WatchChanged(5.7, True)),
    ],
)
def test_even_a_short_break_does_not_count_and_is_followed_by_a_close_look(
    away: Observation, back: Observation
) -> None:
    room = Room()
    for t in range(1, 5):
        room.frame(t, 0)
    room.feed(away, back)
    assert wants_fine(room.state, 6.0, STANDARD.scan)
    room.frame(6, 0)
    assert room.state.hold(Signal.NO_FACE).held_s == 3.0
    room.frame(7, 0)
    assert room.state.hold(Signal.NO_FACE).held_s == 4.0


def test_a_pause_freezes_and_closes_nothing() -> None:
    room = Room()
    for t in range(1, 7):
        room.frame(t, 2)
    room.feed(WatchChanged(7.0, False))
    for t in range(8, 100):
        room.frame(t, 1)
        room.ticks(t, t)
        room.page(t, K.CLIPBOARD_PASTE)
    assert room.open == {"multiple_faces#1"}
    assert set(room.incidents) == {"multiple_faces#1"}
    room.feed(WatchChanged(100.0, True))
    for t in range(101, 106):
        room.frame(t, 1)
    assert room.open == set()


def test_nothing_counts_before_the_attempt_is_live() -> None:
    room = Room()
    room.feed(WatchChanged(0.0, False))
    for t in range(1, 30):
        room.frame(t, 0)
    room.feed(SecondDeviceObserved(30.0))
    assert room.incidents == {}


def test_a_finding_that_returns_within_the_cool_down_is_the_same_incident() -> None:
    room = Room()
    for t in range(1, 5):
        room.frame(t, 2)
    for t in range(5, 12):
        room.frame(t, 1)
    for t in range(12, 16):
        room.frame(t, 2)
    incident = room.incidents["multiple_faces#1"]
    assert (incident.times, incident.closed_at_s, incident.opened_at_s) == (2, None, 4)
    assert incident.explanation.words == "2 faces for 6.0 s, best scores 0.98 and 0.91, 2 times"
    assert [s for s, _ in room.steps] == ["opened", "closed", "extended"]
    for t in range(16, 60):
        room.frame(t, 1)
    for t in range(60, 65):
        room.frame(t, 2)
    assert room.open == {"multiple_faces#2"}


def test_extensions_come_every_two_seconds_or_when_the_fact_changes() -> None:
    room = Room()
    for tick in range(10, 60):
        room.frame(tick / 10, 2)
    opened_at = 4.0
    assert room.incidents["multiple_faces#1"].opened_at_s == opened_at
    assert [s for s, _ in room.steps] == ["opened"]
    room.frame(5.95, 3)
    assert [s for s, _ in room.steps] == ["opened", "extended"]
    assert room.incidents["multiple_faces#1"].explanation.words.startswith("3 faces")
    for tick in range(60, 85):
        room.frame(tick / 10, 3)
    assert [s for s, _ in room.steps] == ["opened", "extended", "extended"]


def test_the_end_closes_what_is_open() -> None:
    room = Room()
    for t in range(1, 6):
        room.frame(t, 2)
    state, changes = close_all(room.state, 7.0)
    assert [(c.step, c.incident.closed_at_s) for c in changes] == [(IncidentStep.CLOSED, 7.0)]
    assert close_all(state, 8.0)[1] == ()


def test_a_clock_that_runs_backwards_adds_nothing() -> None:
    room = Room()
    for t in (10, 4, 9, 3, 8, 2):
        room.frame(t, 2)
    assert room.state.hold(Signal.MULTIPLE_FACES).held_s == 0.0
    assert room.state.now_s == 10


def test_signals_that_cannot_be_asked_are_off() -> None:
    strict = PRESETS[Preset.STRICT]
    beside = effective_policy(strict, ContentMode.BESIDE)
    off = {signal for signal, rule in beside.signals.items() if not rule.enabled}
    assert off == {Signal.TAB_HIDDEN, Signal.WINDOW_BLUR, Signal.FULLSCREEN_EXIT}
    assert effective_policy(strict, ContentMode.FRAME) == strict
    no_screen = effective_policy(PRESETS[Preset.STANDARD], ContentMode.TEXT)
    assert [s for s, r in no_screen.signals.items() if not r.enabled] == [Signal.SCREEN_SHARE_STOPPED]


def test_presets_speak_of_every_signal() -> None:
    for table in (SIGNAL_LABELS, SIGNAL_SENTENCES, WARNING_TEXTS):
        assert set(table) == set(Signal)
    assert set(PRESETS) == set(PRESET_SENTENCES) == set(Preset)
    for policy in PRESETS.values():
        assert set(policy.signals) == set(Signal)
        assert all(rule.cooldown_s >= rule.release_s for rule in policy.signals.values())
    texts = [*SIGNAL_SENTENCES.values(), *(f"{w.noticed} {w.to_do}" for w in WARNING_TEXTS.values())]
    assert not any(word in text.lower() for text in texts for word in ("cheat", "suspicious", "fraud"))


@pytest.mark.parametrize(
    "line",
    [
        "no json",
        "[]",
        '{"type":"time"}',
        '{"type":"time","at_s":true}',
        '{"type":"later","at_s":1}',
        '{"type":"page_event","at_s":1,"kind":"sneezed"}',
        '{"type":"faces","at_s":1,"scan":"fine","faces":[[1,2,3]],"frame_sequence":1}',
        '{"type":"time","at_s":NaN}',
    ],
)
def test_an_unreadable_observation_has_its_code(line: str) -> None:
    with pytest.raises(ExamhallError) as caught:
        observation_from_line(line)
    assert caught.value.code == "observation_unreadable"


def test_an_unreadable_state_has_its_code() -> None:
    good = state_to_json(RulesState())
    for bad in ({}, {**good, "version": 99}, {**good, "holds": {"sneeze": {}}}, {**good, "scans": 3}):
        with pytest.raises(ExamhallError) as caught:
            state_from_json(bad)
        assert caught.value.code == "rules_state_unreadable"
