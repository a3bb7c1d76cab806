"""What the actions of the audit trail are called."""

from typing import Any

from app.core.i18n import lazy_gettext as _l
from models.approvals import ApprovalVerb

_LABELS: dict[str, Any] = {
    "create": _l("Created"),
    "update": _l("Changed"),
    "delete": _l("Deleted"),
    "restore": _l("Restored"),
    "denied": _l("Denied attempt"),
    "log-in": _l("Logged in"),
    "log-in-failed": _l("Log-in failed"),
    "export": _l("Exported"),
    "report": _l("Report printed"),
    "end-log-in": _l("Log-in ended"),
    "end-log-ins": _l("All log-ins ended"),
    "password-reset-asked": _l("New password asked for"),
    "password-reset": _l("Password chosen anew"),
    "view-as.start": _l("Began to view as a role"),
    "view-as.end": _l("Ended to view as a role"),
    "import.upload": _l("Import uploaded"),
    "import.download-refused": _l("Refused rows downloaded"),
    **{f"approval.{verb.value}": verb.label for verb in ApprovalVerb},
}


def action_label(action: str) -> Any:
    """Return what an action is called; its stored name where this version has no word for it."""
    return _LABELS.get(action, action)


def reason_text(reason: str | None) -> Any:
    """Return why something was done or denied, as it was said or written."""
    return _l("The role does not allow it") if reason == "no-right" else reason or ""
