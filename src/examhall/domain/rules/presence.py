"""Who is in the picture, and whether there is a picture: no_face, multiple_faces, camera_blocked."""

from dataclasses import replace

from examhall.domain.bandwidth import BandwidthRung
from examhall.domain.observation import CameraObserved, FaceBox, FacesObserved, Scan
from examhall.domain.policy import Policy, ScanPlan, Signal
from examhall.domain.rules.hold import Changes, Sighting
from examhall.domain.rules.identity import look_soon
from examhall.domain.rules.state import (
    TICK_GAP_S,
    RulesState,
    Scans,
    asked,
    explains,
    freeze,
    interval_s,
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
FACES_KEPT = 16  # of a screen full of faces; enough to tell bodies with a face from those without
GONE_S = 3.0  # who was out of the picture this long is compared with the enrolled face again
SILENT_S = 10.0  # without a picture, or three intervals, whichever is longer
BLURRED_SHARPNESS = 15.0  # explains a missing face, is no incident by itself


def observe_faces(state: RulesState, seen: FacesObserved, policy: Policy) -> tuple[RulesState, Changes]:
    """Take the faces of one frame. The frame's `CameraObserved` comes before."""
    before = state.scans
    scans = _remember(before, seen, state, policy)
    state = replace(state, scans=scans)
    gone_s = None if before.gone_at_s is None else seen.at_s - before.gone_at_s
    if seen.faces and gone_s is not None and gone_s >= GONE_S:
        state = look_soon(state)
    if not state.sees:
        return state, ()
    count = max(len(seen.faces), scans.fine_count or 0)
    changes: Changes = ()
    for signal, look in ((Signal.NO_FACE, _no_face), (Signal.MULTIPLE_FACES, _multiple_faces)):
        if state.camera.blocked and explains(state, policy, Signal.CAMERA_BLOCKED, signal):
            # One cause, one incident: what a covered camera does not show is not known.
            state = freeze(state, signal)
            continue
        state, more = look(state, seen, policy, count, max_gap_s(state, policy))
        changes += more
    return state, changes


def observe_camera(state: RulesState, seen: CameraObserved, policy: Policy) -> tuple[RulesState, Changes]:
    """Take the quality of one frame: dark, covered, frozen or hopelessly blurred is blocked."""
    same = state.camera.exact_hash == seen.exact_hash
    repeats = state.camera.repeats + 1 if same else 0
    face_at_s = state.scans.face_at_s
    face = face_at_s is not None and seen.at_s - face_at_s <= max_gap_s(state, policy)
    rule = rule_of(policy, Signal.CAMERA_BLOCKED)
    sighting = _blocked(seen, repeats, rule.threshold if rule else 0.0, face_shown=face)
    camera = replace(
        state.camera, exact_hash=seen.exact_hash, repeats=repeats, blocked=sighting is not None,
        sharpness=seen.sharpness, came_at_s=seen.at_s,
    )  # fmt: skip
    state = replace(state, camera=camera)
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


def observe_unseen(state: RulesState, at_s: float) -> RulesState:
    """Take word of a frame that the server did not look at: the camera is there."""
    return replace(state, camera=replace(state.camera, came_at_s=at_s))


def observe_bandwidth(state: RulesState, rung: BandwidthRung, at_s: float) -> RulesState:
    """Take the page's word that its line is slow: what it leaves out on purpose is not missing."""
    return replace(state, rung=rung, camera=replace(state.camera, came_at_s=at_s))


def observe_time(state: RulesState, at_s: float, policy: Policy) -> tuple[RulesState, Changes]:
    """Notice that no pictures come although the page is connected.

    A page whose network is too slow says so; that is taken at its word as long as the network's credit lasts.
    On the rung that leaves pictures out the proctor is shown that, and waits as long as it takes.
    """
    camera = state.camera
    if camera.came_at_s is None or state.rung is BandwidthRung.EVENTS_ONLY:
        return replace(state, camera=replace(camera, came_at_s=at_s)), ()
    level = state.level(Signal.CAMERA_BLOCKED)
    held_since_s = camera.held_since_s
    held = held_since_s is not None and at_s - held_since_s <= policy.network_credit_limit_s
    silent_s = at_s - camera.came_at_s
    limit_s = max(SILENT_S, 3.0 * interval_s(state, policy))
    if silent_s < limit_s or held or (level.on and level.confirmed):
        return state, ()
    sighting = Sighting(
        "No pictures come", f"none in the last {silent_s:.0f} s",
        0.9, (("silent_s", round(silent_s, 1)),),
    )  # fmt: skip
    return sample(state, policy, Signal.CAMERA_BLOCKED, at_s, TICK_GAP_S, holds_now=True, sighting=sighting)


def wants_fine(state: RulesState, at_s: float, plan: ScanPlan) -> bool:
    """Whether the frame of `at_s` is to be searched closely: by period, or as a follow-up."""
    scans = state.scans
    if scans.follow_up > 0 or scans.recheck or scans.fine_at_s is None:
        return True
    # Half an interval early rather than half late: frames do not come to the millisecond.
    return at_s - scans.fine_at_s >= plan.fine_period_s - plan.interval_s / 2


def forget_scans(state: RulesState) -> RulesState:
    """After a break the first frame is searched closely; an old count says nothing any more."""
    camera = replace(state.camera, repeats=0, blocked=False, came_at_s=None)
    return replace(state, scans=Scans(), camera=camera)


def _remember(scans: Scans, seen: FacesObserved, state: RulesState, policy: Policy) -> Scans:
    count = len(seen.faces)
    gone_at_s = None
    if not seen.faces:
        gone_at_s = seen.at_s if scans.gone_at_s is None else scans.gone_at_s
    scans = replace(
        scans, faces=seen.faces[:FACES_KEPT], frame_sequence=seen.frame_sequence, gone_at_s=gone_at_s
    )
    standing = 0 if seen.scan is Scan.FINE else scans.fine_count or 0
    face_at_s = seen.at_s if max(count, standing) > 0 else None
    if seen.scan is Scan.FINE:
        look_again = count > 1 and asked(state, policy, Signal.MULTIPLE_FACES)
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
