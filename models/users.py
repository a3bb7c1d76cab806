"""Log-in accounts, their sessions and the row scope of roles (R005, R090).

Accounts, roles and permissions are the framework's tables; the account class adds what it lacks.
"""

from datetime import datetime
from typing import Any

from flask_appbuilder.security.sqla.models import Group, Role, User
from sqlalchemy import CheckConstraint, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.clock import utc_now
from app.core.enums import LabelEnum
from app.core.i18n import lazy_gettext as _l
from app.core.types import Instant, JsonDict
from models.base import FabModel, Row, in_list, label


class PortalUser(User):
    """The framework's account with language, time zone and the partner company it belongs to."""

    __tablename__ = "ab_user"
    __title__ = "username"
    __allow_unmapped__ = True

    language: Mapped[str | None] = mapped_column(String(16), info=label(_l("Language")))
    time_zone: Mapped[str | None] = mapped_column(String(64), info=label(_l("Time zone")))
    theme: Mapped[str | None] = mapped_column(String(8), info=label(_l("Appearance")))
    choices: Mapped[dict[str, Any] | None] = mapped_column(JsonDict, info=label(_l("Choices")))
    """What a person likes: which notices come by mail, whether the sidebar is narrow."""
    partner_id: Mapped[int | None] = mapped_column(
        ForeignKey("partner.id", ondelete="RESTRICT", use_alter=True), info=label(_l("Channel partner"))
    )
    must_change_password: Mapped[bool | None] = mapped_column(
        default=False, info=label(_l("Must change the password"))
    )

    def __str__(self) -> str:
        """Return the name as its language writes it: the family name first in Chinese."""
        first, last = str(self.first_name or ""), str(self.last_name or "")
        return f"{first} {last}".strip() if (first + last).isascii() else f"{last}{first}"


# as the framework does for the members of a role: an account of ours may stand where one of its own is expected
Group.users.comparator.prop.enable_typechecks = False

_FRAMEWORK_LABELS = {
    "username": _l("User name"),
    "last_name": _l("Family name"),
    "first_name": _l("Given name"),
    "email": _l("E-mail"),
    "active": _l("Active"),
    "last_login": _l("Last log-in"),
}
for _name, _text in _FRAMEWORK_LABELS.items():
    User.__mapper__.columns[_name].info.update(label(_text, personal=_name == "email"))


class Theme(LabelEnum):
    """How bright the pages are."""

    SYSTEM = "system", _l("As the device")
    LIGHT = "light", _l("Light")
    DARK = "dark", _l("Dark")


class UserSession(FabModel):
    """One log-in of one account on one device; ending the row ends the cookie and the tokens."""

    __tablename__ = "user_session"
    __allow_unmapped__ = True

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(Instant, default=utc_now)
    seen_at: Mapped[datetime] = mapped_column(Instant, default=utc_now)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    address: Mapped[str | None] = mapped_column(String(64))
    agent: Mapped[str | None] = mapped_column(String(200))


class SecurityStamp(FabModel):
    """One row whose version every change of roles and rights bumps; caches of rights are keyed by it."""

    __tablename__ = "security_stamp"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)
    __allow_unmapped__ = True

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    version: Mapped[int] = mapped_column(Integer, default=1)


class Scope(LabelEnum):
    """Which rows of a record type a role reaches, from narrow to wide."""

    OWN = "own", _l("Own records")
    SUBORDINATES = "subordinates", _l("Own and subordinates' records")
    DEPARTMENT = "department", _l("Own department")
    SUBTREE = "subtree", _l("Own department and those below")
    ALL = "all", _l("All records")


class DataScope(Row, FabModel):
    """A role's row scope for one record type; no row means: nothing."""

    __tablename__ = "data_scope"
    __table_args__ = (
        UniqueConstraint("role_id", "record_type"),
        CheckConstraint(in_list("scope", Scope), name="scope"),
    )

    role_id: Mapped[int] = mapped_column(ForeignKey("ab_role.id", ondelete="CASCADE"), info=label(_l("Role")))
    record_type: Mapped[str] = mapped_column(String(40), info=label(_l("Record type")))
    scope: Mapped[str] = mapped_column(String(20), info=label(_l("Rows"), choices=Scope))

    role: Mapped[Role] = relationship(lazy="select")

    def __str__(self) -> str:
        return f"{self.role}: {self.record_type} {self.scope}"
