"""A bucket for each address."""

import pytest

from examhall.domain.errors import ExamhallError
from examhall.web.buckets import Buckets


def test_a_burst_then_the_long_run_rate_for_each_address() -> None:
    buckets = Buckets(burst=2, per_s=0.5)
    for _ in range(2):
        buckets.take("a", 0.0)
    with pytest.raises(ExamhallError, match="too_many_requests") as refused:
        buckets.take("a", 1.0)
    assert refused.value.retry_after_s == 1
    buckets.take("b", 1.0)
    buckets.take("a", 2.0)
    with pytest.raises(ExamhallError):
        buckets.take("a", 1.0)  # a clock that runs backwards fills nothing


def test_the_table_forgets_who_was_not_seen_for_longest() -> None:
    buckets = Buckets(burst=1, per_s=0.001, max_addresses=2)
    for address in ("a", "b", "c"):
        buckets.take(address, 0.0)
    buckets.take("a", 0.0)
    with pytest.raises(ExamhallError):
        buckets.take("c", 0.0)
