"""The rights report: what each role may do, on which records, who holds it and who has which roles (R005, R090)."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any, ClassVar

from app.core.actor import Actor
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.security.roles import role_title
from models.users import Scope
from reports import formats
from reports.base import HeadText, Report
from reports.params import ArgReader
from reports.rights_report_data import RightsData, RoleRights, load_rights
from reports.rights_words import COLUMNS, EVERYBODY, Resource, resources, verb_label


@dataclass(frozen=True, slots=True)
class RightsParams:
    """Key of the one role to print; none for all of them."""

    role_id: int | None = None


@dataclass(frozen=True)
class RightsRow:
    """One page in a role's table: a mark per column, further verbs by name, and the row scope."""

    title: Any
    is_line: bool
    marks: list[bool]
    further: str
    scope: Any


class RightsReport(Report[RightsParams, RightsData]):
    """Shows a supervisor who may do what, on paper and as of a day."""

    key: ClassVar[str] = "rights-report"
    title: ClassVar = _l("Rights report")
    permission: ClassVar[tuple[str, str]] = ("can_run", "rights-report")
    template: ClassVar[str] = "rights_report.html"
    has_period: ClassVar[bool] = False

    def parse(self, args: Mapping[str, str]) -> RightsParams:
        """Read `role`, the key of one role; may be absent."""
        reader = ArgReader(args)
        keys = reader.keys("role")
        if len(keys) > 1:
            reader.refuse("role", _l("Name one role, or none for all of them."))
        reader.done()
        return RightsParams(keys[0] if keys else None)

    def data(self, actor: Actor, params: RightsParams) -> RightsData:
        """Read the roles; whoever may run this report may see all of them."""
        return load_rights(params.role_id)

    def head(self, data: RightsData) -> HeadText:
        """Number the report by its day."""
        which = str(role_title(data.only_role)) if data.only_role is not None else _("All roles and accounts")
        return HeadText(
            subtitle=which,
            number=f"RR-{data.day:%Y%m%d}",
            version="1",
            period=formats.day(data.day),
            company=str(data.company),
            filters=((_("Role"), which),),
        )

    def view(self, data: RightsData, *, font: str) -> Mapping[str, object]:
        """Put the rights into the words and the order of the menu."""
        known = {resource.name: resource for resource in resources()}
        return {
            "columns": list(COLUMNS.values()),
            "roles": [(role, role_title(role.name), _groups(role, known)) for role in data.roles],
            "role_title": role_title,
            "none_held": [person for person in data.people if not person.roles],
        }


def _groups(role: RoleRights, known: Mapping[str, Resource]) -> list[tuple[Any, list[RightsRow]]]:
    scopes = dict(role.scopes)
    verbs = dict(role.rights)
    order = {name: place for place, name in enumerate(known)}
    names = sorted(verbs, key=lambda name: (order.get(name, len(order)), name))
    rows = [_row(known.get(name) or Resource(name, name, EVERYBODY), verbs[name], scopes) for name in names]
    return [
        (title, [row for _group, row in found])
        for title, found in groupby(rows, lambda pair: pair[0])
    ]  # fmt: skip


def _row(resource: Resource, verbs: tuple[str, ...], scopes: Mapping[str, str]) -> tuple[Any, RightsRow]:
    marks = [verb in verbs for verb in COLUMNS]
    further = ", ".join(str(verb_label(verb)) for verb in verbs if verb not in COLUMNS)
    scope: Any = ""
    if resource.record_type is not None:
        stored = scopes.get(resource.record_type)
        scope = Scope(stored).label if stored else _("No records")
    return resource.group, RightsRow(resource.title, resource.is_line, marks, further, scope)
