"""A check that was begun again after the server was away: what it did not do stays as it was before."""

from dataclasses import replace

from examhall.domain.check_in import CheckInResult, CheckInStep, StepState
from examhall.domain.observation import Detector

_TRIED_BY = {
    CheckInStep.CALIBRATE: frozenset({Detector.GAZE}),
    CheckInStep.VOICE: frozenset({Detector.SPEECH}),
}
_BY_THE_FACE = frozenset(Detector) - frozenset().union(*_TRIED_BY.values())


def steps_kept(before: CheckInResult, now: CheckInResult) -> frozenset[CheckInStep]:
    """The steps that passed before and were not tried in the newer check."""
    passed = {one.step for one in before.steps if one.state is StepState.PASSED}
    return frozenset(one.step for one in now.steps if one.state is StepState.SKIPPED and one.step in passed)


def merged(before: CheckInResult, now: CheckInResult) -> CheckInResult:
    """The newer result, with the older one's word on the steps that are kept."""
    kept = steps_kept(before, now)
    detectors = {one.detector: one for one in before.detectors if _step_of(one.detector) in kept}
    return replace(
        now,
        steps=tuple(replace(one, state=StepState.PASSED) if one.step in kept else one for one in now.steps),
        calibration=before.calibration if CheckInStep.CALIBRATE in kept else now.calibration,
        detectors=tuple(detectors.get(one.detector, one) for one in now.detectors),
        reference_distance=before.reference_distance if CheckInStep.FACE in kept else now.reference_distance,
    )


def _step_of(detector: Detector) -> CheckInStep:
    if detector in _BY_THE_FACE:
        return CheckInStep.FACE
    return next(step for step, tried in _TRIED_BY.items() if detector in tried)
