"""An attempt being watched: feeds the rules and keeps what they said."""

from dataclasses import dataclass, field, replace

from examhall.domain.incident import IncidentState, IncidentStep
from examhall.domain.observation import (
    CameraObserved,
    Doubt,
    FaceBox,
    FacesObserved,
    FrameUnseen,
    HeadObserved,
    IdentityObserved,
    ObjectLabel,
    ObjectsObserved,
    Observation,
    PageEventKind,
    PageEventObserved,
    Scan,
    SeenObject,
    SpeechObserved,
    TimePassed,
    WatchChanged,
)
from examhall.domain.policy import Policy, Preset, Signal, SignalRule
from examhall.domain.presets import PRESETS
from examhall.domain.rules.engine import RulesState, step

STANDARD = replace(PRESETS[Preset.STANDARD], require_screen=True)
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

    def head(
        self,
        at_s: float,
        yaw_deg: float | None = 0.0,
        gaze: float | None = 0.51,
        *,
        pitch_deg: float | None = 0.0,
        gaze_vertical: float | None = 0.0,
        mouth: float | None = 0.1,
        eyes: float | None = 0.35,
        doubt: Doubt | None = None,
        gaze_doubt: Doubt | None = None,
    ) -> None:
        self.feed(
            HeadObserved(
                at_s,
                yaw_deg,
                pitch_deg,
                0.0,
                gaze,
                gaze_vertical,
                mouth,
                eyes,
                doubt,
                gaze_doubt,
                self.frames,
            )
        )

    def identity(self, at_s: float, distance: float | None, doubt: Doubt | None = None) -> None:
        self.feed(IdentityObserved(at_s, distance, doubt, self.frames))

    def objects(self, at_s: float, *seen: SeenObject) -> None:
        self.feed(ObjectsObserved(at_s, tuple(ObjectLabel), seen, self.frames))

    def sound(self, at_s: float, share: float = 1.0, level_dbfs: float = -25.0) -> None:
        """Half a second of sound that ends at `at_s`."""
        self.feed(SpeechObserved(at_s, 0.5, share, share, level_dbfs, 0.0))

    def words(self, key: str) -> str:
        return self.incidents[key].explanation.words


def with_rule(signal: Signal, policy: Policy = STANDARD, **changes: object) -> Policy:
    """The policy with one signal's rule changed; names and values as in `SignalRule`."""
    rule: SignalRule = replace(policy.signals[signal], **changes)  # type: ignore[arg-type]
    return replace(policy, signals={**policy.signals, signal: rule})
