"""The organisation: departments, positions, employees and their dated assignments (R004, R008, R116)."""

from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.enums import LabelEnum
from app.core.i18n import lazy_gettext as _l
from models.base import Coded, FabModel, Row, SoftDeleted, in_list, label

if TYPE_CHECKING:
    from models.users import PortalUser


class DepartmentKind(LabelEnum):
    """What a department is for; the regulation names five lines of business and supervision."""

    RESEARCH = "research", _l("Market research")
    PRODUCT = "product", _l("Product planning")
    PROMOTION = "promotion", _l("Promotion")
    SALES = "sales", _l("Sales")
    SERVICE = "service", _l("Customer service")
    SUPERVISION = "supervision", _l("Supervision")
    MANAGEMENT = "management", _l("Management")


class EmployeeStatus(LabelEnum):
    """Whether a person works here now."""

    ACTIVE = "active", _l("Employed"), "green"
    LEFT = "left", _l("Left"), "grey"


class Department(Row, Coded, SoftDeleted, FabModel):
    """A node of the organisation tree, led by one person."""

    __tablename__ = "department"
    __series__ = "D"
    __search__ = ("code", "name", "name_en")
    __table_args__ = (
        CheckConstraint("parent_id IS NULL OR parent_id <> id", name="not_own_parent"),
        CheckConstraint(in_list("kind", DepartmentKind), name="kind"),
        UniqueConstraint("parent_id", "name"),
        Index(
            "uq_department_top_name",
            "name",
            unique=True,
            sqlite_where=text("parent_id IS NULL"),
            postgresql_where=text("parent_id IS NULL"),
        ),
    )

    name: Mapped[str] = mapped_column(String(80), info=label(_l("Name")))
    name_en: Mapped[str | None] = mapped_column(String(80), info=label(_l("English name")))
    kind: Mapped[str] = mapped_column(String(20), info=label(_l("Kind"), choices=DepartmentKind))
    parent_id: Mapped[int | None] = mapped_column(
        ForeignKey("department.id", ondelete="RESTRICT"), index=True, info=label(_l("Parent department"))
    )
    leader_id: Mapped[int | None] = mapped_column(
        ForeignKey("employee.id", ondelete="RESTRICT", use_alter=True),
        info=label(_l("Leader"), _l("Approves what the department files when a route asks for its leader.")),
    )

    parent: Mapped["Department | None"] = relationship(remote_side="Department.id", lazy="select")
    leader: Mapped["Employee | None"] = relationship(foreign_keys=[leader_id], lazy="select")

    def __str__(self) -> str:
        return self.name


class Position(Row, Coded, SoftDeleted, FabModel):
    """A post with its duties and its authority (R008)."""

    __tablename__ = "position"
    __series__ = "PO"
    __search__ = ("code", "title", "title_en")
    __table_args__ = (
        CheckConstraint("headcount >= 0", name="headcount"),
        CheckConstraint("level BETWEEN 1 AND 9", name="level"),
    )

    title: Mapped[str] = mapped_column(String(80), unique=True, info=label(_l("Title")))
    title_en: Mapped[str | None] = mapped_column(String(80), info=label(_l("English title")))
    level: Mapped[int] = mapped_column(
        Integer, default=1, info=label(_l("Level"), _l("1 for staff, higher for more authority."))
    )
    headcount: Mapped[int] = mapped_column(Integer, default=1, info=label(_l("Planned headcount")))
    duties: Mapped[str | None] = mapped_column(Text, info=label(_l("Duties"), multiline=True))
    authority: Mapped[str | None] = mapped_column(Text, info=label(_l("Authority"), multiline=True))

    def __str__(self) -> str:
        return self.title


class Employee(Row, Coded, SoftDeleted, FabModel):
    """A person of the company; the superior named here is the first approver (R046).

    `superior_id` is the superior of today; `EmployeeAssignment` keeps who it was on any earlier day.
    """

    __tablename__ = "employee"
    __series__ = "E"
    __search__ = ("code", "name", "name_en")
    __table_args__ = (
        CheckConstraint("superior_id IS NULL OR superior_id <> id", name="not_own_superior"),
        CheckConstraint("left_on IS NULL OR left_on >= hired_on", name="dates"),
        CheckConstraint(in_list("status", EmployeeStatus), name="status"),
        CheckConstraint("status <> 'left' OR left_on IS NOT NULL", name="left_needs_date"),
    )

    name: Mapped[str] = mapped_column(String(80), info=label(_l("Name")))
    name_en: Mapped[str | None] = mapped_column(String(80), info=label(_l("English name")))
    email: Mapped[str | None] = mapped_column(String(120), info=label(_l("E-mail")))
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("ab_user.id", ondelete="RESTRICT"),
        unique=True,
        info=label(_l("Account"), _l("The account by which the person logs in.")),
    )
    department_id: Mapped[int] = mapped_column(
        ForeignKey("department.id", ondelete="RESTRICT"), index=True, info=label(_l("Department"))
    )
    position_id: Mapped[int] = mapped_column(
        ForeignKey("position.id", ondelete="RESTRICT"), index=True, info=label(_l("Position"))
    )
    superior_id: Mapped[int | None] = mapped_column(
        ForeignKey("employee.id", ondelete="RESTRICT"),
        index=True,
        info=label(_l("Direct superior"), _l("The first approver of what the person files.")),
    )
    status: Mapped[str] = mapped_column(
        String(10), default=EmployeeStatus.ACTIVE.value, info=label(_l("Status"), choices=EmployeeStatus)
    )
    hired_on: Mapped[date] = mapped_column(Date, info=label(_l("Hired on")))
    left_on: Mapped[date | None] = mapped_column(Date, info=label(_l("Left on")))

    user: Mapped["PortalUser | None"] = relationship(foreign_keys=[user_id], lazy="select")
    department: Mapped[Department] = relationship(foreign_keys=[department_id], lazy="select")
    position: Mapped[Position] = relationship(lazy="select")
    superior: Mapped["Employee | None"] = relationship(
        foreign_keys=[superior_id], remote_side="Employee.id", lazy="select"
    )

    def __str__(self) -> str:
        return self.name


class EmployeeAssignment(Row, FabModel):
    """Where a person worked, in which post and under whom, from one day to another (half-open)."""

    __tablename__ = "employee_assignment"
    __table_args__ = (
        CheckConstraint("end_on IS NULL OR end_on > start_on", name="dates"),
        CheckConstraint("superior_id IS NULL OR superior_id <> employee_id", name="not_own_superior"),
        UniqueConstraint("employee_id", "start_on"),
        Index(
            "uq_employee_assignment_open",
            "employee_id",
            unique=True,
            sqlite_where=text("end_on IS NULL"),
            postgresql_where=text("end_on IS NULL"),
        ),
    )

    employee_id: Mapped[int] = mapped_column(
        ForeignKey("employee.id", ondelete="CASCADE"), info=label(_l("Employee"))
    )
    department_id: Mapped[int] = mapped_column(
        ForeignKey("department.id", ondelete="RESTRICT"), info=label(_l("Department"))
    )
    position_id: Mapped[int] = mapped_column(
        ForeignKey("position.id", ondelete="RESTRICT"), info=label(_l("Position"))
    )
    superior_id: Mapped[int | None] = mapped_column(
        ForeignKey("employee.id", ondelete="RESTRICT"), info=label(_l("Direct superior"))
    )
    start_on: Mapped[date] = mapped_column(Date, info=label(_l("From")))
    end_on: Mapped[date | None] = mapped_column(
        Date, info=label(_l("Until"), _l("The first day on which it no longer holds."))
    )

    employee: Mapped[Employee] = relationship(foreign_keys=[employee_id], lazy="select")
    department: Mapped[Department] = relationship(lazy="select")
    position: Mapped[Position] = relationship(lazy="select")
    superior: Mapped[Employee | None] = relationship(foreign_keys=[superior_id], lazy="select")

    def __str__(self) -> str:
        return f"{self.employee} {self.start_on}"
