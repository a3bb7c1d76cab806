"""Screens of records that go through approval: submit, withdraw, expected route, trail, printed sheet."""

from typing import Any, ClassVar

from flask import flash, g, redirect, render_template, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access
from markupsafe import Markup
from werkzeug.wrappers import Response

from app.core.actor import current_actor
from app.core.db import db, unit_of_work
from app.core.errors import RuleViolation, WrongState
from app.core.i18n import LANGUAGES
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.services import approvals
from models.approvals import ApprovalVerb
from views.approval_keys import request_key
from views.approval_trail import expected, trails_of
from views.base import Screen
from views.errors import log_refusal


class ApprovableScreen(Screen):
    """A screen whose records are submitted, approved and printed.

    Attributes:
        report_key: the report that prints the record with its approval trail, if there is one.
        report_argument: name of the report's argument that takes the record's key.
    """

    report_key: ClassVar[str | None] = None
    report_argument: ClassVar[str] = ""

    @expose("/submit/<pk>", methods=["POST"])
    @has_access
    def submit(self, pk: str) -> Response:
        """Submit a record for approval; the first approver is found from the organisation of today."""
        record = self._find(pk)
        return self._command(record, lambda: approvals.submit(
            current_actor(), record=record, request_key=request_key(), comment=None
        ), _("Submitted for approval."))  # fmt: skip

    @expose("/withdraw/<pk>", methods=["POST"])
    @has_access
    def withdraw(self, pk: str) -> Response:
        """Take a submission back before it is decided."""
        record = self._find(pk)
        instance = approvals.current_instance(record)
        if instance is None:
            raise WrongState("not-in-review", _l("This record is not in review."))
        return self._command(record, lambda: approvals.withdraw(
            current_actor(), instance_id=instance.id, request_key=request_key(), comment=None
        ), _("The submission was withdrawn."))  # fmt: skip

    def _command(self, record: Any, command: Any, success: str) -> Response:
        key = record.id
        try:
            with unit_of_work():
                command()
            flash(success, "success")
        except RuleViolation as refusal:
            db.session.rollback()
            log_refusal(refusal, record_type=self.datamodel.obj.__tablename__, record_id=key)
            flash(str(refusal), "danger")
        return redirect(url_for(f"{type(self).__name__}.show", pk=key))

    def record_actions(self, record: Any) -> "list[tuple[str, str, str]]":
        """Offer the verbs that the actor may use on the record now."""
        name = type(self).__name__
        verbs = _verbs(record)
        actions = []
        if ApprovalVerb.SUBMIT in verbs and self.may("submit"):
            actions.append((url_for(f"{name}.submit", pk=record.id), _("Submit for approval"), "primary"))
        if ApprovalVerb.WITHDRAW in verbs and self.may("withdraw"):
            actions.append((url_for(f"{name}.withdraw", pk=record.id), _("Withdraw"), ""))
        return actions

    def print_links(self, record: Any) -> "list[tuple[str, str]]":
        """Offer the printed sheet in each language; not to a partner, because it names who thought what."""
        if self.report_key is None or current_actor().partner_id is not None:
            return []
        argument = {self.report_argument: record.id}
        return [
            (url_for("ReportView.pdf", key=self.report_key, locale=code, **argument), f"PDF · {name}")
            for code, name in LANGUAGES.items()
        ]

    def show_extra(self, record: Any) -> Markup:
        """Show the trail of a submitted record or the expected route of a draft.

        A partner sees his record and its status, not who inside the company thought what of it.
        """
        if current_actor().partner_id is not None:
            return Markup()
        preview, problem = None, None
        if ApprovalVerb.SUBMIT in _verbs(record):
            try:
                preview = expected(approvals.preview(current_actor(), record=record))
            except RuleViolation as refusal:
                problem = str(refusal)
        trails = trails_of(record)
        return Markup(
            render_template("approvals/panel.html", trails=trails, preview=preview, problem=problem)
        )


def _verbs(record: Any) -> frozenset[ApprovalVerb]:
    """Return what the actor may do with a record that a page shows; asked once in a request."""
    asked: dict[Any, frozenset[ApprovalVerb]] = g.setdefault("possible_verbs", {})
    key = (record.__tablename__, record.id)
    if key not in asked:
        asked[key] = approvals.possible_verbs(current_actor(), record=record)
    return asked[key]
