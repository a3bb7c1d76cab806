"""One line inside its parent's form: how a kind of lines is declared, and the row that is typed into."""

from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any

from wtforms import BooleanField

from app.core.errors import RuleViolation
from app.core.i18n import lazy_gettext as _l
from views.fields import fields_of
from views.forms import RowForm, make_row_form

_OWN = frozenset({"row_key", "row_version", "is_removed"})
"""Hidden inputs of a row that are no columns of the line."""


@dataclass(frozen=True)
class LineTotal:
    """What the rows of a kind sum to, shown while one types; the services hold it when the form is stored.

    Attributes:
        column: the summed column of the lines.
        limit: the parent's column that holds the most they may sum to.
        goal: what they sum to when the record is complete.
    """

    column: str
    limit: str | None = None
    goal: Decimal | None = None


@dataclass(frozen=True)
class InlineLines:
    """Lines of one kind that the parent's form carries.

    Attributes:
        name: the kind's name in the form; the parent's relationship of this name, if any, gives the order.
        view: the lines' own screen, one of the parent's `related_views`.
    """

    name: str
    view: Any
    total: LineTotal | None = None


@dataclass
class Row:
    """One line in the form.

    Attributes:
        form: its inputs; columns that cannot be typed here stand in `texts`.
        line: the stored line, None for a new one.
        number: as a person counts, from 1.
        texts: column → shown value, of the stored line.
        sums: the stored value of the summed column, for a row without an input of it.
        errors: sentences about the line as a whole.
        is_done: whether there is nothing to store: it is stored already, or was not sent at all.
    """

    form: RowForm
    line: Any = None
    number: int = 0
    texts: dict[str, Any] = field(default_factory=dict)
    sums: str = ""
    errors: list[Any] = field(default_factory=list)
    is_done: bool = False

    @property
    def is_removed(self) -> bool:
        """Whether the stored line is to be deleted."""
        return self.line is not None and self.form.is_removed.data == "1"

    def refuse(self, refusal: RuleViolation) -> None:
        """Keep a refusal beside the input that it is about, else with the row."""
        if refusal.field in self.form:
            target = self.form[refusal.field]
            target.errors = [*target.errors, refusal.message]
        else:
            self.errors.append(refusal.message)

    def forget_line(self) -> None:
        """Make a row whose line is gone a new one, and say so; sending it again adds it."""
        self.form.row_key.data = self.form.row_version.data = self.form.is_removed.data = ""
        self.errors.append(
            _l("Somebody else removed this line. Save again to add it anew, or remove the row.")
        )

    def problems(self) -> list[tuple[str, Any, Any]]:
        """Return (key of the input, label, sentence) of everything that is wrong in the row."""
        row_id = self.form.row_key.id.removesuffix("-row_key") + "-row"
        own = [(row_id, "", message) for message in self.errors]
        others = [
            (one.id, one.label.text, message) for one in self.form if one.errors for message in one.errors
        ]
        return own + others

    def changed(self) -> bool:
        """Whether a typed value differs from the stored one."""
        return any(typed(self.form, name) != getattr(self.line, name) for name in columns_of(self.form))


@cache
def row_form(view: type[Any], columns: tuple[str, ...]) -> type[RowForm]:
    """Return the form of one line of a screen with these columns."""
    described = fields_of(view.datamodel.obj)
    return make_row_form(f"{view.__name__}RowForm", [described[name] for name in columns], view.__name__)


def columns_of(form: RowForm) -> list[str]:
    """Return the columns that a row's form has inputs of."""
    return [one.short_name for one in form if one.short_name not in _OWN]


def typed(form: RowForm, name: str) -> Any:
    """Return the value that an input stands for; an empty text is none."""
    value = form[name].data
    return None if value == "" else value


def fill(line: Any, form: RowForm) -> None:
    """Give a line what was typed in its row."""
    for name in columns_of(form):
        setattr(line, name, typed(form, name))


def is_empty(form: RowForm) -> bool:
    """Whether nothing was typed into a new row; a switch alone says nothing."""
    return not any(
        str(text).strip()
        for name in columns_of(form)
        if not isinstance(form[name], BooleanField)
        for text in form[name].raw_data or ()
    )
