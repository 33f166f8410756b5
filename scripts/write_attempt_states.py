"""Write docs/attempt-states.md from the state table."""

from pathlib import Path

from examhall.domain.attempt_diagram import attempt_states_page

PAGE = Path(__file__).resolve().parent.parent / "docs" / "attempt-states.md"

if __name__ == "__main__":
    PAGE.write_text(attempt_states_page(), encoding="utf-8")
    print(f"wrote {PAGE.name}")
