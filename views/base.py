"""`Screen`: the framework's ModelView with its traps closed (docs/adr/0004) and every step replaceable.

A screen declares its model and its columns. Per request it keeps nothing on the view object; filters
come typed from the address; changes go through the service and one commit; a refusal shows its
sentence beside what the person typed; a bug is a logged 500.
"""

from typing import Any, ClassVar

from flask import Response, abort, flash, jsonify, redirect, render_template, request, url_for
from flask_appbuilder import ModelView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import get_locale
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from app.core.actor import current_actor
from app.core.db import db, unit_of_work
from app.core.errors import BadInput, Conflict, RuleViolation, WrongState
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from models.approvable import Approvable
from models.base import SoftDeleted
from views.errors import log_refusal
from views.exporting import export_list
from views.fields import Field, Kind, fields_of
from views.formats import Formatter, formatter_of
from views.forms import RecordForm, make_form, read_titles
from views.interface import ServiceInterface
from views.listing import (
    ListPage,
    ListQuery,
    fetch_lines,
    fetch_page,
    operator_label,
    operators_of,
    parse_query,
)

Answer = str | BaseResponse | tuple[str, int]
Rows = list[tuple[int, list[Any]]]
"""Key and shown values of each row; named here because `list` is a method below."""
Shown = list[tuple[Field, Any]]
UNDECLARED: tuple[str, ...] = ("*",)
"""Stands for “not declared”: all typed columns on add, those of add on edit; an empty tuple means none."""
RecordActions = list[tuple[str, str, str]]
Screens = list["Screen"]

HIDDEN = frozenset({"id", "row_version", "custom_data", "deleted_at"})
STAMPS = ("created_at", "created_by_id", "changed_at", "changed_by_id")
NOT_TYPED = HIDDEN | set(STAMPS) | {"code", "status", "revision", "submitted_at", "approved_at", "approved_sha256",
                                    "import_batch_id", "period_no", "is_self_allowed"}  # fmt: skip


class Screen(ModelView):
    """List, add, edit, show, bin and restore of one model.

    Attributes:
        list_columns, show_columns, add_columns, edit_columns: column names, foreign keys by `…_id`.
        order_columns: columns that an index serves; the list sorts by no other.
        base_order: default sort, (column, "asc" | "desc").
        related_views: screens of the record's lines, shown on its page.
        parent_column: for lines, the foreign key to the parent; after saving one returns to the parent.
    """

    datamodel: ServiceInterface
    list_template = "screen/list.html"
    show_template = "screen/show.html"
    add_template = "screen/form.html"
    edit_template = "screen/form.html"
    exclude_route_methods: ClassVar[set[str]] = {"action", "action_post", "download"}
    parent_column: ClassVar[str | None] = None
    title: ClassVar[Any] = ""
    title_one: ClassVar[Any] = ""
    list_columns: tuple[str, ...] = ()
    show_columns: tuple[str, ...] = ()
    add_columns: tuple[str, ...] = UNDECLARED
    edit_columns: tuple[str, ...] = UNDECLARED
    order_columns: tuple[str, ...] = ()
    filter_columns: tuple[str, ...] = ()
    related_views: Any = ()
    can_be_added: ClassVar[bool] = True
    base_order: ClassVar[tuple[str, str]] = ("id", "desc")

    # -- what the framework builds at start, built from described columns instead ------------------

    def _init_properties(self) -> None:
        self.fields: dict[str, Field] = fields_of(self.datamodel.obj)
        typed = [
            name for name, field in self.fields.items() if name not in NOT_TYPED and not field.is_counter
        ]
        typed = [name for name in typed if self.fields[name].kind is not Kind.JSON]
        self.list_columns = tuple(self.list_columns or typed[:6])
        self.show_columns = tuple(self.show_columns or [name for name in self.fields if name not in HIDDEN])
        self.add_columns = tuple(typed if self.add_columns is UNDECLARED else self.add_columns)
        self.edit_columns = self.add_columns if self.edit_columns is UNDECLARED else tuple(self.edit_columns)
        self.order_columns = tuple(self.order_columns or ("id",))
        self.filter_columns = tuple(self.filter_columns or self.list_columns)
        self.label_columns = {name: field.label for name, field in self.fields.items()}
        self._check_declaration()
        self.list_fields = [self.fields[name] for name in self.list_columns]
        self.filter_fields = {name: self.fields[name] for name in (*self.filter_columns, "id")}
        if self.parent_column:
            self.filter_fields[self.parent_column] = self.fields[self.parent_column]
        self.show_title = self.add_title = self.edit_title = self.title_one
        self.list_title = self.title
        self.related_views = list(self.related_views or [])
        self._related_views: Screens = []
        self.actions: dict[str, Any] = {}
        self._filter_options: dict[str, Markup] = {}
        self._formatters_in: dict[str, tuple[Formatter, ...]] = {}

    def _check_declaration(self) -> None:
        declared = (
            *self.list_columns,
            *self.show_columns,
            *self.add_columns,
            *self.edit_columns,
            *self.order_columns,
        )
        unknown = sorted(set(declared) - set(self.fields))
        if unknown:
            message = (
                f"{type(self).__name__} names columns that {self.datamodel.obj.__name__} has not: {unknown}"
            )
            raise TypeError(message)

    def _init_forms(self) -> None:
        endpoint = type(self).__name__
        self.add_form = make_form(
            f"{endpoint}AddForm", [self.fields[name] for name in self.add_columns], endpoint
        )
        self.edit_form = make_form(
            f"{endpoint}EditForm", [self.fields[name] for name in self.edit_columns], endpoint
        )

    def _init_titles(self) -> None:
        """Titles are declared, never made from class names."""

    # -- rights ------------------------------------------------------------------------------------

    def may(self, verb: str) -> bool:
        """Whether the actor holds a verb of this screen (`add`, `edit`, …)."""
        permission = f"can_{verb}"
        return permission in self.base_permissions and current_actor().may(
            permission, self.class_permission_name
        )

    def _find(self, pk: str, *, deleted: bool = False, load: tuple[str, ...] = ()) -> Any:
        record = self.datamodel.find(current_actor(), pk, deleted=deleted, load=load)
        if (
            record is None
            and deleted is False
            and issubclass(self.datamodel.obj, SoftDeleted)
            and self.may("restore")
        ):
            record = self.datamodel.find(current_actor(), pk, deleted=True)
        if record is None:
            abort(404)
        return record

    # -- list --------------------------------------------------------------------------------------

    @expose("/list/")
    @has_access
    def list(self) -> Answer:
        """Show one page of the rows in scope."""
        query = self.parse(request.args)
        page = self.fetch(query)
        return render_template(self.list_template, screen=self, page=page, query=query, rows=self.cells(page))

    def parse(self, args: Any) -> ListQuery:
        """Read the address of a list strictly."""
        default = (self.base_order[0], self.base_order[1] == "desc")
        return parse_query(
            args, self.filter_fields, sortable=(*self.order_columns, "id"), default_sort=default
        )

    def fetch(self, query: ListQuery) -> ListPage:
        """Read one page for the actor; the bin only with the right to restore from it."""
        if query.is_bin and not self.may("restore"):
            abort(403)
        visible = self.datamodel.visible(current_actor(), deleted=query.is_bin)
        return fetch_page(db.session(), self.datamodel.obj, self.list_fields, query, visible)

    def cells(self, page: ListPage) -> Rows:
        """Return the rows ready to draw: the key and the shown values."""
        formatters = self._formatters()
        drawn = []
        for key, *values in page.rows:
            shown = []
            for form, value in zip(formatters, values, strict=True):
                content = value[1] if type(value) is tuple else value
                shown.append("" if content is None or content == "" else form(content))
            drawn.append((key, shown))
        return drawn

    def _formatters(self) -> tuple[Formatter, ...]:
        """Return the formatters of the list's columns, made once per language."""
        locale = str(get_locale())
        if locale not in self._formatters_in:
            self._formatters_in[locale] = tuple(formatter_of(field) for field in self.list_fields)
        return self._formatters_in[locale]

    def filter_options(self) -> Markup:
        """Return the options of the filter builder; drawn once per language, they are the same for everybody."""
        locale = str(get_locale())
        if locale not in self._filter_options:
            option = Markup('<option value="f.{}.{}">{} {}</option>')
            self._filter_options[locale] = Markup("").join(
                option.format(name, operator, self.fields[name].label, operator_label(operator))
                for name in self.filter_columns
                for operator in operators_of(self.fields[name])
            )
        return self._filter_options[locale]

    @expose("/lookup/<column>")
    @has_access
    def lookup(self, column: str) -> Response:
        """Answer a picker: at most 20 related rows in the actor's scope."""
        described = self.fields.get(column)
        if described is None or described.target is None or not self._may_pick(column):
            abort(404)
        text = request.args.get("q", "")
        if len(text) > 100 or "\x00" in text:
            raise BadInput("bad-search", _l("Search for at most %(count)s characters.", count=100))
        found = self.datamodel.lookup(current_actor(), described, text)
        return jsonify([{"value": key, "text": title} for key, title in found])

    @expose("/export.csv")
    @has_access
    def export(self) -> Response:
        """Stream the rows that the list shows as CSV; the export is an entry of the audit trail."""
        query = self.parse(request.args)
        if query.is_bin and not self.may("restore"):
            abort(403)
        visible = self.datamodel.visible(current_actor(), deleted=query.is_bin)
        return export_list(self.datamodel.obj, self.list_fields, query, visible)

    def _may_pick(self, column: str) -> bool:
        """Whether a page that the actor may open has a picker for the column; no other list is given away."""
        if column in self.filter_columns:
            return True
        typed = (self.may("add") and column in self.add_columns) or (
            self.may("edit") and column in self.edit_columns
        )
        return bool(typed)

    # -- show --------------------------------------------------------------------------------------

    @expose("/show/<pk>", methods=["GET"])
    @has_access
    def show(self, pk: str) -> Answer:
        """Show one record with its lines."""
        shown = (self.fields[name].relation for name in self.show_columns)
        record = self._find(pk, load=tuple(name for name in shown if name))
        lines = [(view, self._lines_of(view, record)) for view in self.visible_lines()]
        return render_template(
            self.show_template, screen=self, record=record, values=self.values(record), lines=lines,
            actions=self.record_actions(record), extra=self.show_extra(record),
        )  # fmt: skip

    @classmethod
    def has_bin(cls) -> bool:
        """Whether deleted records can be restored."""
        return issubclass(cls.datamodel.obj, SoftDeleted)

    def accepts_lines(self, parent: Any) -> bool:
        """Whether a line may be added to this parent now."""
        return not (isinstance(parent, Approvable) and parent.is_locked) and not getattr(
            parent, "is_deleted", False
        )

    def visible_lines(self) -> "Screens":
        """Return the related screens that the actor may list; others do not appear at all."""
        return [view for view in self._related_views if view.may("list")]

    def _lines_of(self, view: "Screen", record: Any) -> Rows:
        assert view.parent_column is not None
        parent = getattr(view.datamodel.obj, view.parent_column)
        visible = view.datamodel.visible(current_actor())
        return view.cells(fetch_lines(db.session(), parent, record.id, view.list_fields, visible))

    def values(self, record: Any) -> Shown:
        """Return the shown columns of a record with their values, related rows by their title."""
        shown = []
        for name in self.show_columns:
            described = self.fields[name]
            value = getattr(record, name)
            if described.kind is Kind.RELATION and described.relation is not None:
                value = getattr(record, described.relation)
                value = None if value is None else str(value)
            shown.append((described, "" if value is None else formatter_of(described)(value)))
        return shown

    def record_actions(self, record: Any) -> RecordActions:
        """Return the record's own actions as (address, label, style) for the head of its page; all by POST."""
        return []

    def show_extra(self, record: Any) -> str | None:
        """Return more content for the record's page, or nothing."""
        return None

    def is_editable(self, record: Any) -> bool:
        """Whether the actor may change this record now."""
        if not self.may("edit") or not self.edit_columns or getattr(record, "is_deleted", False):
            return False
        document = getattr(record, record.__locked_with__) if record.__locked_with__ else record
        if getattr(document, "is_deleted", False):
            return False
        return not (isinstance(document, Approvable) and document.is_locked)

    # -- add and edit ------------------------------------------------------------------------------

    @expose("/add", methods=["GET", "POST"])
    @has_access
    def add(self) -> Answer:
        """Draw the empty form, or store what was typed."""
        form = self.add_form()
        if request.method == "GET":
            self._prefill(form)
            return self._form_page(form, record=None)
        key = form.request_key.data or ""
        if not form.validate():
            return self._form_page(form, record=None), 422
        record = self.datamodel.obj()
        self._fill(record, form, self.add_columns)
        try:
            with unit_of_work():
                self.datamodel.add(record, form_key=key)
                title, goal = str(record), self.after_save(record)  # the commit would have it read again
        except RuleViolation as refusal:
            # the same form sent twice: the used key has refused the second one
            if key and (made := self.datamodel.made_by(key)) is not None:
                return redirect(url_for(f"{type(self).__name__}.show", pk=made))
            return self._refused(form, refusal, record=None)
        flash(_("Saved: %(title)s", title=title), "success")
        return redirect(goal)

    @expose("/edit/<pk>", methods=["GET", "POST"])
    @has_access
    def edit(self, pk: str) -> Answer:
        """Draw the form of a record, or store what was typed unless the record moved meanwhile."""
        document = self.datamodel.obj.__locked_with__
        record = self._find(pk, load=(document,) if document else ())
        self._refuse_locked(record)
        if request.method == "GET":
            return self._form_page(self.edit_form(obj=record), record=record)
        form = self.edit_form()
        if form.row_version.data != str(record.row_version):
            return self._conflict_page(form, record)
        if not form.validate():
            return self._form_page(form, record=record), 422
        self._fill(record, form, self.edit_columns)
        try:
            with unit_of_work():
                self.datamodel.edit(record)
                title, goal = str(record), self.after_save(record)
        except Conflict:
            return self._conflict_page(form, self._find(pk))
        except RuleViolation as refusal:
            return self._refused(form, refusal, record=self._find(pk))
        flash(_("Saved: %(title)s", title=title), "success")
        return redirect(goal)

    def _refuse_locked(self, record: Any) -> None:
        """Refuse to open the form of a record that nobody may change now; `app.approvals.lock` holds it below."""
        self.datamodel.refuse_binned(record)
        document = getattr(record, record.__locked_with__) if record.__locked_with__ else record
        if isinstance(document, Approvable) and document.is_locked:
            raise WrongState(
                "record-locked", _l("This record is in review or decided; its content cannot be changed.")
            )

    def _prefill(self, form: RecordForm) -> None:
        """Start from the actor's own place in the company, then from what the address names."""
        actor = current_actor()
        for name, own in (("owner_id", actor.employee_id), ("department_id", actor.department_id)):
            if name in self.add_columns:
                form[name].data = own
        for name in self.add_columns:
            if request.args.get(name):
                form[name].data = self.fields[name].parse(request.args[name])

    def _fill(self, record: Any, form: RecordForm, columns: tuple[str, ...]) -> None:
        with db.session.no_autoflush:
            for name in columns:
                value = form[name].data
                setattr(record, name, None if value == "" else value)

    def _form_page(self, form: RecordForm, *, record: Any) -> str:
        if record is not None and request.method == "GET":
            form.row_version.data = str(record.row_version)
        read_titles(form)
        return render_template(
            self.add_template, screen=self, form=form, record=record, columns=self._form_columns(record)
        )

    def _form_columns(self, record: Any) -> tuple[str, ...]:
        return self.add_columns if record is None else self.edit_columns

    def _refused(self, form: RecordForm, refusal: RuleViolation, *, record: Any) -> Answer:
        log_refusal(
            refusal, record_type=self.datamodel.obj.__tablename__, record_id=getattr(record, "id", None)
        )
        if refusal.field in form:
            form[refusal.field].errors = [*form[refusal.field].errors, refusal.message]
        else:
            form.form_errors.append(refusal.message)
        return self._form_page(form, record=record), refusal.http_status

    def _conflict_page(self, form: RecordForm, record: Any) -> Answer:
        """Show both values of each column that differs; saving again overwrites knowingly."""
        differences = []
        for name in self.edit_columns:
            typed, stored = form[name].data, getattr(record, name)
            if (typed or None) != (stored or None):
                described = self.fields[name]
                differences.append((described, self._shown(described, typed), self._shown(described, stored)))
        form.row_version.data = form.row_version.raw_data = None
        form.row_version.process_data(str(record.row_version))
        problem = Conflict(_l("Somebody else changed this record. Your changes were not saved."))
        log_refusal(problem, record_type=self.datamodel.obj.__tablename__, record_id=record.id)
        form.form_errors.append(problem.message)
        read_titles(form)
        page = render_template("screen/form.html", screen=self, form=form, record=record,
                               columns=self.edit_columns, differences=differences)  # fmt: skip
        return page, 409

    def _shown(self, described: Field, value: Any) -> Any:
        if value is None or value == "":
            return ""
        if described.kind is Kind.RELATION:
            found = self.datamodel.title_of(current_actor(), described, value)
            return found or value
        return formatter_of(described)(value)

    def after_save(self, record: Any) -> str:
        """Return where to go after saving: the parent's page for a line, else the record's own page."""
        return self.parent_url(record) or url_for(f"{type(self).__name__}.show", pk=record.id)

    def parent_url(self, record: Any) -> str | None:
        """Return the address of a line's parent."""
        if self.parent_column is None:
            return None
        key = getattr(record, self.parent_column)
        parent = self.fields[self.parent_column].target
        view = screens_by_model.get(parent)
        return url_for(f"{view}.show", pk=key) if view else None

    # -- delete and restore ------------------------------------------------------------------------

    @expose("/delete/<pk>", methods=["POST"])
    @has_access
    def delete(self, pk: str) -> Answer:
        """Put a record into the bin, or delete a line."""
        record = self._find(pk)
        back = self.parent_url(record) or url_for(f"{type(self).__name__}.list")
        title = str(record)
        self.datamodel.delete(record)
        flash(_("Deleted: %(title)s", title=title), "success")
        return redirect(back)

    @expose("/restore/<pk>", methods=["POST"])
    @has_access
    def restore(self, pk: str) -> Answer:
        """Take a record out of the bin."""
        record = self._find(pk, deleted=True)
        self.datamodel.restore(record)
        flash(_("Restored: %(title)s", title=str(record)), "success")
        return redirect(url_for(f"{type(self).__name__}.show", pk=record.id))


screens_by_model: dict[Any, str] = {}
"""Model → name of the screen that shows its records; filled by the registry."""
