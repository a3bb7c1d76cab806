"""The page of reports: which there are, for which period, in which language; each run is told to the audit trail."""

from datetime import timedelta
from typing import Any

from flask import Response, abort, render_template, request
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.decorators import has_access, permission_name

from app.audit.chain import record_apart
from app.core.actor import current_actor
from app.core.clock import today
from app.core.errors import BadInput
from app.core.i18n import LANGUAGES
from app.core.i18n import lazy_gettext as _l
from reports.base import Report
from reports.registry import REPORTS, report


class ReportView(BaseView):
    """Choose and download reports."""

    route_base = "/reports"
    default_view = "view"
    title = _l("Reports")

    @expose("/")
    @has_access
    def view(self) -> str:
        """Show the reports over a period that the actor may run."""
        shown = [
            one for one in REPORTS if one.permission[0] == "can_run" and current_actor().may(*one.permission)
        ]
        first = today().replace(day=1)
        start = (first - timedelta(days=1)).replace(day=1)
        return render_template(
            "pages/reports.html", reports=shown, start=start, end=today(), languages=LANGUAGES
        )

    @expose("/<key>.pdf")
    @has_access
    @permission_name("view")
    def pdf(self, key: str) -> Response:
        """Print a report with the arguments of the address."""
        chosen: Report[Any, Any] = report(key)
        actor = current_actor()
        if not actor.may(*chosen.permission):
            abort(403)
        arguments = request.args.to_dict()
        locale = arguments.pop("locale", "zh")
        if locale not in LANGUAGES:
            raise BadInput("bad-language", _l("Choose one of the portal's languages."))
        printed = chosen.run(actor, chosen.parse(arguments), locale)
        changes = {**arguments, "locale": locale, "sha256": printed.sha256, "pages": printed.pages}
        record_apart(actor, action="report", record_type=key, changes=changes)
        return Response(
            printed.content,
            content_type="application/pdf",
            headers={"Content-Disposition": f'attachment; filename="{printed.file_name}"'},
        )
