"""Who is in the picture, and whether there is a picture: no_face, multiple_faces, camera_blocked."""

from dataclasses import replace

from examhall.domain.observation import CameraObserved, FaceBox, FacesObserved, Scan
from examhall.domain.policy import Policy, ScanPlan, Signal
from examhall.domain.rules.hold import Changes, Sighting
from examhall.domain.rules.state import (
    Camera,
    RulesState,
    Scans,
    freeze,
    max_gap_s,
    rule_of,
    sample,
)

SIGNALS = (Signal.NO_FACE, Signal.MULTIPLE_FACES, Signal.CAMERA_BLOCKED)
FOLLOW_UP_FRAMES = 3
RECHECK_EVERY_S = 3.0  # a coarse count that flickers must not make every frame a fine one

# Of 362 labelled pictures (33 in poor light) the darkest with a face has a mean of 22, the plainest
# a deviation of 12.9, the softest a sharpness of 19.6; these lie clearly below.
COVERED_SD = 8.0
SMEARED_SD = 25.0  # a hand near the lens: some light and shade, nothing sharp
SMEARED_SHARPNESS = 8.0
UNREADABLE_SHARPNESS = 4.0
BLURRED_SHARPNESS = 15.0  # explains a missing face, is no incident by itself


def observe_faces(state: RulesState, seen: FacesObserved, policy: Policy) -> tuple[RulesState, Changes]:
    """Take the faces of one frame. The frame's `CameraObserved` comes before."""
    scans = _remember(state.scans, seen, policy)
    state = replace(state, scans=scans)
    if not state.sees:
        return state, ()
    if state.camera.blocked and rule_of(policy, Signal.CAMERA_BLOCKED) is not None:
        # One cause, one incident: what a covered camera does not show is not known.
        return freeze(state, Signal.NO_FACE, Signal.MULTIPLE_FACES), ()
    count = max(len(seen.faces), scans.fine_count or 0)
    gap_s = max_gap_s(state, policy)
    state, none = _no_face(state, seen, policy, count, gap_s)
    state, many = _multiple_faces(state, seen, policy, count, gap_s)
    return state, none + many


def observe_camera(state: RulesState, seen: CameraObserved, policy: Policy) -> tuple[RulesState, Changes]:
    """Take the quality of one frame: dark, covered, frozen or hopelessly blurred is blocked."""
    same = state.camera.exact_hash == seen.exact_hash
    repeats = state.camera.repeats + 1 if same else 0
    face_at_s = state.scans.face_at_s
    face = face_at_s is not None and seen.at_s - face_at_s <= max_gap_s(state, policy)
    rule = rule_of(policy, Signal.CAMERA_BLOCKED)
    sighting = _blocked(seen, repeats, rule.threshold if rule else 0.0, face_shown=face)
    state = replace(state, camera=Camera(seen.exact_hash, repeats, sighting is not None, seen.sharpness))
    if not state.sees:
        return state, ()
    return sample(
        state,
        policy,
        Signal.CAMERA_BLOCKED,
        seen.at_s,
        max_gap_s(state, policy),
        holds_now=sighting is not None,
        sighting=sighting,
    )


def wants_fine(state: RulesState, at_s: float, plan: ScanPlan) -> bool:
    """Whether the frame of `at_s` is to be searched closely: by period, or as a follow-up."""
    scans = state.scans
    if scans.follow_up > 0 or scans.recheck or scans.fine_at_s is None:
        return True
    # Half an interval early rather than half late: frames do not come to the millisecond.
    return at_s - scans.fine_at_s >= plan.fine_period_s - plan.interval_s / 2


def forget_scans(state: RulesState) -> RulesState:
    """After a break the first frame is searched closely; an old count says nothing any more."""
    return replace(state, scans=Scans(), camera=replace(state.camera, repeats=0, blocked=False))


def _remember(scans: Scans, seen: FacesObserved, policy: Policy) -> Scans:
    count = len(seen.faces)
    standing = 0 if seen.scan is Scan.FINE else scans.fine_count or 0
    face_at_s = seen.at_s if max(count, standing) > 0 else None
    if seen.scan is Scan.FINE:
        several = policy.signals.get(Signal.MULTIPLE_FACES)
        look_again = count > 1 and several is not None and several.enabled
        return replace(
            scans,
            fine_count=count,
            fine_at_s=seen.at_s,
            follow_up=FOLLOW_UP_FRAMES if look_again else max(0, scans.follow_up - 1),
            recheck=False,
            face_at_s=face_at_s,
        )
    changed = scans.coarse_count is not None and scans.coarse_count != count
    waited = scans.recheck_at_s is None or seen.at_s - scans.recheck_at_s >= RECHECK_EVERY_S
    if changed and waited:
        return replace(scans, coarse_count=count, recheck=True, recheck_at_s=seen.at_s, face_at_s=face_at_s)
    return replace(scans, coarse_count=count, face_at_s=face_at_s)


def _no_face(
    state: RulesState, seen: FacesObserved, policy: Policy, count: int, gap_s: float
) -> tuple[RulesState, Changes]:
    rule = rule_of(policy, Signal.NO_FACE)
    expected = max(1.0, rule.threshold) if rule else 1.0
    missing = count < expected
    sharpness = state.camera.sharpness
    blurred = sharpness is not None and sharpness < BLURRED_SHARPNESS
    confidence = 0.7 if state.scans.fine_count is None else 0.9
    phrase = "No face" if count == 0 else f"{_faces(count)} where {expected:.0f} are expected"
    sighting = Sighting(
        phrase=phrase,
        detail=f"the picture is blurred (sharpness {sharpness:.1f})" if blurred else "",
        confidence=confidence * (0.8 if blurred else 1.0),
        numbers=(("faces", float(count)),),
    )
    return sample(
        state, policy, Signal.NO_FACE, seen.at_s, gap_s,
        holds_now=missing, sighting=sighting if missing else None,
    )  # fmt: skip


def _multiple_faces(
    state: RulesState, seen: FacesObserved, policy: Policy, count: int, gap_s: float
) -> tuple[RulesState, Changes]:
    rule = rule_of(policy, Signal.MULTIPLE_FACES)
    allowed = max(1, int(rule.threshold)) if rule else 1
    sighting = _several(seen.faces, allowed) if len(seen.faces) > allowed else None
    return sample(
        state, policy, Signal.MULTIPLE_FACES, seen.at_s, gap_s,
        holds_now=count > allowed, sighting=sighting,
    )  # fmt: skip


def _several(faces: tuple[FaceBox, ...], allowed: int) -> Sighting:
    scores = sorted((face.score for face in faces), reverse=True)
    first_extra = scores[allowed]
    shown = " and ".join(f"{score:.2f}" for score in scores[: allowed + 1])
    return Sighting(
        phrase=_faces(len(faces)),
        detail=f"best scores {shown}",
        confidence=first_extra,
        numbers=(
            ("faces", float(len(faces))),
            *((f"score_{i}", round(s, 4)) for i, s in enumerate(scores[: allowed + 1], start=1)),
        ),
        rank=len(faces) + first_extra,
    )


def _faces(count: int) -> str:
    return "1 face" if count == 1 else f"{count} faces"


def _blocked(seen: CameraObserved, repeats: int, dark_luma: float, *, face_shown: bool) -> Sighting | None:
    if repeats > 0:
        return Sighting(
            "Picture frozen", f"{repeats + 1} pictures the same to the last pixel",
            min(0.99, 1.0 - 0.5**repeats), (("same_pictures", repeats + 1.0),),
        )  # fmt: skip
    if face_shown:
        return None  # a face lit by the screen in a dark room is a picture to work with
    numbers = (
        ("luma_mean", round(seen.luma_mean, 2)),
        ("luma_sd", round(seen.luma_sd, 2)),
        ("sharpness", round(seen.sharpness, 2)),
    )
    if seen.luma_mean < dark_luma:
        sure = 0.5 + 0.5 * (1.0 - seen.luma_mean / dark_luma)
        return Sighting("Camera dark", f"mean brightness {seen.luma_mean:.0f} of 255", sure, numbers)
    smeared = seen.luma_sd < SMEARED_SD and seen.sharpness < SMEARED_SHARPNESS
    if seen.luma_sd < COVERED_SD or smeared:
        sure = 0.6 + 0.4 * max(0.0, 1.0 - seen.luma_sd / SMEARED_SD)
        detail = f"brightness varies by {seen.luma_sd:.1f} of 255 only"
        return Sighting("Camera covered", detail, sure, numbers)
    if seen.sharpness < UNREADABLE_SHARPNESS:
        return Sighting("Camera blurred", f"sharpness {seen.sharpness:.1f}", 0.6, numbers)
    return None
