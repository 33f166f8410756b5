"""What happens to a camera picture: covered, frozen, dark, backlit; and a book or a laptop drawn into it.

Made from labelled pictures of one person by a seeded script and shown to the product as short videos, in
Motion JPEG, so that equal pictures stay equal. Their figures are called synthetic.
"""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np

from accuracy.composites import Portrait
from accuracy.report import Report, short, table
from accuracy.statistics import poisson_upper, proportion
from examhall.adapters.detectors.analyzer import FrameAnalyzer
from examhall.bootstrap.video_watch import VideoWatch, watch_video
from examhall.domain.incident import IncidentState
from examhall.domain.observation import FaceBox, Scan
from examhall.domain.policy import Preset, ScanPlan, Signal
from examhall.domain.presets import PRESETS
from examhall.vision.decode import Picture

FRAMES_A_SECOND = 2
CHECK_S = 3.0
SEATS = 12
CALM_SEATS = 40
CALM_S = 33.0

Frames = Iterable[Picture]
Dice = np.random.Generator


def measure_causes(portraits: Sequence[Portrait], analyzer: FrameAnalyzer, report: Report) -> None:
    """Fill in covered, frozen, book, laptop, backlit, dark and blurred."""
    seats = seats_of(portraits)[:SEATS]
    if not seats:
        report.text(
            "## Made up by a script", "This folder has no webcam-like picture of one person to make any from."
        )
        return
    rows = []
    for name, signal, frames in _EVENTS:
        opened = [
            (seat.still.scene, _opens(_watch(frames(seat, _dice(seat)), analyzer), signal)) for seat in seats
        ]
        found = report.add(f"synthetic_{name}_incident_recall", proportion(opened))
        rows.append((name.replace("_", " "), f"incident of {signal}", short(found)))
    for name, change in _LIGHTS.items():
        counted = [(one.still.scene, _count(change(one, _dice(one)), analyzer) == 1) for one in portraits]
        found = report.add(f"synthetic_{name}_face_count_exact", proportion(counted))
        rows.append((name, "right face count, coarse scan", short(found)))
    report.text(
        "## Made up by a script",
        "Changed copies of labelled pictures of one person. Covered: a lens cap or a hand from one moment on; frozen: the same "
        "picture again and again; backlit: the face darkened before a bleached background; dark: a third of the light and a sensor's noise; "
        "blurred: out of focus; book and laptop: drawn in perspective below the face (drawings are not things: a low figure here "
        "says little of real ones).",
        table(("what", "measured", "share"), rows),
    )


def measure_calm(portraits: Sequence[Portrait], analyzer: FrameAnalyzer, report: Report) -> None:
    """Half a minute of each candidate sitting there, with a camera's noise and a body's small movements."""
    seats = seats_of(portraits)[:CALM_SEATS]
    if seats:
        report.text(_calm(seats, analyzer, report))


def seats_of(portraits: Sequence[Portrait]) -> list[Portrait]:
    """Webcam-like pictures of one person without a phone, one of each scene."""
    fitting = [one for one in portraits if one.still.webcam_like and one.still.phone is False]
    return list({one.still.scene: one for one in fitting}.values())


def _calm(seats: Sequence[Portrait], analyzer: FrameAnalyzer, report: Report) -> str:
    """Half a minute of each candidate sitting there, with a camera's noise and a body's small movements."""
    false: list[tuple[str, IncidentState]] = []
    seconds = 0.0
    for seat in seats:
        watch = _watch(_living(seat.picture, _dice(seat), CALM_S), analyzer)
        seconds += watch.watched_s
        false += [(seat.still.scene, incident) for incident in watch.incidents]
    report.add_number("synthetic_false_incidents", len(false), len(seats))
    report.add_number("synthetic_exposure_s", seconds, len(seats))
    report.details["synthetic_false"] = [
        f"{incident.signal}: {incident.explanation.words}" for _, incident in false
    ]
    by_signal = sorted({str(incident.signal) for _, incident in false})
    bound = poisson_upper(len(false)) / seconds * 3600
    return (
        f"Sitting there: {len(seats)} candidates of different scenes, {CALM_S - CHECK_S:g} s each after the camera check, made from one picture "
        f"with small movements, changing light and noise: {len(false)} incidents in {seconds:.0f} s"
        + (f" ({', '.join(by_signal)})" if by_signal else "")
        + f"; at most {bound:.1f} an hour by the exact Poisson bound, if such pictures were a room."
    )


# ---- what happens ------------------------------------------------------------------------------------


def _living(picture: Picture, dice: Dice, seconds: float) -> Iterator[Picture]:
    """The picture as a camera would give it: shifted and turned a little, brighter and darker, with noise."""
    height, width = picture.shape[:2]
    sway, light = np.zeros(3), 0.0
    grain = dice.normal(0, 3, (height, width, 1)).astype(np.float32)
    for _ in range(round(seconds * FRAMES_A_SECOND)):
        sway = 0.7 * sway + dice.normal(size=3) * (0.006 * width, 0.004 * height, 0.8)
        light = 0.8 * light + dice.normal() * 2.0
        turn = cv2.getRotationMatrix2D((width / 2, height), float(sway[2]), 1.02)
        turn[:, 2] += sway[:2]
        moved = cv2.warpAffine(picture, turn, (width, height), borderMode=cv2.BORDER_REFLECT).astype(
            np.float32
        )
        # Rolled rather than drawn anew: as different for every pixel, and much faster.
        noise = np.roll(grain, dice.integers(0, 1 << 20, 2), axis=(0, 1))
        yield np.clip(moved + light + noise, 0, 255).astype(np.uint8)


def _lens_cap(seat: Portrait, dice: Dice) -> Iterator[Picture]:
    yield from _living(seat.picture, dice, CHECK_S + 4)
    for _ in range(10 * FRAMES_A_SECOND):
        yield np.clip(dice.normal(6, 3, seat.picture.shape), 0, 255).astype(np.uint8)


def _hand(seat: Portrait, dice: Dice) -> Iterator[Picture]:
    """Skin before the lens: reddish, without detail, brighter where light comes through."""
    yield from _living(seat.picture, dice, CHECK_S + 4)
    height, width = seat.picture.shape[:2]
    glow = np.linspace(0.7, 1.15, width)[None, :, None] * np.ones((height, 1, 1))
    for _ in range(10 * FRAMES_A_SECOND):
        skin = glow * (40.0, 50.0, 90.0) + dice.normal(0, 3, (height, width, 3))
        yield np.clip(skin, 0, 255).astype(np.uint8)


def _freeze(seat: Portrait, dice: Dice) -> Iterator[Picture]:
    last = seat.picture
    for last in _living(seat.picture, dice, CHECK_S + 4):
        yield last
    for _ in range(10 * FRAMES_A_SECOND):
        yield last


def _with_drawn(draw: Callable[[Picture, FaceBox], Picture]) -> Callable[[Portrait, Dice], Iterator[Picture]]:
    def frames(seat: Portrait, dice: Dice) -> Iterator[Picture]:
        yield from _living(seat.picture, dice, CHECK_S)
        yield from _living(draw(seat.picture, seat.face), dice, 15.0)

    return frames


def _book(picture: Picture, face: FaceBox) -> Picture:
    """Two open pages with lines of words and a figure, darker at the fold."""
    size, dice = 400, np.random.default_rng(1)
    columns = np.arange(2 * size)
    shade = 1 - 0.35 * np.exp(-(((columns - size) / 60.0) ** 2))
    pages = np.full((500, 2 * size, 3), (232.0, 240.0, 243.0)) * shade[None, :, None]
    for left in (50, size + 45):
        for y in range(50, 450, 14):
            x = left
            while x < left + 300:
                word = int(dice.integers(10, 40))
                cv2.line(pages, (x, y), (min(x + word, left + 305), y), (90, 90, 90), 3)
                x += word + 8
    pages[60:200, size + 60 : size + 200] = (120, 140, 110)
    return _laid(picture, pages.astype(np.uint8), face, 2.1)


def _laptop(picture: Picture, face: FaceBox) -> Picture:
    """A screen with a page on it above a keyboard."""
    machine = np.full((620, 800, 3), (70, 70, 72), np.uint8)
    machine[20:380, 25:775] = (215, 205, 200)
    machine[40:90, 45:755] = (150, 90, 50)
    for y in range(120, 360, 26):
        cv2.line(machine, (60, y), (60 + 400 + (y * 37) % 270, y), (90, 90, 90), 6)
    for y in range(410, 540, 32):
        for x in range(60, 740, 48):
            cv2.rectangle(machine, (x, y), (x + 40, y + 24), (25, 25, 25), -1)
    cv2.rectangle(machine, (300, 552), (500, 612), (95, 95, 98), -1)
    return _laid(picture, machine, face, 2.0)


def _laid(picture: Picture, thing: Picture, face: FaceBox, faces_wide: float) -> Picture:
    """Put before the candidate's chest, leaning back a little, with a shadow's edge."""
    height, width = picture.shape[:2]
    wide = faces_wide * (face.y2 - face.y1)
    high = 0.62 * wide
    x = (face.x1 + face.x2) / 2
    bottom = min(float(height - 4), face.y2 + 0.6 * wide + high)
    top = bottom - high
    corners = np.array([[x - 0.43 * wide, top], [x + 0.43 * wide, top], [x + 0.5 * wide, bottom], [x - 0.5 * wide, bottom]], np.float32)  # fmt: skip
    rows, columns = thing.shape[:2]
    own = np.array([[0, 0], [columns, 0], [columns, rows], [0, rows]], np.float32)
    turn = cv2.getPerspectiveTransform(own, corners)
    laid = cv2.warpPerspective(thing, turn, (width, height), flags=cv2.INTER_AREA)
    mask = cv2.warpPerspective(np.full((rows, columns), 255, np.uint8), turn, (width, height))
    soft = cv2.GaussianBlur(mask, (0, 0), 1.2)[..., None].astype(np.float32) / 255
    return np.clip(picture * (1 - soft) + laid * soft, 0, 255).astype(np.uint8)


def _backlit(one: Portrait, _: Dice) -> Picture:
    """A window behind: light flows in from the edges, the person in the middle is dark."""
    height, width = one.picture.shape[:2]
    face = one.face
    rows, columns = np.mgrid[:height, :width]
    size = max(face.x2 - face.x1, face.y2 - face.y1)
    away = np.hypot((columns - (face.x1 + face.x2) / 2) / size, np.minimum(0, rows - face.y2) / size + 0.5)
    outside = np.clip((away - 0.7) / 0.8, 0, 1)[..., None]
    picture = one.picture.astype(np.float32)
    return np.clip(picture * 0.3 * (1 - outside) + (picture * 1.5 + 70) * outside, 0, 255).astype(np.uint8)


def _dark(one: Portrait, dice: Dice) -> Picture:
    return np.clip(one.picture * 0.3 + dice.normal(0, 4, one.picture.shape), 0, 255).astype(np.uint8)


def _blurred(one: Portrait, _: Dice) -> Picture:
    sigma = max(one.picture.shape[:2]) / 320
    return np.asarray(cv2.GaussianBlur(one.picture, (0, 0), sigma), np.uint8)


_EVENTS: tuple[tuple[str, Signal, Callable[[Portrait, Dice], Frames]], ...] = (
    ("covered_lens_cap", Signal.CAMERA_BLOCKED, _lens_cap),
    ("covered_hand", Signal.CAMERA_BLOCKED, _hand),
    ("frozen", Signal.CAMERA_BLOCKED, _freeze),
    ("book", Signal.BOOK, _with_drawn(_book)),
    ("laptop", Signal.LAPTOP, _with_drawn(_laptop)),
)
_LIGHTS: dict[str, Callable[[Portrait, Dice], Picture]] = {
    "backlit": _backlit,
    "dark": _dark,
    "blurred": _blurred,
}

# ---- how it is shown to the product ------------------------------------------------------------------


def _watch(frames: Frames, analyzer: FrameAnalyzer) -> VideoWatch:
    """As an attempt under the standard policy, with the first seconds as the camera check."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made_up.avi"
        writer: cv2.VideoWriter | None = None
        for frame in frames:
            if writer is None:
                code = cv2.VideoWriter.fourcc(*"MJPG")
                writer = cv2.VideoWriter(str(path), code, FRAMES_A_SECOND, (frame.shape[1], frame.shape[0]))
            writer.write(frame)
        assert writer is not None
        writer.release()
        return watch_video(path, PRESETS[Preset.STANDARD], analyzer, calibrate_s=CHECK_S)


def _opens(watch: VideoWatch, signal: Signal) -> bool:
    return any(incident.signal is signal for incident in watch.incidents)


def _count(picture: Picture, analyzer: FrameAnalyzer) -> int:
    found = analyzer.look_at_picture(picture, Scan.COARSE, ScanPlan()).faces
    return 0 if found is None else len(found.faces)


def _dice(one: Portrait) -> Dice:
    return np.random.default_rng(sum(one.still.path.name.encode()))
