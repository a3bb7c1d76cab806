"""Why a row is refused: where, what, and how to cure it; collected, counted, and written as CSV."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from app.core.errors import BadInput
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.exports.csv_stream import stream_csv

MOST_PROBLEMS = 20_000
"""Refused rows of one file; with more of them the file is not what it should be."""
_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Problem:
    """One refused row.

    Attributes:
        line: number of its line in the file.
        column: header of the column, empty if the row as a whole is meant.
        value: what stands there, at most 200 characters.
        reason: key of `REASONS`.
        detail: a value that the sentences name: another line, the allowed values.
    """

    line: int
    column: str
    value: str
    reason: str
    detail: str = ""


class RowRefused(Exception):
    """A row cannot be stored; raised while it is parsed or checked.

    Args:
        reason: key of `REASONS`.
        field: name of the importer's field; empty for the row as a whole.
    """

    def __init__(self, reason: str, field: str = "", value: str = "", detail: object = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.field = field
        self.value = value
        self.detail = str(detail)


@dataclass(frozen=True, slots=True)
class Reason:
    """What is wrong and what to do; both may name `%(detail)s`."""

    text: Any
    cure: Any


REASONS: dict[str, Reason] = {
    "missing": Reason(_l("A required value is missing."), _l("Fill in the cell.")),
    "cells": Reason(
        _l("The line has another number of cells than the header (%(detail)s)."),
        _l("Put a value that holds the separator in quotation marks, and give every column a cell."),
    ),
    "too-long": Reason(
        _l("The text is longer than %(detail)s characters."), _l("Shorten it, or leave the column out.")
    ),
    "control": Reason(_l("The text holds a control character."), _l("Type the text anew.")),
    "not-a-number": Reason(
        _l("This is not a number."), _l("Write it with digits and a point, without separators: 1234.50")
    ),
    "not-whole": Reason(
        _l("This is not a whole number."), _l("Write a whole number, negative for a return.")
    ),
    "places": Reason(_l("The number has more than 4 decimal places."), _l("Round it to 4 places.")),
    "too-large": Reason(
        _l("The number is too large."), _l("Check the number; split the line if it is right.")
    ),
    "zero-quantity": Reason(
        _l("The quantity is 0."),
        _l("Give what was sold, or a negative quantity for a return; else drop the line."),
    ),
    "negative-price": Reason(
        _l("The unit price is negative."), _l("Write the price as positive and the quantity as negative.")
    ),
    "not-a-date": Reason(
        _l("This is not a date that can be understood without doubt."),
        _l("Write it as 2026-03-31 or 2026-03-31 14:05:00, the year first."),
    ),
    "no-such-time": Reason(
        _l("This local time does not exist in the zone %(detail)s: the clocks were set forward."),
        _l("Correct the time, or import with the right zone."),
    ),
    "to-come": Reason(_l("The time lies in the future."), _l("Correct it, or import with the right zone.")),
    "not-a-choice": Reason(_l("This value is not known here."), _l("Write one of: %(detail)s")),
    "other-customer": Reason(
        _l("Another line of the same receipt names another customer (%(detail)s)."),
        _l("Give all lines of a receipt the same customer, or leave him out on all."),
    ),
    "receipt-incomplete": Reason(
        _l(
            "Another line of the same receipt is refused (line %(detail)s); a receipt is stored whole or not at all."
        ),
        _l("Cure that line."),
    ),
    "receipt-differs": Reason(
        _l("A receipt with this number is stored already, with other lines or another time."),
        _l("Undo the batch that stored it and import the corrected file, or change the receipt by hand."),
    ),
    "customer-in-bin": Reason(
        _l("The customer lies in the bin."), _l("Restore him, or leave the customer's number out.")
    ),
    "customer-differs": Reason(
        _l("This customer is stored already, with another value (%(detail)s)."),
        _l("Change the stored customer by hand, or take the line out."),
    ),
    "not-recognisable": Reason(
        _l("The line has neither a number nor a contact way by which the customer is recognised."),
        _l("Give the customer's number, mobile number, e-mail, WeChat name or card."),
    ),
    "twice": Reason(
        _l("The same customer or contact way stands on line %(detail)s already."),
        _l("Keep one of the two lines."),
    ),
    "identity-taken": Reason(
        _l("This contact way belongs to another customer already."),
        _l("Look for duplicates, or take the value out."),
    ),
    "bad-contact": Reason(
        _l("This cannot be such a contact way."),
        _l(
            "Examples: 138 0013 8000, name@example.com, WeChat name of 6 to 20 letters and digits, card number."
        ),
    ),
    "company-person": Reason(
        _l("A company has no gender and no birthday."), _l("Empty the cell, or write “person” as the kind.")
    ),
}


class TooManyProblems(BadInput):
    """So many rows are refused that the file cannot be the right one; nothing is stored.

    Args:
        problems: those found until then.
    """

    def __init__(self, problems: list[Problem]) -> None:
        message = _l(
            "More than %(most)s rows are refused: is it the right file, with the right columns? Nothing was stored.",
            most=MOST_PROBLEMS,
        )
        super().__init__("too-many-problems", message)
        self.problems = problems


class Problems:
    """The refused rows of one reading."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        """Take the importer's field → header of its column."""
        self._headers = headers
        self._found: list[Problem] = []

    def __len__(self) -> int:
        return len(self._found)

    def add(self, line: int, refusal: RowRefused) -> None:
        """Note a refused row.

        Raises:
            TooManyProblems: it is one too many.
        """
        column = self._headers.get(refusal.field, refusal.field)
        self._found.append(
            Problem(line, column, refusal.value[:_SHOWN], refusal.reason, refusal.detail[:_SHOWN])
        )
        if len(self._found) > MOST_PROBLEMS:
            raise TooManyProblems(self.sorted())

    def sorted(self) -> list[Problem]:
        """Return them by line."""
        return sorted(self._found, key=lambda problem: problem.line)


def counted(problems: Iterable[Problem]) -> list[tuple[str, int]]:
    """Return (reason, rows), the most frequent first."""
    return Counter(problem.reason for problem in problems).most_common()


def to_json(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """Return the problems as a batch keeps them."""
    return [asdict(problem) for problem in problems]


def from_json(stored: Iterable[Mapping[str, Any]]) -> list[Problem]:
    """Return the problems that a batch keeps."""
    return [Problem(**item) for item in stored]


def text_of(problem: Problem) -> str:
    """Return in the reader's language what is wrong."""
    return _filled(REASONS[problem.reason].text, problem.detail)


def cure_of(problem: Problem) -> str:
    """Return in the reader's language what to do."""
    return _filled(REASONS[problem.reason].cure, problem.detail)


def _filled(sentence: Any, detail: str) -> str:
    return str(sentence).replace("%(detail)s", detail)


def problems_csv(problems: Sequence[Problem]) -> Iterator[str]:
    """Yield a CSV file of the refused rows: line, column, value, reason, cure."""
    header = (_("Line"), _("Column"), _("Value"), _("Reason"), _("Cure"))
    rows = [(p.line, p.column, p.value, text_of(p), cure_of(p)) for p in problems]
    return stream_csv(header, [rows])
