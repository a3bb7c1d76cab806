"""Every right that the registered views and reports declare; `flask init` stores them."""

from flask import current_app

from reports.registry import REPORTS


def declared_rights() -> dict[str, list[str]]:
    """Return name of a screen, page or report → its permissions."""
    rights: dict[str, set[str]] = {}
    for view in current_app.extensions["appbuilder"].baseviews:
        rights.setdefault(view.class_permission_name, set()).update(view.base_permissions)
    for report in REPORTS:
        rights.setdefault(report.key, set()).add("can_run")
    return {name: sorted(permissions) for name, permissions in rights.items()}
