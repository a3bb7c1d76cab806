"""Background tasks: one's own, and for administrators everybody's; progress, result, and how to stop one."""

from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_babel import format_decimal
from markupsafe import Markup
from sqlalchemy import ColumnElement, select
from werkzeug.wrappers import Response

from app.core.actor import current_actor
from app.core.db import db, unit_of_work
from app.core.errors import RuleViolation
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.jobs.registry import CANCEL_ANY, JOBS, cancel
from models.outbox import Job, JobStatus
from models.users import PortalUser
from views.errors import log_refusal
from views.fields import Field, Kind, fields_of
from views.interface import interface_of, row_key
from views.listing import ListPage
from views.screen_base import Answer
from views.tables import Rows, TablePage

UNFINISHED = frozenset({JobStatus.QUEUED.value, JobStatus.RUNNING.value})
_COLUMNS = fields_of(Job)
PROGRESS = Field("progress", Kind.TEXT, _l("Progress"), None, is_required=False)
ASKED_BY = Field("asked_by", Kind.TEXT, _l("Asked by"), None, is_required=False)
_BAR = Markup('<progress value="{}" max="{}">{}</progress> {}')


class JobPage(TablePage):
    """What the two lists of tasks have in common."""

    datamodel = interface_of(Job)
    fields = {
        **{name: _COLUMNS[name] for name in ("kind", "status", "created_at", "finished_at")},
        "progress": PROGRESS,
    }
    computed = frozenset({"progress", "asked_by"})
    filter_columns = ("kind", "status")
    title_one = _l("Task")

    def cells(self, page: ListPage) -> Rows:
        """Name the task and add its progress, read for the page at once."""
        rows = super().cells(page)
        found = db.session.execute(
            select(Job, PortalUser.username)
            .outerjoin(PortalUser, PortalUser.id == Job.user_id)
            .where(Job.id.in_([key for key, _cells in rows]))
        )
        jobs = {job.id: (job, username) for job, username in found}
        return [(key, self._row(*jobs[key], cells)) for key, cells in rows if key in jobs]

    def _row(self, job: Job, username: str | None, cells: list[Any]) -> list[Any]:
        extra = {"progress": progress_of(job), "asked_by": username or _("the portal itself")}
        return [
            label_of(job.kind),
            *cells[1:],
            *(extra[name] for name in self.fields if name in self.computed),
        ]

    def _show(self, pk: str) -> str:
        job = self._find(pk)
        actor = current_actor()
        asker = db.session.get(PortalUser, job.user_id) if job.user_id else None
        can_cancel = job.status in UNFINISHED and not job.cancel_requested
        can_cancel = can_cancel and (job.user_id == actor.user_id or actor.may(*CANCEL_ANY))
        return render_template(
            "pages/job.html", screen=self, job=job, label=label_of(job.kind), status=JobStatus(job.status),
            asker=asker, progress=progress_of(job), can_cancel=can_cancel, result=shown_result(job.result),
            link=result_link(job.result), is_unfinished=job.status in UNFINISHED,
        )  # fmt: skip

    def _cancel(self, pk: str) -> Response:
        job = self._find(pk)
        key = job.id
        try:
            with unit_of_work():
                cancel(current_actor(), job_id=key)
        except RuleViolation as refusal:
            log_refusal(refusal, record_type="job", record_id=key)
            flash(str(refusal), "danger")
        else:
            flash(_("The task was told to stop."), "success")
        return redirect(url_for(f"{self.endpoint}.show", pk=key))

    def _find(self, pk: str) -> Job:
        key = row_key(pk)
        mine = select(Job).where(Job.id == key, self.visible())
        found: Job | None = None if key is None else db.session.scalar(mine)
        if found is None:
            abort(404)
        return found


class MyJobView(JobPage):
    """The tasks of the person who is logged in."""

    route_base = "/my-jobs"
    default_view = "list"
    title = _l("My tasks")

    def visible(self) -> ColumnElement[bool]:
        """Return the tasks that the actor asked for."""
        return Job.user_id == current_actor().user_id

    @expose("/")
    @has_access
    @permission_name("view")
    def list(self) -> Answer:
        """Show one's own tasks, newest first."""
        return self.list_page()

    @expose("/show/<pk>")
    @has_access
    @permission_name("view")
    def show(self, pk: str) -> str:
        """Show one task with its result."""
        return self._show(pk)

    @expose("/cancel/<pk>", methods=["POST"])
    @has_access
    @permission_name("view")
    def cancel(self, pk: str) -> Response:
        """Stop one of one's own tasks."""
        return self._cancel(pk)


class JobView(JobPage):
    """Everybody's tasks."""

    route_base = "/jobs"
    default_view = "list"
    title = _l("Tasks")
    fields = {**JobPage.fields, "asked_by": ASKED_BY}

    @expose("/list/")
    @has_access
    def list(self) -> Answer:
        """Show everybody's tasks, newest first."""
        return self.list_page()

    @expose("/show/<pk>")
    @has_access
    def show(self, pk: str) -> str:
        """Show one task with its result."""
        return self._show(pk)

    @expose("/cancel/<pk>", methods=["POST"])
    @has_access
    def cancel(self, pk: str) -> Response:
        """Stop a task."""
        return self._cancel(pk)


def label_of(kind: str) -> str:
    """Return what a kind of task is called; its key if this version of the portal does not know it."""
    return str(JOBS[kind].label) if kind in JOBS else kind


def progress_of(job: Job) -> Any:
    """Return a progress bar for a task that is running, else nothing."""
    if job.status != JobStatus.RUNNING.value:
        return ""
    if not job.total_units:
        return Markup("<progress></progress>")
    share = f"{100 * job.done_units // job.total_units} %"
    return _BAR.format(job.done_units, job.total_units, share, share)


def result_link(result: dict[str, Any] | None) -> str | None:
    """Return the page of this portal that a task's result names as `url`; never another host."""
    url = (result or {}).get("url")
    return url if isinstance(url, str) and url.startswith("/") and not url.startswith(("//", "/\\")) else None


_RESULTS: dict[str, Any] = {
    "rows": _l("Rows"),
    "read": _l("Rows read"),
    "stored": _l("Rows stored"),
    "unchanged": _l("Rows already there"),
    "refused": _l("Rows refused"),
    "removed": _l("Removed"),
    "entries": _l("Entries checked"),
    "size": _l("Entries in the chain"),
    "head": _l("Digest of the last entry"),
    "checkpoints": _l("Signed checkpoints checked"),
    "seq": _l("Broken at entry"),
    "finding": _l("Finding"),
    "customer": _l("Customers"),
    "purchase": _l("Purchases"),
    "purchase_line": _l("Purchase lines"),
    "customer_identity": _l("Contact ways"),
}
"""What the parts of a task's result are called."""


def shown_result(result: dict[str, Any] | None) -> list[tuple[str, str]]:
    """Return what a task tells at its end, as pairs of name and text; nested values are left to its page."""
    return [
        (str(_RESULTS.get(name, name)), format_decimal(value) if isinstance(value, int) else str(value))
        for name, value in (result or {}).items()
        if name != "url" and isinstance(value, int | str)
    ]
