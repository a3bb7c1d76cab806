"""The forms of a screen: add and edit with the record's lines, and with nothing lost when they are refused."""

from collections.abc import Iterator
from typing import Any, ClassVar

from flask import flash, redirect, render_template, request, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access

from app.core.actor import current_actor
from app.core.db import db, unit_of_work
from app.core.errors import Conflict, RuleViolation, WrongState
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from models.approvable import Approvable
from views.errors import log_refusal
from views.fields import Field, Kind
from views.formats import formatter_of
from views.forms import RecordForm, read_titles
from views.line_forms import LineForms
from views.line_rows import InlineLines
from views.screen_base import Answer, ScreenBase

FieldGroups = tuple[tuple[Any, tuple[str, ...]], ...]
"""Title and columns of each group of a form, in their order."""


class FormPages(ScreenBase):
    """The forms of a screen.

    Attributes:
        inline_lines: kinds of lines that the record's form carries, out of its `related_views`.
        field_groups: columns under a title each; those that no group names stand together at the end.
    """

    inline_lines: ClassVar[tuple[InlineLines, ...]] = ()
    field_groups: ClassVar[FieldGroups] = ()

    @expose("/add", methods=["GET", "POST"])
    @has_access
    def add(self) -> Answer:
        """Draw the empty form, or store what was typed, the record with its lines."""
        form, lines = self.add_form(), LineForms(self, None)
        if request.method == "GET":
            self._prefill(form)
            return self._form_page(form, lines, record=None)
        key = form.request_key.data or ""
        if not all([form.validate(), lines.validate()]):
            return self._form_page(form, lines, record=None), 422
        record = self.datamodel.obj()
        self._fill(record, form, self.add_columns)
        try:
            with unit_of_work():
                self.datamodel.add(record, form_key=key)
                lines.store(record)
                title, goal = str(record), self.after_save(record)  # the commit would have it read again
        except RuleViolation as refusal:
            return self._sent_before(key) or self._refused(form, lines, refusal, record=None)
        flash(_("Saved: %(title)s", title=title), "success")
        return redirect(goal)

    @expose("/edit/<pk>", methods=["GET", "POST"])
    @has_access
    def edit(self, pk: str) -> Answer:
        """Draw the form of a record, or store what was typed unless the record moved meanwhile."""
        document = self.datamodel.obj.__locked_with__
        record = self._find(pk, load=(document,) if document else ())
        self._refuse_locked(record)
        lines = LineForms(self, record)
        if request.method == "GET":
            return self._form_page(self.edit_form(obj=record), lines, record=record)
        form = self.edit_form()
        key = (form.request_key.data or "") if lines.has_new else ""
        if form.row_version.data != str(record.row_version):
            return self._sent_before(key) or self._conflict_page(form, lines, record)
        if not all([form.validate(), lines.validate()]):
            return self._form_page(form, lines, record=record), 422
        try:
            with unit_of_work():
                title, goal = self._store_changes(record, form, lines, key)
        except RuleViolation as refusal:
            sent_before = self._sent_before(key)
            if sent_before is None and isinstance(refusal, Conflict) and lines.refusal is None:
                return self._conflict_page(form, lines, self._find(pk))
            return sent_before or self._refused(form, lines, refusal, record=self._find(pk))
        flash(_("Saved: %(title)s", title=title), "success")
        return redirect(goal)

    def _store_changes(self, record: Any, form: RecordForm, lines: LineForms, key: str) -> tuple[str, str]:
        """Store record and lines in the order in which their rules allow it; return title and where to go."""
        lines.free_room(record, form)
        self._fill(record, form, self.edit_columns)
        self.datamodel.edit(record, form_key=key)
        lines.store(record)
        return str(record), self.after_save(record)

    def _sent_before(self, key: str) -> Answer | None:
        """Lead to the record that this very form has stored already: its used key has refused the second one."""
        made = self.datamodel.made_by(key) if key else None
        return None if made is None else redirect(url_for(f"{type(self).__name__}.show", pk=made))

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

    def _form_page(self, form: RecordForm, lines: LineForms, *, record: Any, **more: Any) -> str:
        if record is not None and request.method == "GET":
            form.row_version.data = str(record.row_version)
        read_titles([*form, *lines.form_fields()])
        columns = self.add_columns if record is None else self.edit_columns
        groups = list(self._groups(columns))
        problems = [*_problems(form, columns), *lines.problems()]
        return render_template(self.add_template, screen=self, form=form, lines=lines, record=record,
                               groups=groups, problems=problems, **more)  # fmt: skip

    def _groups(self, columns: tuple[str, ...]) -> Iterator[tuple[Any, list[str]]]:
        """Yield the groups of a form that have a column in it; without any declared, one without a title."""
        left = list(columns)
        for title, declared in self.field_groups:
            here = [name for name in declared if name in left]
            left = [name for name in left if name not in here]
            if here:
                yield title, here
        if left:
            yield (_("More") if self.field_groups else None), left

    def _refused(self, form: RecordForm, lines: LineForms, refusal: RuleViolation, *, record: Any) -> Answer:
        log_refusal(
            refusal, record_type=self.datamodel.obj.__tablename__, record_id=getattr(record, "id", None)
        )
        if refusal is lines.refusal:
            pass  # its sentence stands at the line
        elif refusal.field in form:
            form[refusal.field].errors = [*form[refusal.field].errors, refusal.message]
        else:
            form.form_errors.append(refusal.message)
        return self._form_page(form, lines, record=record), refusal.http_status

    def _conflict_page(self, form: RecordForm, lines: LineForms, record: Any) -> Answer:
        """Show both values of each column that differs; saving again overwrites knowingly."""
        differences = []
        for name in self.edit_columns:
            typed, stored = form[name].data, getattr(record, name)
            if (typed or None) != (stored or None):
                described = self.fields[name]
                differences.append((described, self._shown(described, typed), self._shown(described, stored)))
        form.row_version.data = str(record.row_version)
        problem = Conflict(_l("Somebody else changed this record. Your changes were not saved."))
        log_refusal(problem, record_type=self.datamodel.obj.__tablename__, record_id=record.id)
        form.form_errors.append(problem.message)
        return self._form_page(form, lines, record=record, differences=differences), 409

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


def _problems(form: RecordForm, columns: tuple[str, ...]) -> Iterator[tuple[str, Any, Any]]:
    """Yield (key of the input, its label, sentence) of everything that is wrong in the record's own fields."""
    for message in form.form_errors:
        yield "", "", message
    for name in columns:
        for message in form[name].errors:
            yield form[name].id, form[name].label.text, message
    token = form["csrf_token"].errors if "csrf_token" in form else ()
    if token or form.request_key.errors:
        yield "", "", _("The form has expired. Send it again.")
