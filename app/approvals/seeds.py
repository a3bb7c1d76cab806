"""The routes that a new installation begins with, from the regulation itself (R046, R047)."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.approvals.definitions import draft, publish
from models.approvals import FlowDefinition

_DIRECT_SUPERIOR: dict[str, Any] = {
    "key": "direct_superior",
    "name": {
        "zh": "直属上级审核",
        "zh_Hant_TW": "直屬上級審核",
        "en": "Review by the direct superior",
    },
    "approvers": [{"rule": "superior", "n": 1}],
    "mode": "any",
    "on_self": "transfer",
    "policy_ref": "R046",
}


def _higher_level(*levels: tuple[int, str | None]) -> dict[str, Any]:
    """Return the step of the superiors one by one, until the level that the amount demands (level, below)."""
    bands = [{"level": level, "below": below} for level, below in levels]
    return {
        "key": "higher_level",
        "name": {
            "zh": "更高层级审批",
            "zh_Hant_TW": "更高層級審批",
            "en": "Approval by the higher level",
        },
        "approvers": [{"rule": "superiors", "start": 2, "levels": bands}],
        "mode": "sequential",
        "policy_ref": "R047",
    }


def _route(*steps: dict[str, Any]) -> dict[str, Any]:
    return {"format": 1, "dedupe": "none", "steps": list(steps)}


PLAN_ROUTE = _route(_DIRECT_SUPERIOR, _higher_level((3, "200000"), (4, "2000000"), (5, None)))
"""Plans, activities, promotions and agreements: the direct superior, then higher until the level of the amount."""
REWARD_ROUTE = _route(_DIRECT_SUPERIOR, _higher_level((4, "20000"), (5, None)))
"""Rewards and penalties concern a person: at least a director decides, whatever the amount."""
SUPERIOR_ROUTE = _route(_DIRECT_SUPERIOR)
"""Records without an amount: the direct superior."""

_SEEDS = (
    ("FL-PLAN", "marketing_plan", "marketing-plan", "营销计划审批", "Marketing plan approval", PLAN_ROUTE),
    ("FL-ACTIVITY", "activity", "activity", "营销活动审批", "Activity approval", PLAN_ROUTE),
    ("FL-PROMOTION", "sales_promotion", "sales-promotion", "促销方案审批", "Promotion approval", PLAN_ROUTE),
    (
        "FL-AGREEMENT",
        "partner_agreement",
        "partner-agreement",
        "合作协议审批",
        "Agreement approval",
        PLAN_ROUTE,
    ),
    (
        "FL-REWARD",
        "reward_penalty",
        "reward-penalty",
        "奖惩审批",
        "Reward and penalty approval",
        REWARD_ROUTE,
    ),
    (
        "FL-PRICE-RULE",
        "pricing_rule",
        "pricing-rule",
        "定价规则审批",
        "Pricing rule approval",
        SUPERIOR_ROUTE,
    ),
    (
        "FL-PRICE-POLICY",
        "price_policy",
        "price-policy",
        "价格政策审批",
        "Price policy approval",
        SUPERIOR_ROUTE,
    ),
    ("FL-PRICE-LIST", "price_list", "price-list", "价目表审批", "Price list approval", SUPERIOR_ROUTE),
    ("FL-APPRAISAL", "appraisal", "appraisal", "绩效考核确认", "Appraisal confirmation", SUPERIOR_ROUTE),
)
"""Code, record type, key, name, English name, content."""


def seed_definitions(session: Session) -> list[FlowDefinition]:
    """Make and publish the routes that are missing; what an administrator changed stays as it is.

    Returns:
        The routes that were made now.
    """
    made = []
    for code, record_type, key, name, name_en, spec in _SEEDS:
        if session.scalar(select(FlowDefinition.id).filter_by(record_type=record_type, key=key)) is not None:
            continue
        definition = FlowDefinition(code=code, record_type=record_type, key=key, name=name, name_en=name_en)
        session.add(definition)
        publish(session, draft(session, definition, spec))
        made.append(definition)
    return made
