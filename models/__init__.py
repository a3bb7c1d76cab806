"""The relational schema: one module per noun; importing this package maps every class."""

from models.approvals import (
    ApprovalEvent,
    ApprovalInstance,
    Assignment,
    FlowDefinition,
    FlowVersion,
    RecordSnapshot,
    StepRun,
)
from models.audit import AuditEvent
from models.base import FabModel
from models.metrics import MetricDefinition
from models.numbering import NumberSeries
from models.org import Department, Employee, EmployeeAssignment, Position
from models.outbox import Job, Notice, OutboxMessage
from models.partners import Channel, Partner
from models.plans import BudgetLine, CompanyObjective, MarketingPlan, PlanGoal, PlanMilestone
from models.users import DataScope, PortalUser, SecurityStamp, UserSession

__all__ = [
    "ApprovalEvent",
    "ApprovalInstance",
    "Assignment",
    "AuditEvent",
    "BudgetLine",
    "Channel",
    "CompanyObjective",
    "DataScope",
    "Department",
    "Employee",
    "EmployeeAssignment",
    "FabModel",
    "FlowDefinition",
    "FlowVersion",
    "Job",
    "MarketingPlan",
    "MetricDefinition",
    "Notice",
    "NumberSeries",
    "OutboxMessage",
    "Partner",
    "PlanGoal",
    "PlanMilestone",
    "PortalUser",
    "Position",
    "RecordSnapshot",
    "SecurityStamp",
    "StepRun",
    "UserSession",
]
