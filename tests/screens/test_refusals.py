"""What a person reads when only the database refuses: the form's words for the values, not a constraint's name."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from flask_babel import force_locale
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models.plans import MarketingPlan
from tests.factories.approvals import Case, make_case
from tests.factories.plans import make_plan
from views.refusals import refusal_of


@pytest.fixture
def case(session: Session) -> Case:
    return make_case(session)


def negative(plan: MarketingPlan, _other: MarketingPlan) -> None:
    plan.budget_amount = Decimal(-1)


def nameless(plan: MarketingPlan, _other: MarketingPlan) -> None:
    plan.name = None  # type: ignore[assignment]


def same_number(plan: MarketingPlan, other: MarketingPlan) -> None:
    plan.code = other.code


def turned_round(plan: MarketingPlan, _other: MarketingPlan) -> None:
    plan.start_on, plan.end_on = plan.end_on, plan.start_on


@pytest.mark.parametrize(
    ("spoil", "code", "field", "words"),
    [
        (nameless, "value-missing", "name", ("“Name” is required.",)),
        (same_number, "already-exists", "code", ("“Number”", "exists already")),
        (turned_round, "constraint-violated", None, ("Starts on", "Ends on", "contradicts a rule")),
        (negative, "constraint-violated", None, ("Budget", "contradicts a rule")),
    ],
)
def test_the_sentence_names_the_values_in_the_words_of_the_form(
    case: Case,
    spoil: Callable[[MarketingPlan, MarketingPlan], None],
    code: str,
    field: str | None,
    words: tuple[str, ...],
) -> None:
    other = make_plan(case.session, case.line.staff, quarter=3)
    spoil(case.plan, other)
    with pytest.raises(IntegrityError) as error:
        case.session.flush()
    with force_locale("en"):
        refusal = refusal_of(error.value)
        sentence = str(refusal)
    assert refusal.code == code
    if field is not None:
        assert refusal.field == field
    for word in words:
        assert word in sentence
