"""The routes that a new installation begins with, from the regulation itself (R046, R047)."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.approvals.definitions import draft, publish
from models.approvals import FlowDefinition

PLAN_ROUTE: dict[str, Any] = {
    "format": 1,
    "dedupe": "none",
    "steps": [
        {
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
        },
        {
            "key": "higher_level",
            "name": {
                "zh": "更高层级审批",
                "zh_Hant_TW": "更高層級審批",
                "en": "Approval by the higher level",
            },
            "approvers": [
                {
                    "rule": "superiors",
                    "start": 2,
                    "levels": [
                        {"level": 3, "below": "200000"},
                        {"level": 4, "below": "2000000"},
                        {"level": 5, "below": None},
                    ],
                }
            ],
            "mode": "sequential",
            "policy_ref": "R047",
        },
    ],
}
"""Plans: the direct superior, then superiors one by one until the level that the budget demands."""

_SEEDS = (
    ("FL-PLAN", "marketing_plan", "marketing-plan", "营销计划审批", "Marketing plan approval", PLAN_ROUTE),
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
