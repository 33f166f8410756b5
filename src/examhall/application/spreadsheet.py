"""Text that goes into a spreadsheet."""

_FULL_WIDTH = ("\uff1d", "\uff0b", "\uff0d", "\uff20")
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", *_FULL_WIDTH)


def safe_cell(text: str) -> str:
    """Text that a spreadsheet shows and never runs: what looks like a formula gets an apostrophe in front.

    Spreadsheets trim, and some take full-width signs for their plain ones.
    """
    start = text.lstrip(" \u00a0\u3000\ufeff")
    if text.startswith(_STARTS_A_FORMULA) or start.startswith(_STARTS_A_FORMULA):
        return f"'{text}"
    return text
