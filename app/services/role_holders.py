"""Who holds a role: accounts with their department, the groups through which they hold it, and their last log-in."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime

from flask_appbuilder.security.sqla.models import Group, assoc_group_role, assoc_user_group, assoc_user_role
from sqlalchemy import select

from app.core.db import db
from models.org import Department, Employee
from models.users import PortalUser


@dataclass
class Holder:
    """One account that holds a role.

    Attributes:
        groups: names of the groups through which it holds the role; none when it holds it directly only.
        last_login: aware instant (UTC).
    """

    user_id: int
    username: str
    name: str
    department: str | None
    department_en: str | None
    is_active: bool
    last_login: datetime | None
    is_direct: bool = False
    groups: list[str] = field(default_factory=list)


def holders_of(role_ids: Collection[int]) -> dict[int, list[Holder]]:
    """Return role key → its holders by user name; three statements for all roles together."""
    session = db.session()
    direct = session.execute(
        select(assoc_user_role.c.role_id, assoc_user_role.c.user_id).where(
            assoc_user_role.c.role_id.in_(role_ids)
        )
    ).all()
    grouped = session.execute(
        select(assoc_group_role.c.role_id, assoc_user_group.c.user_id, Group.name, Group.label)
        .join(assoc_user_group, assoc_user_group.c.group_id == assoc_group_role.c.group_id)
        .join(Group, Group.id == assoc_group_role.c.group_id)
        .where(assoc_group_role.c.role_id.in_(role_ids))
    ).all()
    found: dict[tuple[int, int], Holder] = {}
    accounts = _accounts({row.user_id for row in (*direct, *grouped)})
    for row in direct:
        found[row.role_id, row.user_id] = holder = _holder(accounts[row.user_id])
        holder.is_direct = True
    for row in grouped:
        key = (row.role_id, row.user_id)
        if key not in found:
            found[key] = _holder(accounts[row.user_id])
        found[key].groups.append(row.label or row.name)
    result: dict[int, list[Holder]] = {role_id: [] for role_id in role_ids}
    for (role_id, _user_id), holder in found.items():
        holder.groups.sort()
        result[role_id].append(holder)
    return {role_id: sorted(holders, key=lambda one: one.username) for role_id, holders in result.items()}


Account = tuple[PortalUser, str | None, str | None, str | None]


def _accounts(keys: Collection[int]) -> dict[int, Account]:
    statement = (
        select(PortalUser, Employee.name, Department.name, Department.name_en)
        .outerjoin(Employee, Employee.user_id == PortalUser.id)
        .outerjoin(Department, Department.id == Employee.department_id)
        .where(PortalUser.id.in_(keys))
    )
    return {row[0].id: (row[0], row[1], row[2], row[3]) for row in db.session.execute(statement)}


def _holder(account: Account) -> Holder:
    user, employee, department, department_en = account
    last = (
        user.last_login.replace(tzinfo=UTC) if user.last_login else None
    )  # the framework's column has no zone
    name = employee or str(user)
    return Holder(user.id, user.username, name, department, department_en, bool(user.active), last)
