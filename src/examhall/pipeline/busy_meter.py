"""How busy the workers were lately."""

from collections import deque

WINDOW_S = 5.0


class BusyMeter:
    """Share of the last 5 s that `workers` workers spent on frames."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._running: dict[int, float] = {}
        self._ended: deque[tuple[float, float]] = deque()
        self._next_token = 0

    def begin(self, now_s: float) -> int:
        """Returns a token for `end`."""
        self._next_token += 1
        self._running[self._next_token] = now_s
        return self._next_token

    def end(self, token: int, now_s: float) -> None:
        self._ended.append((self._running.pop(token), now_s))
        self._forget(now_s)

    def ratio(self, now_s: float) -> float:
        """0..1."""
        self._forget(now_s)
        from_s = now_s - WINDOW_S
        spent = sum(end - max(begin, from_s) for begin, end in self._ended)
        spent += sum(now_s - max(begin, from_s) for begin in self._running.values())
        return min(1.0, spent / (WINDOW_S * self._workers))

    def _forget(self, now_s: float) -> None:
        while self._ended and self._ended[0][1] <= now_s - WINDOW_S:
            self._ended.popleft()
