import functools
import operator

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from examhall.pipeline.lanes import LaneFullError, LaneRule, Lanes, WhenFull

BACK = LaneRule(waiting=3, when_full=WhenFull.REFUSE, background=True)


def test_the_newest_supersedes_the_waiting_one() -> None:
    lanes: Lanes[int] = Lanes({})
    assert lanes.put("a", 1) is None
    assert lanes.put("a", 2) == 1
    assert lanes.take() == ("a", 2)
    assert lanes.take() is None


def test_a_lane_in_work_waits_for_its_end() -> None:
    lanes: Lanes[int] = Lanes({})
    lanes.put("a", 1)
    lanes.take()
    lanes.put("a", 2)
    assert lanes.take() is None
    lanes.finish("a")
    assert lanes.take() == ("a", 2)


def test_a_refusing_lane_keeps_its_order() -> None:
    lanes: Lanes[int] = Lanes({"back": BACK})
    for ticket in (1, 2, 3):
        lanes.put("back", ticket)
    with pytest.raises(LaneFullError):
        lanes.put("back", 4)
    lanes.put("front", 9)
    taken = []
    while (turn := lanes.take()) is not None:
        taken.append(turn[1])
        lanes.finish(turn[0])
    assert taken == [9, 1, 2, 3]


def test_what_was_taken_back_is_not_given_out() -> None:
    lanes: Lanes[int] = Lanes({})
    lanes.put("a", 1)
    assert lanes.discard("a", 1)
    assert not lanes.discard("a", 1)
    assert lanes.take() is None
    assert lanes.names() == []


class LanesMachine(RuleBasedStateMachine):
    """Whatever happens: nothing is lost or given out twice, bounds hold, nothing idles that could run."""

    def __init__(self) -> None:
        super().__init__()
        self.lanes: Lanes[int] = Lanes({"back": BACK})
        self.next = 0
        self.waiting: dict[str, list[int]] = {}
        self.in_work: set[str] = set()

    @rule(name=st.sampled_from(["a", "b", "c", "back"]))
    def put(self, name: str) -> None:
        self.next += 1
        waiting = self.waiting.setdefault(name, [])
        limit = 3 if name == "back" else 1
        if name == "back" and len(waiting) == limit:
            with pytest.raises(LaneFullError):
                self.lanes.put(name, self.next)
            return
        expected = waiting.pop(0) if len(waiting) == limit else None
        assert self.lanes.put(name, self.next) == expected
        waiting.append(self.next)

    @rule()
    def take(self) -> None:
        taken = self.lanes.take()
        able = [name for name, tickets in self.waiting.items() if tickets and name not in self.in_work]
        if taken is None:
            assert not able
            return
        name, ticket = taken
        assert name in able
        assert name != "back" or able == ["back"]
        assert self.waiting[name].pop(0) == ticket
        self.in_work.add(name)

    @precondition(lambda self: self.in_work)
    @rule(data=st.data())
    def finish(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.in_work)))
        self.in_work.remove(name)
        self.lanes.finish(name)

    @rule(name=st.sampled_from(["a", "b", "c", "back"]))
    def drain(self, name: str) -> None:
        assert self.lanes.drain(name) == self.waiting.pop(name, [])

    @invariant()
    def same_tickets_wait(self) -> None:
        assert sorted(self.lanes.waiting()) == sorted(
            functools.reduce(operator.iadd, self.waiting.values(), [])
        )

    @invariant()
    def idle_lanes_are_forgotten(self) -> None:
        busy = {name for name, tickets in self.waiting.items() if tickets} | self.in_work
        assert set(self.lanes.names()) == busy


TestLanes = LanesMachine.TestCase
