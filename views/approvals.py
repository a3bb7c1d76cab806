"""The inbox: what waits for me, what I decided, what I submitted; and the page on which one decides."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.decorators import has_access, permission_name
from sqlalchemy import select
from werkzeug.wrappers import Response

from app.approvals.registry import type_named
from app.approvals.wording import why_mine
from app.core.actor import current_actor
from app.core.db import db, unit_of_work
from app.core.errors import BadInput, RuleViolation
from app.core.i18n import lazy_gettext as _l
from app.services import approvals
from models.approvals import Assignment, AssignmentState
from views.approval_keys import request_key
from views.approval_trail import trails_of
from views.document import line_tables, shown_values
from views.errors import log_refusal
from views.interface import row_key
from views.registry import SCREENS

PAGE = 50
_DECISIONS: dict[str, tuple[Any, Any]] = {
    "approve": (approvals.approve, _l("Approved.")),
    "reject": (approvals.reject, _l("Rejected.")),
    "return": (approvals.return_to_submitter, _l("Returned to the submitter.")),
}


class ApprovalView(BaseView):
    """Approval pages of one person."""

    route_base = "/approvals"
    default_view = "inbox"
    title = _l("Approvals")

    @expose("/")
    @has_access
    def inbox(self) -> str:
        """Show what waits for the person who is logged in, longest waiting first."""
        rows = approvals.inbox(_me(), limit=PAGE, offset=_page() * PAGE)
        return self._box("inbox", rows, approvals.inbox_count(_me()))

    @expose("/decided")
    @has_access
    @permission_name("inbox")
    def decided(self) -> str:
        """Show what the person has decided, latest first."""
        return self._box("decided", approvals.decided(_me(), limit=PAGE, offset=_page() * PAGE), None)

    @expose("/submitted")
    @has_access
    @permission_name("inbox")
    def submitted(self) -> str:
        """Show what the person has submitted, latest first."""
        rows = approvals.submitted(_me(), limit=PAGE, offset=_page() * PAGE)
        return render_template(
            "approvals/submitted.html", rows=rows, page=_page(), size=PAGE, box="submitted"
        )

    def _box(self, box: str, rows: Any, count: int | None) -> str:
        return render_template("approvals/box.html", rows=rows, count=count, page=_page(), size=PAGE, box=box)

    @expose("/<key>", methods=["GET"])
    @has_access
    @permission_name("inbox")
    def show(self, key: str) -> str:
        """Show the document of one to-do, why it is with me, the trail, and the decision form."""
        return self._decision_page(_my_assignment(key))

    def _decision_page(self, assignment: Assignment, comment: str = "") -> str:
        record = _record_of(assignment)
        titles = {entry.screen.datamodel.obj: entry.screen.title for entry in SCREENS}
        return render_template(
            "approvals/decide.html", assignment=assignment, instance=assignment.instance, record=record,
            values=shown_values(record, record.__document_columns__), tables=line_tables(record, titles),
            trails=trails_of(record), comment=comment, seen=approvals.content_digest(record), why=why_mine(assignment.reason),
        )  # fmt: skip

    @expose("/<key>/decide", methods=["POST"])
    @has_access
    def decide(self, key: str) -> Response | tuple[str, int]:
        """Carry out a decision bound to the content that was seen."""
        assignment_id = row_key(key)
        verb = request.form.get("decision", "")
        if assignment_id is None or verb not in _DECISIONS:
            raise BadInput("bad-decision", _l("Choose approve, reject or return."))
        command, success = _DECISIONS[verb]
        try:
            with unit_of_work():
                command(
                    current_actor(), assignment_id=assignment_id, seen_sha256=request.form.get("seen", ""),
                    request_key=request_key(), comment=request.form.get("comment", "").strip() or None,
                )  # fmt: skip
        except RuleViolation as refusal:
            log_refusal(refusal, record_type="assignment", record_id=assignment_id)
            flash(str(refusal), "danger")
            mine = _assignment(assignment_id)
            if mine is None:
                return redirect(url_for("ApprovalView.inbox"))
            if mine.state != AssignmentState.OPEN.value:
                return redirect(url_for("ApprovalView.show", key=key))
            # still to be decided: the opinion stands as it was typed, beside what is stored now
            return self._decision_page(mine, request.form.get("comment", "")), refusal.http_status
        flash(str(success), "success")
        return redirect(url_for("ApprovalView.inbox"))


def _me() -> int:
    employee_id = current_actor().employee_id
    if employee_id is None:
        abort(404)
    return employee_id


def _page() -> int:
    text = request.args.get("page", "0")
    if not text.isascii() or not text.isdigit() or len(text) > 5:
        raise BadInput("bad-page", _l("The list has no such page."))
    return int(text)


def _assignment(key: int) -> Assignment | None:
    found: Assignment | None = db.session.scalar(select(Assignment).filter_by(id=key, assignee_id=_me()))
    return found if found is not None and found.state != AssignmentState.WAITING.value else None


def _my_assignment(key: str) -> Assignment:
    number = row_key(key)
    found = _assignment(number) if number is not None else None
    if found is None:
        abort(404)
    return found


def _record_of(assignment: Assignment) -> Any:
    kind = type_named(assignment.instance.record_type)
    return db.session.get_one(kind.model, assignment.instance.record_id)
