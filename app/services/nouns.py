"""Every noun with rules, imported so that its verbs and its approval are registered; whoever builds the portal imports this."""

from app.services import (
    activities,
    agreements,
    appraisal_schemes,
    appraisals,
    customers,
    partners,
    plan_approval,
    plans,
    price_lists,
    pricing_rules,
    promotions,
    purchases,
    rewards,
)

NOUNS = (
    activities,
    agreements,
    appraisal_schemes,
    appraisals,
    customers,
    partners,
    plan_approval,
    plans,
    price_lists,
    pricing_rules,
    promotions,
    purchases,
    rewards,
)
"""The modules, in the order of their names."""
