"""One stored row of every model of the registry, made from the described columns.

Required columns get a plain value of their kind, required relations a row of their own; what a model's
constraints ask beyond that stands in `EXTRA`.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from app.approvals.lock import engine_writes
from models.appraisals import AppraisalLevel, AppraisalScheme
from models.base import Coded, Owned
from models.org import Department
from models.plans import MarketingPlan
from models.products import Product
from tests.fixtures_people import Person
from views.fields import Field, Kind, fields_of

_YEAR = {"fiscal_year": 2026}
_IN_FORCE = {
    "status": "in_force",
    "approved_at": datetime(2026, 1, 1, tzinfo=UTC),
    "approved_sha256": "0" * 64,
}
EXTRA: dict[str, dict[str, Any]] = {
    "marketing_plan": {**_YEAR, "budget_amount": Decimal("1000.00")},
    "company_objective": _YEAR,
    "price_policy": _YEAR,
    "channel_cost": _YEAR,
    "activity": {"end_at": datetime(2026, 2, 1, tzinfo=UTC)},
    "sales_promotion": {
        "plan_id": MarketingPlan,
        "method": "spend_save",
        "end_at": datetime(2026, 2, 1, tzinfo=UTC),
    },
    "promotion_tier": {"method": "spend_save", "discount_percent": Decimal("10.00")},
    "promotion_product": {"product_id": Product},
    "pricing_rule": {"adjust_percent": Decimal("5.00")},
    "customer_identity": {"value_hash": "0" * 64},
    "appraisal_scheme": {"subject_kind": "department"},
    "appraisal": {
        "subject_kind": "department",
        "subject_department_id": Department,
        "level_id": AppraisalLevel,
        "final_score": Decimal("50.00"),
        "scored_weight": Decimal("100.00"),
        **_IN_FORCE,
    },
    "appraisal_criterion": {"weight": Decimal("100.00")},
    "appraisal_score": {"scheme_id": AppraisalScheme, "weight": Decimal("100.00")},
    "reward_penalty": {"recipient_department_id": Department},
    "appraisal_level": {"consequence": "reward", "min_score": Decimal("0.00"), "max_score": Decimal("60.00")},
}
"""Table → column values that its constraints ask for; a model stands for the key of its row."""


@dataclass
class SampleRows:
    """Makes rows that belong to one person; a model's row is made once and referred to from then on."""

    session: Session
    owner: Person
    made: dict[type[Any], Any] = field(default_factory=dict)
    _numbers: Any = field(default_factory=lambda: count(1))

    def of(self, model: Any) -> Any:
        """Return the stored row of a model."""
        if model not in self.made:
            row = model(**self._values(model))
            with engine_writes(self.session):  # some samples stand as if they had been approved
                self.session.add(row)
                self.session.flush()
            self.made[model] = row
        return self.made[model]

    def _values(self, model: Any) -> dict[str, Any]:
        values: dict[str, Any] = {}
        given = EXTRA.get(model.__tablename__, {})
        for name, described in fields_of(model).items():
            if name in given or name == "id" or not described.is_required:
                continue
            values[name] = self._value(described)
        if issubclass(model, Owned):
            values.update(owner_id=self.owner.employee_id, department_id=self.owner.department_id)
        if issubclass(model, Coded):
            values["code"] = f"{model.__series__}-S-{next(self._numbers)}"
        values.pop("row_version", None)
        extra = {
            name: self.of(value).id if isinstance(value, type) else value for name, value in given.items()
        }
        return {**values, **extra}

    def _value(self, described: Field) -> Any:
        if described.kind is Kind.RELATION:
            assert described.target is not None
            return self.of(described.target).id
        if described.kind is Kind.CHOICE:
            assert described.choices is not None
            return next(iter(described.choices)).value
        plain: dict[Kind, Any] = {
            Kind.TEXT: f"样本{next(self._numbers)}"[: described.max_length or 20],
            Kind.MULTILINE: "样本",
            Kind.INTEGER: 1,
            Kind.DECIMAL: Decimal("1"),
            Kind.MONEY: Decimal("1.00"),
            Kind.PERCENT: Decimal("10.00"),
            Kind.DATE: date(2026, 1, 1),
            Kind.INSTANT: datetime(2026, 1, 1, tzinfo=UTC),
            Kind.BOOLEAN: False,
            Kind.JSON: {},
        }
        return plain[described.kind]
