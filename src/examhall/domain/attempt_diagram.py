"""The picture of the state table, for docs/attempt-states.md."""

from examhall.domain.attempt import TRANSITIONS

_INTRO = """\
# The states of an attempt

Made from the table in `src/examhall/domain/attempt.py` by `python scripts/write_attempt_states.py`; a test
fails when it is not current. `ended` means ended by a proctor. Whatever the table does not
list is refused with `illegal_state_change`, an error that names both states.
"""


def attempt_states_page() -> str:
    """Return the Markdown page with the Mermaid diagram, ending in a line end."""
    lines = ["stateDiagram-v2", "    [*] --> invited"]
    lines += [
        f"    {before} --> {after}: {action.replace('_', ' ')}"
        for (before, action), after in TRANSITIONS.items()
    ]
    last = sorted(set(TRANSITIONS.values()) - {before for before, _ in TRANSITIONS})
    lines += [f"    {state} --> [*]" for state in last]
    return _INTRO + "\n```mermaid\n" + "\n".join(lines) + "\n```\n"
