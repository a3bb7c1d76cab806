"""The programming interface as a page to read: resources, operations, schemas, example calls (R106)."""

from flask import abort, current_app, render_template, request
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_babel import get_locale

from app.core.errors import BadInput
from app.core.i18n import lazy_gettext as _l
from views.openapi import specification
from views.openapi_reading import ApiGroup, groups_of

MAX_TEXT = 100
_groups: dict[str, list[ApiGroup]] = {}
"""Language → what is shown; the description depends on nothing else."""


class OpenApiPage(BaseView):
    """Reference of the programming interface; needs the same right as the description itself."""

    route_base = "/api-reference"
    default_view = "index"
    class_permission_name = "OpenApi"
    title = _l("Programming interface (API)")

    @expose("/")
    @has_access
    @permission_name("get")
    def index(self) -> str:
        """Show all resources, or the operations in which the searched word occurs."""
        text = request.args.get("q", "").strip().lower()
        if len(text) > MAX_TEXT:
            raise BadInput("bad-search", _l("Search for at most %(count)s characters.", count=MAX_TEXT))
        groups = _all()
        found = [(group, [one for one in group.operations if text in _told(group, one)]) for group in groups]
        return render_template(
            "pages/api.html", screen=self, text=text, found=[pair for pair in found if pair[1]],
            address=_address(), public_count=sum(len(group.operations) for group in groups),
        )  # fmt: skip

    @expose("/<name>")
    @has_access
    @permission_name("get")
    def show(self, name: str) -> str:
        """Show the operations of one resource."""
        groups = _all()
        group = next((one for one in groups if one.name == name), None)
        if group is None:
            abort(404)
        return render_template("pages/api_resource.html", screen=self, group=group, groups=groups)


def _all() -> list[ApiGroup]:
    locale = str(get_locale())
    if locale not in _groups:
        _groups[locale] = groups_of(specification(), _address())
    return _groups[locale]


def _address() -> str:
    return str(current_app.config["YINGCE_SETTINGS"].public_url).rstrip("/")


def _told(group: ApiGroup, operation: object) -> str:
    parts = (group.name, group.title, *(getattr(operation, name) for name in ("method", "path", "summary")))
    return " ".join(str(part) for part in parts).lower()
