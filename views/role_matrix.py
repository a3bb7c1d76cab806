"""A role as one table: rows are screens, pages and reports, columns are verbs, and how far each row reaches.

The rows come from the stored rights, so that whatever can be granted can be seen here.
"""

from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

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
from reports.rights_words import COLUMNS, EVERYBODY, Resource, resources, verb_label

NOTHING = "none"
SCOPE_HELP: dict[Scope, Any] = {
    Scope.OWN: _l("What the person is responsible for or has made."),
    Scope.SUBORDINATES: _l("That, and the records of everybody below in the line of superiors."),
    Scope.DEPARTMENT: _l("Every record of the person's own department."),
    Scope.SUBTREE: _l("Every record of the own department and of the departments below it."),
    Scope.ALL: _l("Every record of the company."),
}


@dataclass(frozen=True)
class Cell:
    """One right: whether it is ticked and held, and whether the actor may tick or untick it."""

    pair_id: int
    label: Any
    is_ticked: bool
    is_held: bool
    is_open: bool


@dataclass(frozen=True)
class ScopeChoice:
    """How many rows of a record type the role reaches: what is chosen, what is stored, what may be chosen."""

    record_type: str
    chosen: str
    held: str
    options: list[tuple[str, Any]]


@dataclass
class MatrixRow:
    """The rights of one screen, page or report."""

    resource: Resource
    cells: dict[str, Cell] = field(default_factory=dict)
    further: list[Cell] = field(default_factory=list)
    scope: ScopeChoice | None = None

    @property
    def title(self) -> Any:
        """What people call it."""
        return self.resource.title


@dataclass(frozen=True)
class MatrixGroup:
    """The rows of one area of the menu."""

    title: Any
    rows: list[MatrixRow]


@dataclass(frozen=True)
class Asked:
    """What somebody ticked and did not get; drawn instead of what the role holds."""

    pair_ids: set[int]
    scopes: dict[str, Scope | None]


def matrix_of(actor: Actor, role: Role, asked: Asked | None = None) -> list[MatrixGroup]:
    """Return the table of a role in the order of the menu, then whatever has no place in it."""
    known = {resource.name: resource for resource in resources()}
    held = rights_of_role(role)
    rows: dict[str, MatrixRow] = {}
    for pair in db.session.scalars(select(PermissionView)).unique():
        name, verb = pair.view_menu.name, pair.permission.name.removeprefix("can_")
        right = (pair.permission.name, name)
        row = rows.setdefault(name, MatrixRow(known.get(name) or Resource(name, name, EVERYBODY)))
        is_held = right in held
        is_ticked = is_held if asked is None else pair.id in asked.pair_ids
        is_open = is_held or may_add(actor, role, right)
        cell = Cell(pair.id, verb_label(verb), is_ticked, is_held, is_open)
        if verb in COLUMNS:
            row.cells[verb] = cell
        else:
            row.further.append(cell)
    _add_scopes(actor, role, rows, known, asked)
    order = {name: place for place, name in enumerate(known)}
    ordered = sorted(
        rows.values(), key=lambda row: (order.get(row.resource.name, len(order)), row.resource.name)
    )
    return [
        MatrixGroup(title, list(found)) for title, found in groupby(ordered, lambda row: row.resource.group)
    ]


def _add_scopes(
    actor: Actor, role: Role, rows: dict[str, MatrixRow], known: dict[str, Resource], asked: Asked | None
) -> None:
    stored = scopes_of_role(role)
    chosen: dict[str, Scope | None] = {**stored, **(asked.scopes if asked else {})}
    by_type = {resource.record_type: resource for resource in known.values() if resource.record_type}
    for record_type in owned_record_types():
        resource = by_type.get(record_type) or Resource(record_type, record_type, EVERYBODY)
        row = rows.setdefault(resource.name, MatrixRow(resource))
        now, before = chosen.get(record_type), stored.get(record_type)
        options = [(NOTHING, _l("No records"))]
        options += [(str(scope.value), scope.label) for scope in Scope
                    if scope in {now, before} or may_widen(actor, role, record_type, scope)]  # fmt: skip
        row.scope = ScopeChoice(record_type, _value(now), _value(before), options)


def _value(scope: Scope | None) -> str:
    return NOTHING if scope is None else str(scope.value)


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
