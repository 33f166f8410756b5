"""A policy named on the command line: a preset, or a file as the API gives it."""

import json
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from examhall.application.exams import check_policy
from examhall.domain.errors import ErrorKind, ExamhallError
from examhall.domain.policy import Policy, Preset
from examhall.domain.presets import PRESETS, complete

_POLICY = TypeAdapter(Policy)


def read_policy(name: str) -> Policy:
    """`relaxed`, `standard`, `strict`, or a JSON file: a policy, or the answer of /exams/{id}/policy.

    Raises ExamhallError: `policy_unreadable` (no such file, not JSON, not a policy), `policy_invalid`.
    """
    if name in set(Preset):
        return PRESETS[Preset(name)]
    try:
        value = json.loads(Path(name).read_text("utf-8"))
    except OSError as error:
        presets = ", ".join(Preset)
        raise _unreadable(f"{name} is neither a file that can be read nor one of {presets}.") from error
    except ValueError as error:
        raise _unreadable(f"{name} is not JSON.") from error
    if isinstance(value, dict) and isinstance(value.get("policy"), dict):
        value = value["policy"]
    try:
        policy = complete(_POLICY.validate_python(value))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the whole"
        raise _unreadable(f"{name} is not a policy: {where}: {first['msg']}.") from error
    check_policy(policy)
    return policy


def _unreadable(message: str) -> ExamhallError:
    return ExamhallError(ErrorKind.INVALID, "policy_unreadable", message)
