"""Every operation of the API, asked at random by everybody: no 5xx, nothing that the schema does not say."""

import os
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from support.api_fuzz import ROLES, run, target_of
from support.live import live_house

# `make fuzz` asks more.
EXAMPLES = int(os.environ.get("EXAMHALL_FUZZ_EXAMPLES", "2"))
PHASES = os.environ.get("EXAMHALL_FUZZ_PHASES", "fuzzing")


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("role", ROLES)
async def test_no_answer_is_a_surprise(role: str, tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        house = await stack.enter_async_context(live_house(tmp_path / "data"))
        target = await target_of(house, role, stack)
        findings = await run(target, tmp_path, examples=EXAMPLES, phases=PHASES)
    assert not findings, findings
