"""All reports of the portal; screens, the REST interface and jobs find them here by their key."""

from typing import Any

from app.core.errors import NotFound
from app.core.i18n import lazy_gettext as _l
from reports.base import Report
from reports.plan_approval_compliance import PlanApprovalCompliance
from reports.plan_approval_sheet import PlanApprovalSheet
from reports.rights_report import RightsReport

REPORTS: tuple[Report[Any, Any], ...] = (PlanApprovalSheet(), PlanApprovalCompliance(), RightsReport())
"""In the order in which a menu shows them; keys are unique."""

_BY_KEY = {report.key: report for report in REPORTS}
if len(_BY_KEY) != len(REPORTS):
    message = "two reports have the same key"
    raise ValueError(message)


def report(key: str) -> Report[Any, Any]:
    """Return the report with this key.

    Raises:
        NotFound: there is none.
    """
    found = _BY_KEY.get(key)
    if found is None:
        raise NotFound("unknown-report", _l("There is no such report."))
    return found
