"""The relational schema: one module per noun; importing this package maps every class."""

from models.activities import Activity, ActivityChannel
from models.agreements import AgreementObligation, PartnerAgreement
from models.appraisals import (
    Appraisal,
    AppraisalCriterion,
    AppraisalCycle,
    AppraisalLevel,
    AppraisalScheme,
    AppraisalScore,
)
from models.approvals import (
    ApprovalEvent,
    ApprovalInstance,
    Assignment,
    FlowDefinition,
    FlowVersion,
    RecordSnapshot,
    StepRun,
)
from models.attachments import Attachment
from models.audit import AuditEvent
from models.base import FabModel
from models.comments import Comment, CommentMention
from models.customers import Consent, Customer, CustomerIdentity, CustomerNeed
from models.idempotency import UsedKey
from models.imports import ImportBatch
from models.metrics import MetricDefinition
from models.numbering import NumberSeries
from models.org import Department, Employee, EmployeeAssignment, Position
from models.outbox import Job, Notice, OutboxMessage
from models.partners import Channel, ChannelCost, Partner, Region, SourcingEvent
from models.plans import BudgetLine, CompanyObjective, MarketingPlan, PlanGoal, PlanMilestone
from models.pricing import PriceList, PriceListItem, PricePolicy, PricingRule
from models.products import CompetitorPrice, Product, ProductCost, ProductLine
from models.promotions import PromotionProduct, PromotionTier, SalesPromotion
from models.purchases import Purchase, PurchaseLine
from models.rewards import RewardPenalty
from models.saved_views import ListChoice, SavedView
from models.sources import CustomerSource
from models.users import DataScope, PortalUser, SecurityStamp, UserSession

__all__ = [
    "Activity",
    "ActivityChannel",
    "AgreementObligation",
    "Appraisal",
    "AppraisalCriterion",
    "AppraisalCycle",
    "AppraisalLevel",
    "AppraisalScheme",
    "AppraisalScore",
    "ApprovalEvent",
    "ApprovalInstance",
    "Assignment",
    "Attachment",
    "AuditEvent",
    "BudgetLine",
    "Channel",
    "ChannelCost",
    "Comment",
    "CommentMention",
    "CompanyObjective",
    "CompetitorPrice",
    "Consent",
    "Customer",
    "CustomerIdentity",
    "CustomerNeed",
    "CustomerSource",
    "DataScope",
    "Department",
    "Employee",
    "EmployeeAssignment",
    "FabModel",
    "FlowDefinition",
    "FlowVersion",
    "ImportBatch",
    "Job",
    "ListChoice",
    "MarketingPlan",
    "MetricDefinition",
    "Notice",
    "NumberSeries",
    "OutboxMessage",
    "Partner",
    "PartnerAgreement",
    "PlanGoal",
    "PlanMilestone",
    "PortalUser",
    "Position",
    "PriceList",
    "PriceListItem",
    "PricePolicy",
    "PricingRule",
    "Product",
    "ProductCost",
    "ProductLine",
    "PromotionProduct",
    "PromotionTier",
    "Purchase",
    "PurchaseLine",
    "RecordSnapshot",
    "Region",
    "RewardPenalty",
    "SalesPromotion",
    "SavedView",
    "SecurityStamp",
    "SourcingEvent",
    "StepRun",
    "UsedKey",
    "UserSession",
]
