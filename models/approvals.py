"""Approval: definitions in immutable versions, running instances, step runs, assignments and the event log.

The shape carries the whole vocabulary of approval routing (docs/algorithms/approval-routing.md),
so that later verbs add rows and services, not tables.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.clock import utc_now
from app.core.enums import LabelEnum
from app.core.i18n import lazy_gettext as _l
from app.core.types import Instant, JsonDict
from models.base import Coded, FabModel, Row, SoftDeleted, in_list, label
from models.org import Department, Employee


class FlowVersionState(LabelEnum):
    """A version is drafted, published once and never changed again."""

    DRAFT = "draft", _l("Draft"), "grey"
    PUBLISHED = "published", _l("Published"), "green"
    RETIRED = "retired", _l("Retired"), "grey"


class InstanceState(LabelEnum):
    """Where one approval stands."""

    IN_REVIEW = "in_review", _l("In review"), "blue"
    APPROVED = "approved", _l("Approved"), "green"
    REJECTED = "rejected", _l("Rejected"), "red"
    RETURNED = "returned", _l("Returned"), "orange"
    WITHDRAWN = "withdrawn", _l("Withdrawn"), "grey"
    CANCELLED = "cancelled", _l("Cancelled"), "grey"


class StepMode(LabelEnum):
    """How the answers of several approvers of one step combine."""

    ANY = "any", _l("Any one signs")
    ALL = "all", _l("All sign")
    SEQUENTIAL = "sequential", _l("One after another")


class StepState(LabelEnum):
    """Where one run of a step stands."""

    WAITING = "waiting", _l("Waiting"), "grey"
    ACTIVE = "active", _l("Running"), "blue"
    PASSED = "passed", _l("Passed"), "green"
    REJECTED = "rejected", _l("Rejected"), "red"
    SKIPPED = "skipped", _l("Skipped"), "grey"
    CANCELLED = "cancelled", _l("Cancelled"), "grey"


class AssignmentState(LabelEnum):
    """What became of one person's to-do."""

    WAITING = "waiting", _l("Waiting"), "grey"
    OPEN = "open", _l("To do"), "blue"
    APPROVED = "approved", _l("Approved"), "green"
    REJECTED = "rejected", _l("Rejected"), "red"
    RETURNED = "returned", _l("Returned"), "orange"
    CANCELLED = "cancelled", _l("Cancelled"), "grey"


class Capacity(LabelEnum):
    """In which capacity a person stands in a step (R046, R047)."""

    DIRECT_SUPERIOR = "direct_superior", _l("Direct superior")
    HIGHER_LEVEL = "higher_level", _l("Higher level")
    DEPARTMENT_LEADER = "department_leader", _l("Department leader")
    ROLE_HOLDER = "role_holder", _l("Holder of a role")
    NAMED = "named", _l("Named person")
    ADMINISTRATOR = "administrator", _l("Administrator")


class ActorKind(LabelEnum):
    """Who truly acted; an automatic decision is never shown as a person's."""

    PERSON = "person", _l("Person")
    PROXY = "proxy", _l("Proxy")
    ADMINISTRATOR = "administrator", _l("Administrator")
    SYSTEM = "system", _l("System rule")


class ApprovalVerb(LabelEnum):
    """What happened to an approval, in the past log."""

    SUBMIT = "submit", _l("Submitted")
    STEP_OPENED = "step_opened", _l("Step opened")
    STEP_SKIPPED = "step_skipped", _l("Step skipped")
    APPROVE = "approve", _l("Approved")
    REJECT = "reject", _l("Rejected")
    RETURN = "return", _l("Returned")
    WITHDRAW = "withdraw", _l("Withdrawn")
    REASSIGN = "reassign", _l("Reassigned")
    HOLD = "hold", _l("Held for an administrator")
    FINISH = "finish", _l("Approval finished")


class FlowDefinition(Row, Coded, SoftDeleted, FabModel):
    """The route of one record type; its content lives in immutable versions."""

    __tablename__ = "flow_definition"
    __series__ = "FL"
    __search__ = ("code", "name", "name_en")
    __table_args__ = (UniqueConstraint("record_type", "key"),)

    key: Mapped[str] = mapped_column(String(60), info=label(_l("Route key")))
    record_type: Mapped[str] = mapped_column(String(40), index=True, info=label(_l("Record type")))
    name: Mapped[str] = mapped_column(String(120), info=label(_l("Name")))
    name_en: Mapped[str | None] = mapped_column(String(120), info=label(_l("English name")))

    versions: Mapped[list["FlowVersion"]] = relationship(
        back_populates="definition", order_by="FlowVersion.number", lazy="raise"
    )

    def __str__(self) -> str:
        return self.name


class FlowVersion(Row, FabModel):
    """One version of a route as canonical JSON with its digest; published ones never change (trigger)."""

    __tablename__ = "flow_version"
    __table_args__ = (
        UniqueConstraint("definition_id", "number"),
        CheckConstraint(in_list("state", FlowVersionState), name="state"),
        CheckConstraint(
            "state = 'draft' OR (sha256 IS NOT NULL AND published_at IS NOT NULL)", name="published_has_proof"
        ),
        Index(
            "uq_flow_version_published",
            "definition_id",
            unique=True,
            sqlite_where=text("state = 'published'"),
            postgresql_where=text("state = 'published'"),
        ),
    )

    definition_id: Mapped[int] = mapped_column(
        ForeignKey("flow_definition.id", ondelete="RESTRICT"), info=label(_l("Route"))
    )
    number: Mapped[int] = mapped_column(Integer, info=label(_l("Version")))
    state: Mapped[str] = mapped_column(
        String(10), default=FlowVersionState.DRAFT.value, info=label(_l("State"), choices=FlowVersionState)
    )
    spec: Mapped[dict[str, Any]] = mapped_column(JsonDict, info=label(_l("Steps")))
    sha256: Mapped[str | None] = mapped_column(String(64), info=label(_l("Digest")))
    published_at: Mapped[datetime | None] = mapped_column(Instant, info=label(_l("Published at")))

    definition: Mapped[FlowDefinition] = relationship(back_populates="versions", lazy="select")

    def __str__(self) -> str:
        return f"{self.definition} v{self.number}"


class RecordSnapshot(FabModel):
    """The content of a record as it was submitted, in canonical JSON with its digest; never changed."""

    __tablename__ = "record_snapshot"
    __allow_unmapped__ = True
    __table_args__ = (UniqueConstraint("record_type", "record_id", "version_no"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    record_type: Mapped[str] = mapped_column(String(40))
    record_id: Mapped[int] = mapped_column(Integer)
    version_no: Mapped[int] = mapped_column(Integer)
    payload: Mapped[dict[str, Any]] = mapped_column(JsonDict)
    sha256: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(Instant, default=utc_now)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id", ondelete="RESTRICT"))


class ApprovalInstance(Row, FabModel):
    """One approval of one record; at most one runs per record."""

    __tablename__ = "approval_instance"
    __audited__ = False  # its own event log is chained into the audit trail
    __table_args__ = (
        CheckConstraint(in_list("state", InstanceState), name="state"),
        UniqueConstraint("id", "submitter_id"),
        Index(
            "uq_approval_instance_running",
            "record_type",
            "record_id",
            unique=True,
            sqlite_where=text("state IN ('in_review', 'returned')"),
            postgresql_where=text("state IN ('in_review', 'returned')"),
        ),
        Index("ix_approval_instance_record", "record_type", "record_id", "id"),
        Index("ix_approval_instance_submitter", "submitter_id", "id"),
    )

    record_type: Mapped[str] = mapped_column(String(40), info=label(_l("Record type")))
    record_id: Mapped[int] = mapped_column(Integer, info=label(_l("Record")))
    record_title: Mapped[str] = mapped_column(String(240), info=label(_l("Subject")))
    amount_text: Mapped[str | None] = mapped_column(String(40), info=label(_l("Amount")))
    flow_version_id: Mapped[int] = mapped_column(
        ForeignKey("flow_version.id", ondelete="RESTRICT"), info=label(_l("Route"))
    )
    submitter_id: Mapped[int] = mapped_column(
        ForeignKey("employee.id", ondelete="RESTRICT"), info=label(_l("Submitter"))
    )
    submitter_department_id: Mapped[int] = mapped_column(
        ForeignKey("department.id", ondelete="RESTRICT"), info=label(_l("Department"))
    )
    round_no: Mapped[int] = mapped_column(Integer, default=1, info=label(_l("Round")))
    state: Mapped[str] = mapped_column(
        String(12), default=InstanceState.IN_REVIEW.value, info=label(_l("State"), choices=InstanceState)
    )
    needs_administrator: Mapped[bool] = mapped_column(
        default=False, info=label(_l("Waits for an administrator"))
    )
    snapshot_id: Mapped[int] = mapped_column(ForeignKey("record_snapshot.id", ondelete="RESTRICT"))
    expected_route: Mapped[list[dict[str, Any]]] = mapped_column(JsonDict, info=label(_l("Expected route")))
    finished_at: Mapped[datetime | None] = mapped_column(Instant, info=label(_l("Finished at")))

    flow_version: Mapped[FlowVersion] = relationship(lazy="select")
    submitter: Mapped[Employee] = relationship(lazy="select")
    submitter_department: Mapped[Department] = relationship(lazy="select")
    snapshot: Mapped[RecordSnapshot] = relationship(lazy="select")
    step_runs: Mapped[list["StepRun"]] = relationship(
        back_populates="instance", order_by="StepRun.id", lazy="select"
    )
    events: Mapped[list["ApprovalEvent"]] = relationship(
        back_populates="instance", order_by="ApprovalEvent.seq", lazy="select"
    )

    def __str__(self) -> str:
        return self.record_title


class StepRun(Row, FabModel):
    """One visit of one step of the route."""

    __tablename__ = "step_run"
    __audited__ = False
    __table_args__ = (
        CheckConstraint(in_list("state", StepState), name="state"),
        CheckConstraint(in_list("mode", StepMode), name="mode"),
        UniqueConstraint("instance_id", "round_no", "step_key", "visit"),
    )

    instance_id: Mapped[int] = mapped_column(ForeignKey("approval_instance.id", ondelete="RESTRICT"))
    round_no: Mapped[int] = mapped_column(Integer)
    order_no: Mapped[int] = mapped_column(Integer)
    step_key: Mapped[str] = mapped_column(String(40))
    step_name: Mapped[dict[str, str]] = mapped_column(JsonDict, info=label(_l("Step")))
    visit: Mapped[int] = mapped_column(Integer, default=1)
    mode: Mapped[str] = mapped_column(String(12), default=StepMode.ANY.value)
    state: Mapped[str] = mapped_column(
        String(12), default=StepState.WAITING.value, info=label(_l("State"), choices=StepState)
    )
    opened_at: Mapped[datetime | None] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    due_at: Mapped[datetime | None] = mapped_column(Instant, info=label(_l("Due")))
    policy_ref: Mapped[str | None] = mapped_column(String(40), info=label(_l("Policy clause")))

    instance: Mapped[ApprovalInstance] = relationship(back_populates="step_runs", lazy="select")
    assignments: Mapped[list["Assignment"]] = relationship(
        back_populates="step_run", order_by="Assignment.order_no, Assignment.id", lazy="select"
    )


class Assignment(Row, FabModel):
    """One person's to-do in one step run, with the reason why it is with that person.

    The submitter stands in every row, tied to the instance by a composite foreign key, so that a
    CHECK can refuse self-approval whatever the code does (R046, R090).
    """

    __tablename__ = "assignment"
    __audited__ = False
    __table_args__ = (
        CheckConstraint(in_list("state", AssignmentState), name="state"),
        CheckConstraint(in_list("capacity", Capacity), name="capacity"),
        CheckConstraint("assignee_id <> submitter_id OR is_self_allowed", name="no_self_approval"),
        CheckConstraint(
            "state NOT IN ('approved', 'rejected', 'returned') OR decided_at IS NOT NULL", name="decided"
        ),
        ForeignKeyConstraint(
            ["instance_id", "submitter_id"],
            ["approval_instance.id", "approval_instance.submitter_id"],
            ondelete="RESTRICT",
        ),
        UniqueConstraint("step_run_id", "assignee_id"),
        Index(
            "ix_assignment_inbox",
            "assignee_id",
            "created_at",
            "id",
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_assignment_decided", "assignee_id", "decided_at", "id"),
        Index("ix_assignment_instance_id", "instance_id"),
    )

    step_run_id: Mapped[int] = mapped_column(ForeignKey("step_run.id", ondelete="RESTRICT"))
    instance_id: Mapped[int] = mapped_column(Integer)
    submitter_id: Mapped[int] = mapped_column(Integer)
    assignee_id: Mapped[int] = mapped_column(
        ForeignKey("employee.id", ondelete="RESTRICT"), info=label(_l("Approver"))
    )
    on_behalf_of_id: Mapped[int | None] = mapped_column(
        ForeignKey("employee.id", ondelete="RESTRICT"), info=label(_l("On behalf of"))
    )
    is_self_allowed: Mapped[bool] = mapped_column(default=False)
    capacity: Mapped[str] = mapped_column(String(20), info=label(_l("Capacity"), choices=Capacity))
    order_no: Mapped[int] = mapped_column(Integer, default=1)
    state: Mapped[str] = mapped_column(
        String(12), default=AssignmentState.OPEN.value, info=label(_l("State"), choices=AssignmentState)
    )
    reason: Mapped[dict[str, Any]] = mapped_column(JsonDict, info=label(_l("Why it is with me")))
    decided_at: Mapped[datetime | None] = mapped_column(Instant, info=label(_l("Decided at")))

    step_run: Mapped[StepRun] = relationship(back_populates="assignments", lazy="select")
    instance: Mapped[ApprovalInstance] = relationship(
        primaryjoin="Assignment.instance_id == ApprovalInstance.id",
        foreign_keys=[instance_id],
        viewonly=True,
        lazy="select",
    )
    assignee: Mapped[Employee] = relationship(foreign_keys=[assignee_id], lazy="select")
    on_behalf_of: Mapped[Employee | None] = relationship(foreign_keys=[on_behalf_of_id], lazy="select")


class ApprovalEvent(FabModel):
    """One entry of an approval's own log, append-only and chained by hash (triggers on both databases)."""

    __tablename__ = "approval_event"
    __allow_unmapped__ = True
    __table_args__ = (
        UniqueConstraint("instance_id", "seq"),
        UniqueConstraint("instance_id", "request_key"),
        CheckConstraint(in_list("verb", ApprovalVerb), name="verb"),
        CheckConstraint(in_list("actor_kind", ActorKind), name="actor_kind"),
        CheckConstraint("(actor_kind = 'system') = (actor_id IS NULL)", name="actor"),
        CheckConstraint(
            "verb NOT IN ('return', 'reject') OR (comment IS NOT NULL AND comment <> '')", name="needs_reason"
        ),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("approval_instance.id", ondelete="RESTRICT"))
    seq: Mapped[int] = mapped_column(Integer)
    round_no: Mapped[int] = mapped_column(Integer)
    verb: Mapped[str] = mapped_column(String(16), info=label(_l("Event"), choices=ApprovalVerb))
    step_key: Mapped[str | None] = mapped_column(String(40))
    actor_kind: Mapped[str] = mapped_column(String(16), info=label(_l("Acted as"), choices=ActorKind))
    actor_id: Mapped[int | None] = mapped_column(
        ForeignKey("employee.id", ondelete="RESTRICT"), info=label(_l("Person"))
    )
    on_behalf_of_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id", ondelete="RESTRICT"))
    assignment_id: Mapped[int | None] = mapped_column(ForeignKey("assignment.id", ondelete="RESTRICT"))
    capacity: Mapped[str | None] = mapped_column(String(20), info=label(_l("Capacity"), choices=Capacity))
    comment: Mapped[str | None] = mapped_column(Text, info=label(_l("Opinion")))
    details: Mapped[dict[str, Any]] = mapped_column(JsonDict, default=dict)
    snapshot_sha256: Mapped[str] = mapped_column(String(64), info=label(_l("Digest of the content")))
    flow_sha256: Mapped[str] = mapped_column(String(64), info=label(_l("Digest of the route")))
    request_key: Mapped[str | None] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Instant, default=utc_now, info=label(_l("Time")))
    prev_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))

    instance: Mapped[ApprovalInstance] = relationship(back_populates="events", lazy="select")
    actor: Mapped[Employee | None] = relationship(foreign_keys=[actor_id], lazy="select")
    on_behalf_of: Mapped[Employee | None] = relationship(foreign_keys=[on_behalf_of_id], lazy="select")
