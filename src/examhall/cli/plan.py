"""`examhall plan`: what a policy costs on this machine."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from examhall.bootstrap.policies import read_policy
from examhall.bootstrap.step_costs import measure_step_costs
from examhall.domain.plan_cost import PlanCost, candidates_per_core, plan_cost
from examhall.pipeline.sampling import BUSY

_WORDS = {
    "frame": "decode, quality, thumbnail",
    "coarse": "faces, coarse scan",
    "fine": "faces, fine scan",
    "head": "head pose, gaze, mouth, eyes",
    "identity": "identity",
    "objects": "phone, book, laptop, persons",
    "sound": "speech, each half second",
}


def plan(
    policy: Annotated[
        str, typer.Argument(metavar="POLICY", help="relaxed, standard, strict, or a JSON file.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    models_dir: Annotated[
        Path | None, typer.Option(envvar="EXAMHALL_MODELS_DIR", help="The model folder.")
    ] = None,
) -> None:
    """Show which detector runs how often, and what that costs per candidate on this machine."""
    chosen = read_policy(policy)
    cost = plan_cost(chosen, measure_step_costs(chosen.scan, models_dir))
    typer.echo(json.dumps(_numbers(cost)) if as_json else _table(chosen.name, cost))


def _numbers(cost: PlanCost) -> dict[str, object]:
    return {
        "steps": [asdict(row) for row in cost.rows],
        "cpu_ms_per_candidate_second": round(cost.quiet_ms_per_s, 3),
        "cpu_ms_per_candidate_second_talking": round(cost.talking_ms_per_s, 3),
        "candidates_per_core": candidates_per_core(cost.quiet_ms_per_s, BUSY),
        "candidates_per_core_talking": candidates_per_core(cost.talking_ms_per_s, BUSY),
        "busy_share": BUSY,
    }


def _table(name: str, cost: PlanCost) -> str:
    lines = [
        f"Policy {name}, measured on this machine, CPU milliseconds of one core",
        "",
        f"{'step':32}{'one run':>9}{'runs/s':>9}{'ms/s':>8}{'talking':>9}",
    ]
    lines += [
        f"{_WORDS[row.step]:32}{row.run_ms:9.2f}{row.runs_per_s:9.3f}{row.ms_per_s:8.2f}"
        f"{row.talking_ms_per_s:9.2f}"
        for row in cost.rows
    ]
    quiet = candidates_per_core(cost.quiet_ms_per_s, BUSY)
    talking = candidates_per_core(cost.talking_ms_per_s, BUSY)
    lines += [
        f"{'in all':50}{cost.quiet_ms_per_s:8.2f}{cost.talking_ms_per_s:9.2f}",
        "",
        f"A core busy for {BUSY:.0%} carries {quiet} quiet candidates, {talking} who talk all the time.",
        "Sockets, database and follow-ups after something was seen come on top; see `make bench`.",
    ]
    return "\n".join(lines)
