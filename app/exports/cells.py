"""Cell texts that no spreadsheet takes for a formula."""

from typing import Any

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def safe_cell(value: Any) -> Any:
    """Return the value, a text that could start a formula with an apostrophe before it.

    Numbers stay numbers: a negative amount is no formula.
    """
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return "'" + value
    return "" if value is None else value
