"""A role as one table: rows are screens, pages and reports, columns are verbs, and how far each row reaches.

The rows come from the stored rights, so that whatever can be granted can be seen here.
"""

from dataclasses import dataclass, field
from typing import Any

from flask import current_app
from flask_appbuilder.security.sqla.models import PermissionView, Role
from sqlalchemy import select

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import BadInput
from app.core.i18n import lazy_gettext as _l
from app.security.seed import owned_record_types
from app.services.grants import rights_of_role, scopes_of_role
from app.services.roles import may_add, may_widen
from models.users import Scope
from reports.registry import REPORTS
from views.registry import SCREENS

COLUMNS: dict[str, Any] = {
    "list": _l("List"),
    "show": _l("Open"),
    "lookup": _l("Choose"),
    "add": _l("Add"),
    "edit": _l("Change"),
    "delete": _l("Delete"),
    "restore": _l("Restore"),
    "export": _l("Export"),
    "import": _l("Import"),
}
"""Verbs with a column of their own; all others stand in the last column by name."""
FURTHER: dict[str, Any] = {
    "view": _l("Open"),
    "submit": _l("Submit"),
    "withdraw": _l("Withdraw"),
    "inbox": _l("Inbox"),
    "decide": _l("Decide"),
    "administer": _l("Administer"),
    "run": _l("Print"),
    "cancel": _l("Stop"),
    "verify": _l("Check"),
    "reveal": _l("Reveal"),
}
NOTHING = "none"


@dataclass(frozen=True)
class Cell:
    """One right: whether it is ticked, and whether the actor may tick or untick it."""

    pair_id: int
    label: Any
    is_ticked: bool
    is_open: bool


@dataclass(frozen=True)
class ScopeChoice:
    """How many rows of a record type the role reaches: the chosen scope and those that may be chosen."""

    record_type: str
    chosen: str
    options: list[tuple[str, Any]]


@dataclass
class MatrixRow:
    """The rights of one screen, page or report."""

    name: str
    title: Any
    cells: dict[str, Cell] = field(default_factory=dict)
    further: list[Cell] = field(default_factory=list)
    scope: ScopeChoice | None = None


@dataclass(frozen=True)
class Asked:
    """What somebody ticked and did not get; drawn instead of what the role holds."""

    pair_ids: set[int]
    scopes: dict[str, Scope | None]


def matrix_of(actor: Actor, role: Role, asked: Asked | None = None) -> list[MatrixRow]:
    """Return the table of a role in the order of the portal's screens, then reports, then whatever is left."""
    titles, record_types = _described()
    held = rights_of_role(role)
    rows: dict[str, MatrixRow] = {}
    for pair in db.session.scalars(select(PermissionView)).unique():
        name, verb = pair.view_menu.name, pair.permission.name.removeprefix("can_")
        row = rows.setdefault(name, MatrixRow(name, titles.get(name) or name))
        right = (pair.permission.name, name)
        is_ticked = right in held if asked is None else pair.id in asked.pair_ids
        label = COLUMNS.get(verb) or FURTHER.get(verb) or verb
        cell = Cell(pair.id, label, is_ticked, is_open=right in held or may_add(actor, role, right))
        if verb in COLUMNS:
            row.cells[verb] = cell
        else:
            row.further.append(cell)
    _add_scopes(actor, role, rows, record_types, asked)
    order = {name: place for place, name in enumerate(titles)}
    return sorted(rows.values(), key=lambda row: (order.get(row.name, len(order)), row.name))


def _described() -> tuple[dict[str, Any], dict[str, str]]:
    """Return resource → title, and resource → record type, each type at its first screen only."""
    titles: dict[str, Any] = {entry.screen.__name__: entry.screen.title for entry in SCREENS}
    record_types: dict[str, str] = {}
    owned = set(owned_record_types())
    for view in current_app.appbuilder.baseviews:  # type: ignore[attr-defined]
        name = view.class_permission_name
        titles[name] = titles.get(name) or getattr(view, "title", "")
        model = getattr(getattr(view, "datamodel", None), "obj", None)
        record_type = getattr(model, "__tablename__", "")
        if record_type in owned and record_type not in record_types.values():
            record_types[name] = record_type
    titles.update({report.key: report.title for report in REPORTS})
    return titles, record_types


def _add_scopes(
    actor: Actor, role: Role, rows: dict[str, MatrixRow], record_types: dict[str, str], asked: Asked | None
) -> None:
    stored = scopes_of_role(role)
    chosen: dict[str, Scope | None] = {**stored, **(asked.scopes if asked else {})}
    by_type = {record_type: name for name, record_type in record_types.items()}
    for record_type in owned_record_types():
        name = by_type.get(record_type, record_type)
        row = rows.setdefault(name, MatrixRow(name, record_type))
        now = chosen.get(record_type)
        options = [(NOTHING, _l("No records"))]
        options += [(str(scope.value), scope.label) for scope in Scope
                    if scope in {now, stored.get(record_type)} or may_widen(actor, role, record_type, scope)]  # fmt: skip
        row.scope = ScopeChoice(record_type, NOTHING if now is None else str(now.value), options)


def read_form(form: Any) -> Asked:
    """Return the ticked rights and the chosen scopes of a posted table.

    Raises:
        BadInput: a key is no number or a scope is none.
    """
    scopes: dict[str, Scope | None] = {}
    try:
        pair_ids = {int(text) for text in form.getlist("right")}
        for name, text in form.items():
            if name.startswith("scope."):
                scopes[name.removeprefix("scope.")] = None if text == NOTHING else Scope(text)
    except ValueError as problem:
        raise BadInput("bad-right", _l("The form was malformed. Reload the page.")) from problem
    if any(not 0 < pair_id < 2**31 for pair_id in pair_ids):
        raise BadInput("bad-right", _l("The form was malformed. Reload the page."))
    return Asked(pair_ids, scopes)
