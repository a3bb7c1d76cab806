"""Marketing activities under a plan, with their five planning fields and their channels (R050, R060-R064).

Theme, form, content, channels and budget are the five fields; the database refuses an activity that
leaves the draft without one of them, and refuses to start one that is not approved.
"""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.enums import LabelEnum
from app.core.i18n import lazy_gettext as _l
from app.core.money import ZERO
from app.core.types import Instant, Money, Scaled
from models.approvable import APPROVED_NEEDS_PROOF, STATUS_IN_LIST, Approvable
from models.base import Coded, FabModel, Owned, Row, SoftDeleted, alive_index, in_list, label
from models.counters import keep_counters, total
from models.org import Department, Employee
from models.partners import Channel
from models.plans import MarketingPlan


class ActivityType(LabelEnum):
    """What kind of activity it is."""

    LAUNCH = "launch", _l("Product launch")
    FESTIVAL = "festival", _l("Festival campaign")
    KOL = "kol", _l("KOL cooperation")
    SOCIAL = "social", _l("Social media campaign")
    EXHIBITION = "exhibition", _l("Exhibition")
    STORE = "store", _l("Store event")
    MEMBER = "member", _l("Member day")
    OTHER = "other", _l("Other")


class ActivityForm(LabelEnum):
    """Where an activity takes place: its form."""

    ONLINE = "online", _l("Online")
    OFFLINE = "offline", _l("Offline")
    BOTH = "both", _l("Online and offline")


class ActivityStage(LabelEnum):
    """How far the execution is; it begins after the approval."""

    PLANNED = "planned", _l("Planned"), "grey"
    PREPARING = "preparing", _l("Preparing"), "blue"
    RUNNING = "running", _l("Running"), "green"
    ENDED = "ended", _l("Ended"), "grey"
    EVALUATED = "evaluated", _l("Evaluated"), "green"
    ARCHIVED = "archived", _l("Archived"), "grey"
    STOPPED = "stopped", _l("Stopped"), "red"
    CANCELLED = "cancelled", _l("Cancelled"), "grey"


class Activity(Row, Coded, Owned, Approvable, SoftDeleted, FabModel):
    """One marketing activity under a plan, approved with its channels as one document (R060)."""

    __tablename__ = "activity"
    __series__ = "AC"
    __search__ = ("code", "name", "theme")
    __document_columns__ = (
        "code", "name", "plan_id", "owner_id", "department_id", "supervisor_id", "activity_type", "theme", "form",
        "content", "start_at", "end_at", "budget_amount", "currency_code", "expected_effect",
    )  # fmt: skip
    __document_lines__ = ("channels",)
    __table_args__ = (
        CheckConstraint(STATUS_IN_LIST, name="status"),
        CheckConstraint(APPROVED_NEEDS_PROOF, name="approved_needs_proof"),
        CheckConstraint(in_list("activity_type", ActivityType), name="activity_type"),
        CheckConstraint("form IS NULL OR form IN ('online', 'offline', 'both')", name="form"),
        CheckConstraint(in_list("stage", ActivityStage), name="stage"),
        CheckConstraint(
            "status = 'draft' OR (theme IS NOT NULL AND theme <> '' AND form IS NOT NULL"
            " AND content IS NOT NULL AND content <> '' AND budget_amount IS NOT NULL AND channel_count > 0)",
            name="five_fields_after_draft",
        ),
        CheckConstraint("end_at > start_at", name="dates"),
        CheckConstraint("budget_amount IS NULL OR budget_amount >= 0", name="budget"),
        CheckConstraint("length(currency_code) = 3", name="currency"),
        CheckConstraint(
            "channel_cost_amount >= 0 AND (budget_amount IS NULL OR channel_cost_amount <= budget_amount)",
            name="channels_within_budget",
        ),
        CheckConstraint("supervisor_id IS NULL OR supervisor_id <> owner_id", name="supervisor_not_owner"),
        CheckConstraint(
            "stage IN ('planned', 'cancelled') OR status IN ('in_force', 'closed', 'superseded')",
            name="stage_needs_approval",
        ),
        CheckConstraint(
            "stage NOT IN ('stopped', 'cancelled') OR (stage_reason IS NOT NULL AND stage_reason <> '')",
            name="stop_needs_reason",
        ),
        Index("ix_activity_name_id", "name", "id"),
        Index("ix_activity_status_id", "status", "id"),
        Index("ix_activity_start_at_id", "start_at", "id"),
        alive_index("ix_activity_alive", "id"),
    )

    name: Mapped[str] = mapped_column(String(160), info=label(_l("Name")))
    plan_id: Mapped[int] = mapped_column(
        ForeignKey("marketing_plan.id", ondelete="RESTRICT"),
        index=True,
        info=label(_l("Marketing plan"), _l("An approved plan; the activity lies within its time.")),
    )
    activity_type: Mapped[str] = mapped_column(
        String(12), default=ActivityType.OTHER.value, info=label(_l("Activity type"), choices=ActivityType)
    )
    theme: Mapped[str | None] = mapped_column(
        String(200), info=label(_l("Theme"), _l("Needed before the activity is submitted."))
    )
    form: Mapped[str | None] = mapped_column(
        String(8),
        info=label(_l("Form"), _l("Needed before the activity is submitted."), choices=ActivityForm),
    )
    content: Mapped[str | None] = mapped_column(
        Text, info=label(_l("Content"), _l("Needed before the activity is submitted."), multiline=True)
    )
    start_at: Mapped[datetime] = mapped_column(Instant, info=label(_l("Starts at")))
    end_at: Mapped[datetime] = mapped_column(Instant, info=label(_l("Ends at")))
    budget_amount: Mapped[Decimal | None] = mapped_column(
        Money, info=label(_l("Budget"), _l("Needed before the activity is submitted."))
    )
    currency_code: Mapped[str] = mapped_column(String(3), default="CNY", info=label(_l("Currency")))
    expected_effect: Mapped[str | None] = mapped_column(
        Text,
        info=label(_l("Expected effect"), _l("By which figures the effect is measured."), multiline=True),
    )
    supervisor_id: Mapped[int | None] = mapped_column(
        ForeignKey("employee.id", ondelete="RESTRICT"),
        index=True,
        info=label(
            _l("Supervisor"), _l("Watches that the activity is compliant; never the responsible person.")
        ),
    )
    channel_count: Mapped[int] = mapped_column(Integer, default=0, info=label(_l("Channels"), counter=True))
    channel_cost_amount: Mapped[Decimal] = mapped_column(
        Money, default=ZERO, info=label(_l("Planned cost of channels"), counter=True)
    )
    stage: Mapped[str] = mapped_column(
        String(12), default=ActivityStage.PLANNED.value, info=label(_l("Stage"), choices=ActivityStage)
    )
    stage_reason: Mapped[str | None] = mapped_column(
        String(200),
        info=label(_l("Reason of the stage"), _l("Needed when the activity is stopped or cancelled.")),
    )

    plan: Mapped[MarketingPlan] = relationship(lazy="select")
    supervisor: Mapped[Employee | None] = relationship(foreign_keys=[supervisor_id], lazy="select")
    owner: Mapped[Employee] = relationship(foreign_keys="Activity.owner_id", lazy="select")
    department: Mapped[Department] = relationship(foreign_keys="Activity.department_id", lazy="select")
    channels: Mapped[list["ActivityChannel"]] = relationship(
        back_populates="activity", order_by="ActivityChannel.id", cascade="all, delete-orphan", lazy="select"
    )

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class ActivityChannel(Row, FabModel):
    """A channel that an activity uses, what it may cost there and what it shall bring (R060)."""

    __tablename__ = "activity_channel"
    __locked_with__ = "activity"
    __table_args__ = (
        UniqueConstraint("activity_id", "channel_id"),
        CheckConstraint("planned_cost_amount >= 0", name="planned_cost"),
    )

    activity_id: Mapped[int] = mapped_column(
        ForeignKey("activity.id", ondelete="CASCADE"), info=label(_l("Activity"))
    )
    channel_id: Mapped[int] = mapped_column(
        ForeignKey("channel.id", ondelete="RESTRICT"), index=True, info=label(_l("Channel"))
    )
    planned_cost_amount: Mapped[Decimal] = mapped_column(Money, default=ZERO, info=label(_l("Planned cost")))
    target_value: Mapped[Decimal | None] = mapped_column(
        Scaled(4), info=label(_l("Target value"), _l("For example visitors or orders."))
    )
    note: Mapped[str | None] = mapped_column(String(200), info=label(_l("Note")))

    activity: Mapped[Activity] = relationship(back_populates="channels", lazy="select")
    channel: Mapped[Channel] = relationship(lazy="select")

    def __str__(self) -> str:
        return f"{self.activity} – {self.channel}"


keep_counters(
    ActivityChannel,
    parent=Activity,
    link="activity_id",
    channel_count=func.count(),
    channel_cost_amount=total(ActivityChannel.planned_cost_amount),
)
