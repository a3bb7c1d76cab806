"""The filter chips of a list: each filter as a sentence, the form that changes it, and what the form means (R106).

A filter form is a plain GET form: it names the column, the operator and the value apart, so that it works
without scripts; `composed` turns them into the one argument of the address.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask_babel import get_locale
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from app.core.actor import current_actor
from app.core.db import db
from app.core.errors import BadInput
from app.core.i18n import gettext as _
from models.org import Employee
from views.fields import NUMERIC, Field, Kind, title_column
from views.formats import formatter_of
from views.interface import ServiceInterface
from views.list_conditions import (
    ME,
    SEVERAL,
    Condition,
    bad_filter,
    condition_of,
    operator_label,
    operators_of,
)
from views.list_periods import PERIODS

Pairs = list[tuple[str, str]]
BUILDER = ("add", "column", "operator", "value", "to", "period")
"""Names that a filter form sends; none of them stays in an address."""
PLACE = frozenset({"page", "after"})
"""What of an address says where in the list one stands."""
_TIMES = frozenset({Kind.DATE, Kind.INSTANT})


@dataclass(frozen=True)
class Panel:
    """The form of one filter.

    Attributes:
        operators: (operator, how it reads, which control it needs).
        values: the texts typed or chosen.
        options: (value, label) of the values to choose from; for a relation only those chosen.
        hidden: what else stands in the address.
        error: why the value was refused.
    """

    field: Field
    operators: tuple[tuple[str, Any, str], ...]
    operator: str
    values: tuple[str, ...]
    options: tuple[tuple[str, Any], ...]
    hidden: Pairs
    error: Any = None

    @property
    def control(self) -> str:
        """The control of the operator that is chosen."""
        return next(control for operator, _label, control in self.operators if operator == self.operator)

    @property
    def controls(self) -> tuple[str, ...]:
        """All controls that the operators need, each once."""
        return tuple(dict.fromkeys(control for _operator, _label, control in self.operators))

    @property
    def is_person(self) -> bool:
        """Whether a person is chosen, who can be the reader himself."""
        return self.field.target is Employee

    @property
    def input_type(self) -> str:
        """The type of the text control."""
        return "date" if self.field.kind in _TIMES else "text"

    @property
    def periods(self) -> dict[str, Any]:
        """The relative periods."""
        return PERIODS


@dataclass(frozen=True)
class Chip:
    """One filter of the list as a sentence with its form."""

    sentence: str
    rest: Pairs
    """The address without it."""
    panel: Panel


def pairs_of(args: "MultiDict[str, str]", *, drop: Iterable[str] = ()) -> Pairs:
    """Return the arguments of an address without the place in the list and without `drop`."""
    unwanted = {*PLACE, *BUILDER, *drop}
    return [(name, value) for name, value in args.items(multi=True) if name not in unwanted]


def control_of(described: Field, operator: str) -> str:
    """Return which control the value of an operator needs."""
    special = {"empty": "none", "filled": "none", "within": "period", "between": "range"}
    kinds = {Kind.CHOICE: "choice", Kind.RELATION: "relation", Kind.BOOLEAN: "boolean"}
    return special.get(operator) or kinds.get(described.kind, "text")


def panel_of(
    described: Field,
    hidden: Pairs,
    *,
    condition: Condition | None = None,
    titles: dict[str, str] | None = None,
) -> Panel:
    """Return the form of a new filter, or of one that is set."""
    operators = [*operators_of(described), *(["filled"] if "empty" in operators_of(described) else [])]
    labelled = tuple(
        (name, operator_label(described, name), control_of(described, name)) for name in operators
    )
    operator = operators[0]
    values: tuple[str, ...] = ()
    if condition is not None:
        operator, values = _shown_operator(condition), _typed(condition)
    options: tuple[tuple[str, Any], ...] = ()
    if described.choices is not None:
        options = tuple(described.choices.choices())
    elif described.kind is Kind.RELATION:
        options = tuple((value, (titles or {}).get(value, value)) for value in values if value != ME)
    elif described.kind is Kind.BOOLEAN:
        options = (("1", _("Yes")), ("0", _("No")))
    return Panel(described, labelled, operator, values, options, hidden)


def _shown_operator(condition: Condition) -> str:
    return "filled" if condition.operator == "empty" and condition.text == "0" else condition.operator


def _typed(condition: Condition) -> tuple[str, ...]:
    """Return the texts of a filter as its form shows them."""
    if condition.operator == "between":
        return tuple(part.strip() for part in condition.text.split("..", 1))
    if condition.operator in SEVERAL and condition.field.kind in {Kind.CHOICE, Kind.RELATION}:
        return tuple(part.strip() for part in condition.text.split(",") if part.strip())
    if condition.field.kind is Kind.BOOLEAN:
        return ("1" if condition.values[0] else "0",)
    return (condition.text,)


def chips_of(
    datamodel: ServiceInterface, conditions: Sequence[Condition], args: "MultiDict[str, str]"
) -> list[Chip]:
    """Return the filters of a list; related rows by their title, read in one statement per relation."""
    chips = []
    for condition in conditions:
        rest = pairs_of(args)
        rest.remove((condition.name, condition.text))
        titles = _titles(datamodel, condition) if condition.field.kind is Kind.RELATION else {}
        panel = panel_of(condition.field, rest, condition=condition, titles=titles)
        chips.append(Chip(sentence(condition, titles), rest, panel))
    return chips


def _titles(datamodel: ServiceInterface, condition: Condition) -> dict[str, str]:
    """Return the titles of the chosen related rows; of one that the actor may not see only that it is hidden."""
    field = condition.field
    keys = [part for part in _typed(condition) if part.isdigit()]
    if not keys or field.target is None:
        return {ME: _("me")}
    statement = select(field.target.id, title_column(field.target)).where(
        field.target.id.in_([int(key) for key in keys]), datamodel.choosable(current_actor(), field)
    )
    found = {str(key): str(title) for key, title in db.session.execute(statement)}
    return {ME: _("me"), **{key: found.get(key, _("a record you may not see")) for key in keys}}


def sentence(condition: Condition, titles: dict[str, str]) -> str:
    """Return a filter as a person reads it, for example “Status is one of Draft, In review”."""
    described, operator = condition.field, _shown_operator(condition)
    words = [str(described.label), str(operator_label(described, operator))]
    values = _typed(condition)
    if control_of(described, operator) == "none":
        return " ".join(words)
    if operator == "in" and len(values) == 1:
        words[1] = str(operator_label(described, "eq"))
    return " ".join([*words, _value_text(condition, values, titles)])


def _value_text(condition: Condition, values: Sequence[str], titles: dict[str, str]) -> str:
    described, operator = condition.field, condition.operator
    if operator == "within":
        return str(PERIODS[condition.text.strip()])
    if described.kind is Kind.RELATION:
        shown = [titles.get(value, value) for value in values]
    elif described.kind is Kind.CHOICE:
        assert described.choices is not None
        shown = [str(described.choices(value).label) for value in values]
    elif described.kind is Kind.BOOLEAN:
        return str(_("Yes") if condition.values[0] else _("No"))
    else:
        shown = [_plain(described, value) for value in values]
    if operator == "between":
        return " – ".join(shown)
    return ("、" if str(get_locale()).startswith("zh") else ", ").join(shown)


def _plain(described: Field, text: str) -> str:
    """Return one typed value in the reader's language; words in quotes."""
    if described.kind in {Kind.TEXT, Kind.MULTILINE}:
        return f"“{text}”"
    if described.kind is Kind.INSTANT and len(text) == len("2026-01-31"):
        return str(_DAY(date.fromisoformat(text)))
    return str(formatter_of(described)(described.parse(text)))


_DAY = formatter_of(Field("day", Kind.DATE, "", None, is_required=False))


def composed(args: "MultiDict[str, str]", fields: dict[str, Field]) -> tuple[Pairs, Panel | None]:
    """Return the address that a filter form means; with it the form again if its value was refused.

    Raises:
        BadInput: the form names a column or an operator that the list does not have.
    """
    described = fields.get(args["column"])
    operator = args.get("operator", "")
    rest = pairs_of(args)
    if described is None or operator not in (*operators_of(described), "filled"):
        raise bad_filter(args["column"])
    written = _written(args, described, operator)
    if written is None:
        return rest, None
    try:
        condition = condition_of(described, *written)
    except BadInput as refusal:
        panel = replace(panel_of(described, rest), operator=operator, values=tuple(_sent(args)))
        return rest, replace(panel, error=refusal.message)
    return [*rest, (condition.name, condition.text)], None


def _sent(args: "MultiDict[str, str]") -> list[str]:
    return [text.strip() for text in (*args.getlist("value"), *args.getlist("to")) if text.strip()]


def _written(args: "MultiDict[str, str]", described: Field, operator: str) -> tuple[str, str] | None:
    """Return operator and text as the address writes them; nothing when no value was given."""
    control = control_of(described, operator)
    if control == "none":
        return "empty", "0" if operator == "filled" else "1"
    if control == "period":
        return (operator, args["period"]) if args.get("period") else None
    values = [text.strip() for text in args.getlist("value") if text.strip()]
    if control in {"choice", "relation"}:
        return (operator, ",".join(values)) if values else None
    if described.kind in NUMERIC:
        values = [text.replace(",", "").replace(" ", "") for text in values]
    if control == "range":
        return _range(values, args.get("to", "").strip(), described)
    return (operator, values[0]) if values else None


def _range(values: list[str], end: str, described: Field) -> tuple[str, str] | None:
    """Return a span; with one end only “at least” or “at most”."""
    if described.kind in NUMERIC:
        end = end.replace(",", "").replace(" ", "")
    if values and end:
        return "between", f"{values[0]}..{end}"
    if values:
        return "ge", values[0]
    return ("le", end) if end else None
