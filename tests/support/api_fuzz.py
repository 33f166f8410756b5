"""schemathesis against a running server: its own program, every check it has, one role at a time."""

import asyncio
import json
import os
import sys
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from support.live import TOGETHER, LiveHouse, sending

ST = Path(sys.executable).with_name("schemathesis")
TESTS = Path(__file__).parents[1]
ROLES = ("anonymous", "candidate", "proctor", "reviewer", "admin")
# What would end the run itself: the own login. Each has tests of its own.
_ENDS_THE_RUN = ("log_out_api_v1_session_delete",)
# Valid by the schema, and yet not possible in this state, gone, too often; what is never an answer to a valid
# request of somebody with the right is "invalid_request", see _HOOKS.
_EXPECTED = ["2xx", "400", "401", "403", "404", "409", "410", "413", "415", "422", "429", "503", "507"]


@dataclass(frozen=True, slots=True)
class Target:
    """Where to, as whom, and ids that exist there. token: None for nobody."""

    base_url: str
    token: str | None
    ids: dict[str, str]


async def target_of(house: LiveHouse, role: str, stack: AsyncExitStack) -> Target:
    """A live attempt with an incident and its evidence, and a login of the role in its exam."""
    candidate = await house.live_candidate("Zoë <b>")
    wall = await stack.enter_async_context(house.wall())
    page = await stack.enter_async_context(house.page(candidate))
    await page.next("welcome")
    async with sending(page, TOGETHER):
        shown = await wall.next(
            "update",
            where=lambda m: m["body"]["type"] == "incident" and m["body"]["incident"]["evidence"],
        )
    incident = shown["body"]["incident"]
    accounts = house.services.accounts
    user, _ = await accounts.add_staff("Grace", "grace@example.org", "proctor")
    ids = {
        "exam_id": house.exam_id,
        "attempt_id": candidate.attempt_id,
        "incident_id": incident["id"],
        "evidence_id": incident["evidence"][0]["url"].rpartition("/")[2],
        "user_id": user.id,
        "provider": "p2p",
    }
    return Target(house.base_url, await _token(house, role, candidate.token), ids)


async def _token(house: LiveHouse, role: str, candidate_token: str) -> str | None:
    if role in {"anonymous", "candidate"}:
        return candidate_token if role == "candidate" else None
    if role == "admin":
        return house.staff_token
    accounts = house.services.accounts
    user, _ = await accounts.add_staff(role.title(), f"{role}@example.org", role)
    await accounts.set_member(house.exam_id, user.id, role)
    link = await accounts.demo_link(user.id, 3_600_000)
    return (await accounts.enter(link.url.partition("#")[2])).token


async def run(target: Target, folder: Path, *, examples: int, phases: str, seed: int = 5) -> str:
    """The findings; empty when there are none."""
    config = folder / "schemathesis.toml"
    config.write_text(_config(target, examples, phases.split(",")))
    process = await asyncio.create_subprocess_exec(
        ST,
        *("--config-file", str(config), "run", f"{target.base_url}/openapi.json"),
        *("--phases", phases, "--seed", str(seed), "--warnings", "off"),
        cwd=folder,
        env={**os.environ, "NO_COLOR": "1", "COLUMNS": "200", "PYTHONPATH": str(TESTS)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        output, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return "" if process.returncode == 0 else output.decode(errors="replace")


def _config(target: Target, examples: int, phases: list[str]) -> str:
    lines = [
        'hooks = "support.api_fuzz_hooks"',
        "continue-on-failure = true",
        "workers = 1",
        "request-timeout = 30",
        'suppress-health-check = ["all"]',
        "[generation]",
        f"max-examples = {examples}",
        "deterministic = true",
        "no-shrink = true",
        'database = "none"',
        "with-security-parameters = false",
        "[checks]",
        f"positive_data_acceptance.expected-statuses = {json.dumps(_EXPECTED)}",
        f"negative_data_rejection.expected-statuses = {json.dumps(_EXPECTED[1:])}",
        "[cache]",
        "enabled = false",
    ]
    if target.token is not None:  # shown at every door, also at those of others
        for scheme in ("staffToken", "candidate"):
            lines += [f"[auth.openapi.{scheme}]", f'bearer = "{target.token}"']
    lines += ["[parameters]"]
    lines += [f'"path.{name}" = {{ dictionary = "{name}", probability = 0.85 }}' for name in target.ids]
    for name, value in target.ids.items():
        lines += [f"[dictionaries.{name}]", f"values = {json.dumps([value])}"]
    for operation in _ENDS_THE_RUN:
        lines += ["[[operations]]", f'include-operation-id = "{operation}"', "enabled = false"]
    return "\n".join(lines) + "\n"
