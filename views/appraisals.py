"""Screens of appraisals, their schemes, and rewards and penalties (R122, R123)."""

from decimal import Decimal
from typing import Any

from app.core.i18n import lazy_gettext as _l
from models.appraisals import (
    Appraisal,
    AppraisalCriterion,
    AppraisalCycle,
    AppraisalLevel,
    AppraisalScheme,
    AppraisalScore,
    SchemeStatus,
)
from models.rewards import RewardPenalty
from views.approval_panel import ApprovableScreen
from views.base import Screen
from views.interface import interface_of
from views.line_rows import InlineLines, LineTotal


class AppraisalCriterionView(Screen):
    """Criteria of a scheme."""

    datamodel = interface_of(AppraisalCriterion)
    route_base = "/appraisal-criteria"
    title = _l("Criteria")
    title_one = _l("Criterion")
    list_columns = ("name", "part", "weight", "metric_id")
    add_columns = ("scheme_id", "name", "part", "weight", "metric_id", "guidance")
    parent_column = "scheme_id"

    def accepts_lines(self, parent: Any) -> bool:
        """Whether the scheme is still a draft; one in use is not changed."""
        return super().accepts_lines(parent) and parent.status == SchemeStatus.DRAFT.value


class AppraisalLevelView(Screen):
    """Levels of a scheme."""

    datamodel = interface_of(AppraisalLevel)
    route_base = "/appraisal-levels"
    title = _l("Levels")
    title_one = _l("Level")
    list_columns = ("name", "min_score", "max_score", "consequence", "quota_percent")
    add_columns = ("scheme_id", "name", "min_score", "max_score", "consequence", "quota_percent")
    parent_column = "scheme_id"

    def accepts_lines(self, parent: Any) -> bool:
        """Whether the scheme is still a draft; one in use is not changed."""
        return super().accepts_lines(parent) and parent.status == SchemeStatus.DRAFT.value


class AppraisalSchemeView(Screen):
    """What is appraised by which criteria."""

    datamodel = interface_of(AppraisalScheme)
    route_base = "/appraisal-schemes"
    title = _l("Appraisal schemes")
    title_one = _l("Appraisal scheme")
    list_columns = ("code", "name", "subject_kind", "status", "weight_total")
    order_columns = ("code",)
    related_views = [AppraisalCriterionView, AppraisalLevelView]
    inline_lines = (
        InlineLines("criteria", AppraisalCriterionView, LineTotal("weight", goal=Decimal(100))),
        InlineLines("levels", AppraisalLevelView),
    )


class AppraisalCycleView(Screen):
    """Periods of appraisal."""

    datamodel = interface_of(AppraisalCycle)
    route_base = "/appraisal-cycles"
    title = _l("Appraisal cycles")
    title_one = _l("Appraisal cycle")
    list_columns = ("code", "name", "start_on", "end_on", "due_on", "status")
    order_columns = ("code",)


class AppraisalScoreView(Screen):
    """Scores of an appraisal."""

    datamodel = interface_of(AppraisalScore)
    route_base = "/appraisal-scores"
    title = _l("Scores")
    title_one = _l("Score")
    list_columns = ("criterion_id", "weight", "score", "comment")
    add_columns = ("appraisal_id", "criterion_id", "score", "comment")
    parent_column = "appraisal_id"


class AppraisalView(ApprovableScreen):
    """Appraisals of people, departments and activities."""

    datamodel = interface_of(Appraisal)
    route_base = "/appraisals"
    title = _l("Appraisals")
    title_one = _l("Appraisal")
    list_columns = (
        "code", "cycle_id", "subject_kind", "subject_employee_id", "subject_department_id",
        "reviewer_id", "final_score", "status",
    )  # fmt: skip
    add_columns = (
        "cycle_id", "scheme_id", "subject_kind", "subject_employee_id", "subject_department_id",
        "subject_activity_id", "reviewer_id", "self_score", "comment",
    )  # fmt: skip
    order_columns = ("code",)
    field_groups = (
        (_l("Appraisal"), ("cycle_id", "scheme_id", "reviewer_id")),
        (_l("Who is appraised"), (
            "subject_kind", "subject_employee_id", "subject_department_id", "subject_activity_id",
        )),
        (_l("Result"), ("self_score", "comment")),
    )  # fmt: skip
    related_views = [AppraisalScoreView]
    inline_lines = (InlineLines("scores", AppraisalScoreView),)


class RewardPenaltyView(ApprovableScreen):
    """Rewards and penalties from confirmed appraisals."""

    datamodel = interface_of(RewardPenalty)
    route_base = "/rewards"
    title = _l("Rewards and penalties")
    title_one = _l("Reward or penalty")
    list_columns = (
        "code", "kind", "appraisal_id", "employee_id", "recipient_department_id", "amount",
        "appeal_until", "status",
    )  # fmt: skip
    add_columns = (
        "appraisal_id", "kind", "employee_id", "recipient_department_id", "content", "amount",
        "appeal_until", "note",
    )  # fmt: skip
    order_columns = ("code",)
