"""A token bucket for each caller's address."""

import math
from collections import OrderedDict
from dataclasses import dataclass

from examhall.domain.errors import ErrorKind, ExamhallError


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at_s: float


class Buckets:
    """`burst` requests at once, `per_s` in the long run. The table is bounded: who was not seen for longest goes."""

    def __init__(self, burst: float, per_s: float, max_addresses: int = 10_000) -> None:
        self._burst = burst
        self._per_s = per_s
        self._max = max_addresses
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, address: str, now_s: float) -> None:
        """Take one token; raises `ExamhallError` `too_many_requests` when there is none."""
        bucket = self._buckets.get(address)
        if bucket is None:
            bucket = self._buckets[address] = _Bucket(self._burst, now_s)
            if len(self._buckets) > self._max:
                self._buckets.popitem(last=False)
        self._buckets.move_to_end(address)
        bucket.tokens = min(self._burst, bucket.tokens + max(0.0, now_s - bucket.at_s) * self._per_s)
        bucket.at_s = now_s
        if bucket.tokens < 1.0:
            raise ExamhallError(
                ErrorKind.TOO_MANY,
                "too_many_requests",
                "Too many requests from this address; slow down.",
                retry_after_s=math.ceil((1.0 - bucket.tokens) / self._per_s),
            )
        bucket.tokens -= 1.0
