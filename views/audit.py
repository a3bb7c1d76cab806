"""The audit trail: who did what to which record, and the proof that nobody altered it (R015, R090)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import abort, flash, redirect, render_template, request, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import get_timezone
from sqlalchemy import ColumnElement, or_, select
from werkzeug.wrappers import Response

from app.audit.period import CLOCK_ERROR, first_since
from app.core.actor import current_actor
from app.core.db import db, unit_of_work
from app.core.errors import BadInput
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.jobs.audit_check import KIND
from app.jobs.registry import enqueue
from models.audit import AuditEvent
from models.org import Employee
from models.outbox import Job, JobStatus
from models.users import PortalUser
from views.audit_actions import action_label, reason_text
from views.audit_changes import change_rows, record_type_title

PAGE = 50
MAX_TEXT = 64
MAX_SEQ = 2**62
USUAL_ACTIONS = ("create", "update", "delete", "restore", "denied", "log-in", "log-in-failed", "export", "report",
                 "view-as.start", "password-reset")  # fmt: skip


@dataclass(frozen=True)
class Question:
    """What of the trail was asked for; texts as typed, checked."""

    who: str
    action: str
    record_type: str
    record_id: str
    since: date | None
    until: date | None
    before: int | None

    def clauses(self) -> list[ColumnElement[bool]]:
        """Return the WHERE clauses; a name that nobody bears finds nothing."""
        exact = {"action": self.action, "record_type": self.record_type, "record_id": self.record_id}
        clauses: list[ColumnElement[bool]] = [
            getattr(AuditEvent, name) == text for name, text in exact.items() if text
        ]
        if self.who:
            clauses.append(AuditEvent.user_id.in_(_accounts(self.who)))
        if self.since is not None:
            start = _midnight(self.since)
            clauses += [
                AuditEvent.at >= start,
                AuditEvent.seq >= first_since(db.session(), start - CLOCK_ERROR),
            ]
        if self.until is not None:
            end = _midnight(self.until + timedelta(days=1))
            clauses += [AuditEvent.at < end, AuditEvent.seq < first_since(db.session(), end + CLOCK_ERROR)]
        if self.before is not None:
            clauses.append(AuditEvent.seq < self.before)
        return clauses


class AuditEventView(BaseView):
    """Entries of the audit trail, newest first; nobody can change one."""

    route_base = "/audit"
    default_view = "list"
    title = _l("Audit trail")

    @expose("/list/")
    @has_access
    def list(self) -> str:
        """Show 50 entries; the next page starts behind the last one."""
        asked = _question()
        statement = select(AuditEvent).where(*asked.clauses()).order_by(AuditEvent.seq.desc()).limit(PAGE + 1)
        found = db.session.scalars(statement).all()
        return render_template(
            "pages/audit.html", screen=self, asked=asked, entries=found[:PAGE], actions=USUAL_ACTIONS,
            older=found[PAGE - 1].seq if len(found) > PAGE else None, title_of=record_type_title, action_label=action_label, reason_text=reason_text,
            check=_last_check(), is_done=_is_done, may_verify=current_actor().may("can_verify", "AuditEventView"),
        )  # fmt: skip

    @expose("/show/<pk>")
    @has_access
    def show(self, pk: str) -> str:
        """Show one entry with the old and the new value of each column."""
        seq = int(pk) if pk.isascii() and pk.isdigit() and len(pk) < 19 else None
        entry = None if seq is None else db.session.get(AuditEvent, seq)
        if entry is None:
            abort(404)
        return render_template(
            "pages/audit_entry.html",
            screen=self,
            entry=entry,
            changes=change_rows(entry),
            title_of=record_type_title,
            action_label=action_label,
            reason_text=reason_text,
        )

    @expose("/verify", methods=["POST"])
    @has_access
    def verify(self) -> Response:
        """Ask for the proof of the whole chain, unless one is under way."""
        with unit_of_work():
            running = select(Job.id).where(
                Job.kind == KIND, Job.status.in_([JobStatus.QUEUED.value, JobStatus.RUNNING.value])
            )
            if db.session.scalar(running.limit(1)) is None:
                enqueue(current_actor(), KIND)
        flash(_("The check was started; its result will stand here."), "success")
        return redirect(url_for("AuditEventView.list"))


def _is_done(job: Job) -> bool:
    return bool(job.status == JobStatus.DONE.value)


def _last_check() -> Job | None:
    return db.session.scalar(select(Job).where(Job.kind == KIND).order_by(Job.id.desc()).limit(1))


def _question() -> Question:
    return Question(
        who=_text("who"),
        action=_text("action"),
        record_type=_text("record_type"),
        record_id=_text("record_id"),
        since=_date("since"),
        until=_date("until"),
        before=_number("before"),
    )


def _text(name: str) -> str:
    text = request.args.get(name, "").strip()
    if len(text) > MAX_TEXT or "\x00" in text:
        raise BadInput("bad-filter", _l("Search for at most %(count)s characters.", count=MAX_TEXT))
    return text


def _date(name: str) -> date | None:
    text = _text(name)
    try:
        found = date.fromisoformat(text) if text else None
    except ValueError as problem:
        raise BadInput("bad-date", _l("“%(text)s” is not a date such as 2026-03-31.", text=text)) from problem
    if found is not None and not 1970 <= found.year <= 9000:
        raise BadInput("bad-date", _l("“%(text)s” is not a date such as 2026-03-31.", text=text))
    return found


def _number(name: str) -> int | None:
    text = _text(name)
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or int(text) > MAX_SEQ:
        raise BadInput("bad-page", _l("The list has no such page."))
    return int(text)


def _midnight(day: date) -> datetime:
    zone = ZoneInfo(str(get_timezone()))
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _accounts(who: str) -> list[int]:
    """Return the accounts whose user name, or whose employee's name or number, is this text."""
    employees = select(Employee.user_id).where(or_(Employee.name == who, Employee.code == who))
    statement = select(PortalUser.id).where(or_(PortalUser.username == who, PortalUser.id.in_(employees)))
    return list(db.session.scalars(statement.limit(1000)))
