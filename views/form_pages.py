"""The forms of a screen: add and edit, with nothing lost when they are refused."""

from typing import Any

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
from views.screen_base import Answer, ScreenBase


class FormPages(ScreenBase):
    """The forms of a screen."""

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
