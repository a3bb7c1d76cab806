"""How an entry's changes read: the columns' labels, labels for choices and references, old and new value."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask import current_app

from app.core.errors import BadInput
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from models.audit import AuditEvent
from models.base import FabModel
from views.fields import NUMERIC, Field, Kind, fields_of, row_title
from views.formats import formatter_of

TitleOf = Callable[[Field, Any], str]
_FORMATTED = NUMERIC | {Kind.DATE, Kind.INSTANT}

_TITLES: dict[str, Any] = {
    "ab_role": _l("Role"),
    "ab_permission_view": _l("Right"),
    "data_scope": _l("Row scope"),
    "job": _l("Task"),
}
"""Record types that no screen shows."""


@dataclass(frozen=True)
class ChangeRow:
    """One changed column: its label, what it was and what it became; a plain fact has only `new`."""

    label: Any
    old: str
    new: str


@lru_cache(maxsize=1)
def _models() -> dict[str, Any]:
    """Return record type → model; where two share a table, the one that describes more columns."""
    found: dict[str, Any] = {}
    for mapper in FabModel.registry.mappers:
        name = str(getattr(mapper.class_, "__tablename__", ""))
        if name not in found or issubclass(mapper.class_, found[name]):
            found[name] = mapper.class_
    return found


def record_type_title(record_type: str | None) -> Any:
    """Return what a record of a type is called, by its screen; the type itself if nothing names it."""
    for view in current_app.appbuilder.baseviews:  # type: ignore[attr-defined]
        model = getattr(getattr(view, "datamodel", None), "obj", None)
        if (
            record_type
            and getattr(model, "__tablename__", None) == record_type
            and getattr(view, "title_one", "")
        ):
            return view.title_one
    return _TITLES.get(record_type or "", record_type or "")


def change_rows(
    entry: AuditEvent, *, only: Iterable[str] | None = None, title: TitleOf = row_title
) -> list[ChangeRow]:
    """Return the changes of an entry, one row per column.

    Args:
        only: the columns that are wanted, if not all.
        title: returns the title of a related row by its key.
    """
    model = _models().get(entry.record_type or "")
    fields = fields_of(model) if model is not None else {}
    names = entry.changes if only is None else only
    return [_row(fields.get(name), name, entry.changes[name], title) for name in names]


def _row(field: Field | None, name: str, value: Any, title: TitleOf) -> ChangeRow:
    label = field.label if field is not None else name
    if isinstance(value, dict) and set(value) == {"added", "removed"}:
        old, new = (_joined(value[side]) for side in ("removed", "added"))
        return ChangeRow(label, old and f"− {old}", new and f"+ {new}")
    if isinstance(value, list) and len(value) == 2:
        return ChangeRow(label, _shown(field, value[0], title), _shown(field, value[1], title))
    return ChangeRow(label, "", _shown(field, value, title))


def _joined(names: Any) -> str:
    return ", ".join(str(name) for name in names)


def _shown(field: Field | None, value: Any, title: TitleOf) -> str:
    """Return a value of the trail as a person reads it; marks of hidden values say only that there was one."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return str(_("Yes") if value else _("No"))
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    text = str(value)
    if text.startswith("personal:"):
        return str(_("(personal value)"))
    if text.startswith("secret:"):
        return str(_("(secret value)"))
    if field is not None and field.kind is Kind.CHOICE and field.choices is not None:
        return str({str(member.value): member.label for member in field.choices}.get(text, text))
    if field is not None and field.kind is Kind.RELATION and isinstance(value, int):
        return title(field, value)
    return _formatted(field, text) if field is not None and field.kind in _FORMATTED else text


def _formatted(field: Field, text: str) -> str:
    """Return a number or a point in time as the pages write it; what the column could not hold stays as it is."""
    try:
        return str(formatter_of(field)(field.parse(text)))
    except BadInput:
        return text
