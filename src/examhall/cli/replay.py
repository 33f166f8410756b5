"""`examhall replay`: what another policy would have made of an exam."""

import asyncio
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from examhall.bootstrap.policies import read_policy
from examhall.bootstrap.replay import Replayed, read_recording, replay_recording, stored_recordings
from examhall.cli.options import settings_from
from examhall.domain.incident import IncidentState


def replay(
    what: Annotated[
        str,
        typer.Argument(
            metavar="ATTEMPT_OR_FILE", help="An attempt's id, an exam's id, or a file of JSON lines."
        ),
    ],
    policy: Annotated[str, typer.Option(help="The new policy: relaxed, standard, strict, or a JSON file.")],
    baseline: Annotated[str, typer.Option(help="For a file: the policy that it ran under.")] = "standard",
    data_dir: Annotated[Path | None, typer.Option(help="The data folder of the server.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object for each attempt.")] = False,
) -> None:
    """Run stored observations under new thresholds; nothing stored is changed.

    Only what was looked at can be judged anew: a detector that was off saw nothing.
    """
    new = read_policy(policy)
    recordings = (
        (read_recording(Path(what), read_policy(baseline)),)
        if Path(what).is_file()
        else asyncio.run(stored_recordings(settings_from(data_dir=data_dir), what))
    )
    done = [replay_recording(recording, new) for recording in recordings]
    if as_json:
        for one in done:
            typer.echo(json.dumps(_numbers(one)))
        return
    for one in done:
        typer.echo("\n".join(_words(one)))
    if len(done) > 1:
        typer.echo("\n".join(_summary(done)))


def _numbers(one: Replayed) -> dict[str, object]:
    comparison = one.comparison
    return {
        "recording": one.name,
        "from_s": one.before.first_s,
        "to_s": one.before.last_s,
        "appeared": [_incident(incident) for incident in comparison.appeared],
        "vanished": [_incident(incident) for incident in comparison.vanished],
        "changed": [
            {"before": _incident(pair.before), "after": _incident(pair.after)} for pair in comparison.changed
        ],
        "unchanged": [_incident(incident) for incident in comparison.unchanged],
        "shadow": [_incident(incident) for incident in one.after.shadow],
    }


def _incident(incident: IncidentState) -> dict[str, object]:
    return {
        "signal": incident.signal.value,
        "severity": incident.severity.value,
        "opened_at_s": round(incident.opened_at_s, 3),
        "closed_at_s": None if incident.closed_at_s is None else round(incident.closed_at_s, 3),
        "confidence": incident.confidence,
        "words": incident.explanation.words,
    }


def _words(one: Replayed) -> list[str]:
    comparison = one.comparison
    lines = [
        f"{one.name}: {len(one.before.incidents)} incidents before, {len(one.after.incidents)} under the new policy"
    ]
    lines += [_line("+", incident) for incident in comparison.appeared]
    lines += [_line("-", incident) for incident in comparison.vanished]
    for pair in comparison.changed:
        lines += [_line("<", pair.before), _line(">", pair.after)]
    lines += [_line("=", incident) for incident in comparison.unchanged]
    lines += [_line("shadow", incident) for incident in one.after.shadow]
    return lines


def _line(mark: str, incident: IncidentState) -> str:
    return (
        f"  {mark:6} {incident.opened_at_s:8.1f} s  {incident.signal.value:22} {incident.explanation.words}"
    )


def _summary(done: Sequence[Replayed]) -> list[str]:
    """How often each signal spoke, over all attempts."""
    before = Counter(incident.signal.value for one in done for incident in one.before.incidents)
    after = Counter(incident.signal.value for one in done for incident in one.after.incidents)
    shadow = Counter(incident.signal.value for one in done for incident in one.after.shadow)
    lines = ["", f"{'in all':26}{'before':>8}{'after':>8}{'shadow':>8}"]
    lines += [
        f"  {name:24}{before[name]:8}{after[name]:8}{shadow[name]:8}"
        for name in sorted(before | after | shadow)
    ]
    return lines
