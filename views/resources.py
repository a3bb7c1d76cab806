"""The REST interface: one resource per screen of the registry, under the screen's own rights.

A resource reads and writes through the screen's datamodel, so that row scope, the bin, the services, the
optimistic lock and the single commit are the same; it adds only JSON. Tokens only: a browser's cookie opens
nothing here, therefore no forged form can either.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar, NoReturn

from flask import Blueprint, Response, abort, request, url_for
from flask_appbuilder.api import BaseApi, expose
from flask_appbuilder.security.decorators import protect
from sqlalchemy import ColumnElement

from app.core.actor import current_actor
from app.core.db import db
from app.core.errors import BadInput, Conflict
from app.core.i18n import lazy_gettext as _l
from models.base import SoftDeleted
from views.base import HIDDEN, Screen
from views.fields import Field
from views.interface import row_key
from views.listing import ListQuery, fetch_page, parse_query
from views.openapi import describe
from views.registry import SCREENS
from views.resource_codec import WRITABLE, RowEncoder, decode, encode, json_answer, read_object
from views.row_statements import row_statement, shape

_VERBS = {
    "get_list": "list",
    "get": "show",
    "post": "add",
    "put": "edit",
    "delete": "delete",
    "restore": "restore",
}
_QUERY = frozenset({"q", "sort", "page", "size", "after"})


@dataclass(frozen=True)
class Shape:
    """What a resource shows and takes, read once from its screen.

    Attributes:
        listed, shown: columns of a row in the list and of a whole record, without the key.
        added, edited: columns that POST and PUT take; PUT takes `row_version` too.
        filters: columns that `f.<column>.<operator>` may name.
        sortable: columns that an index serves.
        nullable: columns that take `null`.
    """

    listed: tuple[Field, ...]
    shown: tuple[Field, ...]
    added: Mapping[str, Field]
    edited: Mapping[str, Field]
    filters: dict[str, Field]
    sortable: tuple[str, ...]
    nullable: frozenset[str]
    has_bin: bool

    @property
    def required(self) -> list[str]:
        """Columns without which no record can be made."""
        return [name for name, described in self.added.items() if described.is_required]


def shape_of(screen: Screen) -> Shape:
    """Return the shape of a screen's resource: the screen's columns, with the key, the version and the bin."""
    fields, model = screen.fields, screen.datamodel.obj
    version = (fields["row_version"],)
    in_bin = (fields["deleted_at"],) if issubclass(model, SoftDeleted) else ()
    shown = [fields[name] for name in screen.show_columns if name not in HIDDEN]
    columns = model.__mapper__.columns
    # a cursor cannot stand on a missing value, so that such a column would end the list at its first gap
    sortable = tuple(
        dict.fromkeys(name for name in (*screen.order_columns, "id") if not columns[name].nullable)
    )
    return Shape(
        listed=(*(field for field in screen.list_fields if field.name not in HIDDEN), *version),
        shown=(*shown, *in_bin, *version),
        added=_writable(screen, screen.add_columns),
        edited={**_writable(screen, screen.edit_columns), "row_version": fields["row_version"]},
        filters={**screen.filter_fields, **{name: fields[name] for name in sortable}},
        sortable=sortable,
        nullable=frozenset(name for name, column in columns.items() if column.nullable),
        has_bin=bool(in_bin),
    )


def _writable(screen: Screen, columns: tuple[str, ...]) -> dict[str, Field]:
    return {name: screen.fields[name] for name in columns if screen.fields[name].kind in WRITABLE}


class Resource(BaseApi):
    """List, read, create, change, bin and restore the records of one screen as JSON.

    Attributes:
        screen_class: the screen whose rights, columns and datamodel the resource shares.
    """

    version = "v1"
    allow_browser_login = False
    screen_class: ClassVar[type[Screen]]
    screen: Screen
    shape: Shape
    method_permission_name = dict(_VERBS)

    def create_blueprint(self, appbuilder: Any, *args: Any, **kwargs: Any) -> Blueprint:
        """Take the shape from the registered screen, then register the routes."""
        self.screen = next(view for view in appbuilder.baseviews if type(view) is self.screen_class)
        self.shape = shape_of(self.screen)
        self._encode_listed = RowEncoder(self.shape.listed)
        self._encode_shown = RowEncoder(self.shape.shown)
        blueprint: Blueprint = super().create_blueprint(appbuilder, *args, **kwargs)
        return blueprint

    def add_api_spec(self, api_spec: Any) -> None:
        """Add the exact description of this resource."""
        describe(api_spec, self)

    def response_403(self) -> NoReturn:
        """Answer a missing right as every other refusal: in the portal's form, with a line in the audit trail."""
        abort(403)

    # -- read --------------------------------------------------------------------------------------

    @expose("", methods=["GET"])
    @protect()
    def get_list(self) -> Response:
        """Answer one page of the rows in scope; `next` is the cursor of the page behind it."""
        query = self._query()
        if query.is_bin and not self.screen.may("restore"):
            abort(403)
        visible = self.screen.datamodel.visible(current_actor(), deleted=query.is_bin)
        page = fetch_page(db.session(), self.screen.datamodel.obj, self.shape.listed, query, visible)
        return json_answer({
            "result": [self._encode_listed(row) for row in page.rows],
            "count": page.count,
            "count_is_capped": page.is_count_capped,
            "next": page.next_cursor,
        })  # fmt: skip

    def _query(self) -> ListQuery:
        known = _QUERY | {"bin"} if self.shape.has_bin else _QUERY
        for name in request.args:
            if name not in known and not name.startswith("f."):
                raise BadInput(
                    "unknown-parameter", _l("The list has no parameter “%(name)s”.", name=name[:60])
                )
        default = (self.screen.base_order[0], self.screen.base_order[1] == "desc")
        return parse_query(
            request.args, self.shape.filters, sortable=self.shape.sortable, default_sort=default
        )

    @expose("/<pk>", methods=["GET"])
    @protect()
    def get(self, pk: str) -> Response:
        """Answer one record; one in the bin only to whoever may restore it."""
        found = self._row(pk, deleted=False)
        if found is None and self.shape.has_bin and self.screen.may("restore"):
            found = self._row(pk, deleted=True)
        if found is None:
            abort(404)
        return json_answer({"result": found})

    def _row(self, pk: str, *, deleted: bool) -> dict[str, Any] | None:
        number = row_key(pk)
        if number is None:
            return None
        return self._read(number, self.screen.datamodel.visible(current_actor(), deleted=deleted))

    def _read(self, number: int, *visible: ColumnElement[bool]) -> dict[str, Any] | None:
        """Return a record in one statement, related titles included."""
        model = self.screen.datamodel.obj
        statement = row_statement(model, self.shape.shown, model.id).where(model.id == number, *visible)
        row = db.session.execute(statement).one_or_none()
        return None if row is None else self._encode_shown((row[0], *shape(self.shape.shown, row[2:])))

    # -- write -------------------------------------------------------------------------------------

    @expose("", methods=["POST"])
    @protect()
    def post(self) -> Response:
        """Create a record."""
        values = decode(
            read_object(), self.shape.added, nullable=self.shape.nullable, required=self.shape.required
        )
        record = self.screen.datamodel.obj()
        self._fill(record, values)
        self.screen.datamodel.add(record)
        number = record.id
        location = url_for(f"{type(self).__name__}.get", pk=number)
        return json_answer({"result": self._read(number)}, 201, {"Location": location})

    @expose("/<pk>", methods=["PUT"])
    @protect()
    def put(self, pk: str) -> Response:
        """Change the fields that the body names; `row_version` says which state the caller knows."""
        body = read_object()
        record = self._find(pk)
        values = decode(
            body, self.shape.edited, nullable=self.shape.nullable - {"row_version"}, required=("row_version",)
        )
        version = values.pop("row_version")
        if version != record.row_version:
            raise self._conflict(record, values)
        number = record.id
        self._fill(record, values)
        try:
            self.screen.datamodel.edit(record)
        except Conflict as problem:
            raise self._conflict(self._find(pk), values) from problem
        return json_answer({"result": self._read(number)})

    @expose("/<pk>", methods=["DELETE"])
    @protect()
    def delete(self, pk: str) -> Response:
        """Put a record into the bin, or delete a line."""
        self.screen.datamodel.delete(self._find(pk))
        return Response(status=204)

    @expose("/<pk>/restore", methods=["POST"])
    @protect()
    def restore(self, pk: str) -> Response:
        """Take a record out of the bin."""
        record = self._find(pk, deleted=True)
        number = record.id
        self.screen.datamodel.restore(record)
        return json_answer({"result": self._read(number)})

    def _find(self, pk: str, *, deleted: bool = False) -> Any:
        record = self.screen.datamodel.find(current_actor(), pk, deleted=deleted)
        if record is None:
            abort(404)
        return record

    @staticmethod
    def _fill(record: Any, values: Mapping[str, Any]) -> None:
        with db.session.no_autoflush:
            for name, value in values.items():
                setattr(record, name, value)

    def _conflict(self, record: Any, values: Mapping[str, Any]) -> Conflict:
        """Return the refusal of a change to a state that is gone, with both values of each field that differs."""
        problem = Conflict(_l("Somebody else changed this record. Your changes were not saved."))
        problem.details["row_version"] = record.row_version
        problem.details["differences"] = {
            name: {
                "yours": encode(self.shape.edited[name], value),
                "stored": encode(self.shape.edited[name], stored),
            }
            for name, value in values.items()
            if (stored := getattr(record, name)) != value
        }
        return problem


def _routes_left_out(screen: type[Screen]) -> set[str]:
    """Return the methods that a screen's own declaration rules out."""
    left_out = {method for method, verb in _VERBS.items() if verb in screen.exclude_route_methods}
    if not screen.can_be_added:
        left_out.add("post")
    edited: Any = getattr(screen, "edit_columns", None)
    if edited is not None and not edited:
        left_out.add("put")
    if not screen.has_bin():
        left_out.add("restore")
    return left_out


@lru_cache(maxsize=1)
def resource_classes() -> list[type[Resource]]:
    """Return the resources of every screen that the registry gives a name below `/api/v1/`."""
    made = []
    for entry in SCREENS:
        if entry.resource is None:
            continue
        attributes = {
            "__doc__": f"{entry.screen.__doc__}",
            "screen_class": entry.screen,
            "resource_name": entry.resource,
            "class_permission_name": entry.screen.class_permission_name or entry.screen.__name__,
            "exclude_route_methods": _routes_left_out(entry.screen),
        }
        made.append(type(f"{entry.screen.__name__.removesuffix('View')}Api", (Resource,), attributes))
    return made
