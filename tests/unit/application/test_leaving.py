"""Pages that are sent away come back one after another."""

import asyncio
import itertools
from collections import Counter
from contextlib import ExitStack

import pytest

from examhall.application.leaving import FIRST_BACK_S, GONE_WITHIN_S, LONGEST_SPREAD_S, PAGES_PER_S, Leaving


async def sent_away(pages: int) -> list[float]:
    chances = itertools.cycle(number / pages for number in range(pages))
    leaving = Leaving(lambda: next(chances))
    with ExitStack() as open_:
        for _ in range(pages):
            open_.enter_context(leaving.page())
        going = asyncio.create_task(leaving.send_away())
        await leaving.begun()
        told = [leaving.back_after_s() for _ in range(pages)]
        assert not going.done(), "it waits for its pages"
    await asyncio.wait_for(going, GONE_WITHIN_S - 1)
    return told


@pytest.mark.parametrize("pages", [1, 100, 1000])
async def test_no_second_brings_more_pages_back_than_can_join_in_it(pages: int) -> None:
    told = await sent_away(pages)
    by_second = Counter(int(at_s - FIRST_BACK_S) for at_s in told)
    assert max(by_second.values()) <= max(PAGES_PER_S * 2, 1)
    assert min(told) >= FIRST_BACK_S
    assert max(told) <= FIRST_BACK_S + max(1.0, pages / PAGES_PER_S)


async def test_nobody_waits_longer_than_the_longest_spread() -> None:
    assert max(await sent_away(5000)) <= FIRST_BACK_S + LONGEST_SPREAD_S


async def test_without_pages_nothing_is_waited_for() -> None:
    await asyncio.wait_for(Leaving(lambda: 0.5).send_away(), 1)
