"""Every page that is no record screen, once: its menu row here, its view class registered at start.

A page with a menu row of its own adds a `Page`; a view class that the portal shall answer with is
one of `VIEWS`. Pages that are reached from the top bar or from another page have no menu row.
"""

from dataclasses import dataclass
from typing import Any

from flask_appbuilder.baseviews import BaseView

from app.core.i18n import lazy_gettext as _l
from views.approvals import ApprovalView
from views.audit import AuditEventView
from views.export_job import ExportFileView
from views.groups import GroupView
from views.health import HealthView
from views.imports import ImportView
from views.jobs import JobView, MyJobView
from views.notices import NoticeView, RecordLinkView
from views.openapi_page import OpenApiPage
from views.password_reset import PasswordResetView
from views.report_pages import ReportView
from views.roles import RoleView
from views.session import ProfileView
from views.users import UserView
from views.view_as import ViewAsView


@dataclass(frozen=True)
class Page:
    """One menu row.

    Attributes:
        title: what the menu shows.
        area: key of `views.registry.AREAS`.
        endpoint: `ViewClass.method`; the view class is the right's second half.
        permission: the right's first half, `can_…`; who lacks it does not see the row.
    """

    title: Any
    area: str
    endpoint: str
    permission: str


PAGES: tuple[Page, ...] = (
    Page(ImportView.title, "customers", "ImportView.list", "can_import"),
    Page(_l("Reports"), "reports", "ReportView.view", "can_view"),
    Page(AuditEventView.title, "governance", "AuditEventView.list", "can_list"),
    Page(UserView.title, "administration", "UserView.list", "can_list"),
    Page(RoleView.title, "administration", "RoleView.list", "can_list"),
    Page(GroupView.title, "administration", "GroupView.list", "can_list"),
    Page(JobView.title, "administration", "JobView.list", "can_list"),
)

VIEWS: tuple[type[BaseView], ...] = (
    HealthView,
    ApprovalView,
    ReportView,
    ProfileView,
    NoticeView,
    RecordLinkView,
    MyJobView,
    JobView,
    ExportFileView,
    UserView,
    RoleView,
    ViewAsView,
    GroupView,
    PasswordResetView,
    OpenApiPage,
    AuditEventView,
    ImportView,
)
