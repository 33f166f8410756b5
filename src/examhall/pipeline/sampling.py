"""How often candidates are sampled when the workers are busy: the same step for all alike."""

STEPS_S = (1.0, 1.5, 2.0, 3.0, 5.0)
BUSY, _BUSY_FOR_S = 0.80, 5.0
_CALM, _CALM_FOR_S = 0.50, 30.0


class SamplingController:
    """Steps the sampling interval up under load and down again, with hysteresis."""

    def __init__(self) -> None:
        self._step = 0
        self._busy_since_s: float | None = None
        self._calm_since_s: float | None = None

    @property
    def interval_s(self) -> float:
        """Seconds between two frames of one candidate: 1, 1.5, 2, 3 or 5."""
        return STEPS_S[self._step]

    def update(self, now_s: float, busy_ratio: float) -> float:
        """Take a reading (`now_s` monotonic, ratio 0..1) and return the interval that follows.

        Over 80% for 5 s goes one step slower, under 50% for 30 s one step faster; each step needs
        its whole time anew.
        """
        if busy_ratio > BUSY:
            self._busy_since_s = now_s if self._busy_since_s is None else self._busy_since_s
        else:
            self._busy_since_s = None
        if busy_ratio < _CALM:
            self._calm_since_s = now_s if self._calm_since_s is None else self._calm_since_s
        else:
            self._calm_since_s = None
        if self._busy_since_s is not None and now_s - self._busy_since_s >= _BUSY_FOR_S:
            self._step = min(self._step + 1, len(STEPS_S) - 1)
            self._busy_since_s = now_s
        elif self._calm_since_s is not None and now_s - self._calm_since_s >= _CALM_FOR_S:
            self._step = max(self._step - 1, 0)
            self._calm_since_s = now_s
        return self.interval_s
