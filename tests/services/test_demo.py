"""The demo company: what it holds, that its figures add up, and that every record went the way it says."""

import csv
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.security import check_password_hash

import models
from app.approvals.evidence import verify as verify_approval
from app.approvals.registry import approvable_types, type_of
from app.approvals.seeds import seed_definitions
from app.audit.verify import verify
from app.core.actor import SYSTEM, acting_as
from app.core.clock import frozen_at
from app.core.db import db, unit_of_work
from app.core.errors import RuleViolation, WrongState
from app.demo import appraisals, customers, partners, plan_cases, products, promotions, purchases
from app.demo.load import LOG_INS, load_demo
from app.demo.plan_facts import QUARTER_TOTALS, YEAR_TOTAL
from app.demo.stage import moment
from app.factory import create_app
from app.search.quick import match
from app.security.roles import PARTNER
from app.security.seed import sync_rights
from app.services import approvals
from config import Settings
from migrations.triggers import create_triggers
from models.approvals import ApprovalEvent, ApprovalInstance, ApprovalVerb, Assignment
from models.audit import AuditEvent
from models.customers import Customer
from models.org import Department, Employee
from models.outbox import OutboxMessage
from models.partners import Partner, Region
from models.plans import BudgetLine, MarketingPlan, PlanGoal, PlanMilestone
from models.purchases import Purchase, PurchaseLine
from models.users import PortalUser
from tests.conftest import postgres_database
from views.rights import declared_rights

pytestmark = pytest.mark.slow
TODAY = moment("2026-11-21 09:00")


@dataclass
class Demo:
    """A portal in which the demo company was loaded once, for all tests of this module."""

    app: Flask
    folder: Path
    progress: list[str]

    @property
    def session(self) -> Session:
        """The portal's session; the tests only read, or roll back."""
        session: Session = db.session()
        return session

    def plan(self, name: str) -> MarketingPlan:
        """Return a plan by its name."""
        return self.session.scalars(select(MarketingPlan).where(MarketingPlan.name == name)).one()

    def person(self, name: str) -> Employee:
        """Return an employee by the user name of the account."""
        query = select(Employee).join(PortalUser, PortalUser.id == Employee.user_id)
        return self.session.scalars(query.where(PortalUser.username == name)).one()

    def log_ins(self) -> list[dict[str, str]]:
        """Return the lines of the file with the log-ins."""
        with (self.folder / LOG_INS).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def portal(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder = tmp_path_factory.mktemp("demo")
    if request.param == "sqlite":
        yield from _loaded(f"sqlite:///{folder / 'yingce.db'}", folder)
        return
    with postgres_database(request.getfixturevalue("postgres_server")) as url:
        yield from _loaded(url, folder)


def _loaded(url: str, folder: Path) -> Iterator[Demo]:
    settings = Settings.from_environment({"YINGCE_INSTANCE": str(folder), "YINGCE_DATABASE_URL": url})
    app = create_app(settings)
    progress: list[str] = []
    with app.app_context(), acting_as(SYSTEM):
        models.FabModel.metadata.create_all(db.engine)
        with db.engine.begin() as connection:
            create_triggers(connection)
        with unit_of_work() as unit:
            sync_rights(unit, declared_rights())
            seed_definitions(unit)
        load_demo(folder, None, tell=progress.append)
        yield Demo(app, folder, progress)
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def demo(portal: Demo) -> Iterator[Demo]:
    with portal.app.app_context(), acting_as(SYSTEM):
        yield portal
        db.session.rollback()
        db.session.remove()


def total(demo: Demo, column: Any, *conditions: Any) -> Any:
    return demo.session.scalar(select(func.sum(column)).where(*conditions))


def count(demo: Demo, model: type[Any], *conditions: Any) -> int:
    return demo.session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0


# ------------------------------------------------------------------ what it holds


def test_it_holds_what_it_promises(demo: Demo) -> None:
    wanted = {
        models.Employee: 32,
        models.Product: 24,
        models.ProductCost: 48,
        models.CompetitorPrice: 96,
        models.Activity: 12,
        models.SalesPromotion: len(promotions.PROMOTIONS),
        models.Partner: 24,
        models.PartnerAgreement: 14,
        models.AgreementObligation: 56,
        models.ChannelCost: 70,
        models.Customer: 3_000,
        models.Purchase: 2_000,
        models.AppraisalScheme: 2,
        models.Appraisal: 10,
        models.RewardPenalty: 2,
        models.PriceList: 5,
        models.PricePolicy: 6,
        models.PricingRule: 9,
        models.SourcingEvent: 4,
        models.MarketingPlan: 86,
    }
    assert {model: count(demo, model) for model in wanted} == wanted
    assert len(partners.PARTNERS) == 24
    assert len(appraisals.APPRAISALS) == 10
    assert len(products.PRODUCTS) == 24
    assert (customers.TOTAL, purchases.TOTAL) == (3_000, 2_000)
    assert demo.progress[-1].endswith("are stored")


def test_every_approvable_kind_has_records_in_force_and_waiting(demo: Demo) -> None:
    for kind in approvable_types():
        states = set(demo.session.scalars(select(kind.model.status)))
        assert "in_force" in states, kind.record_type
        if kind.record_type != "reward_penalty":
            assert states & {"in_review"}, kind.record_type
            assert states & {"draft"}, kind.record_type


def test_thirty_seven_customers_are_there_twice(demo: Demo) -> None:
    same = (Customer.name, Customer.birthday, Customer.gender, Customer.region_id)
    groups = (
        select((func.count() - 1).label("more"))
        .where(Customer.birthday.is_not(None))
        .group_by(*same)
        .having(func.count() > 1)
        .subquery()
    )
    assert total(demo, groups.c.more) == customers.DUPLICATES == 37


def test_a_customer_of_the_mass_is_found_by_name(demo: Demo) -> None:
    customer = demo.session.scalars(select(Customer).order_by(Customer.id.desc()).limit(1)).one()
    clause = match(Customer, customer.name, demo.session.get_bind().dialect.name)
    assert customer.id in set(demo.session.scalars(select(Customer.id).where(clause)))
    assert customer.owner.user_id is not None
    assert 40 <= customer.completeness <= 100


# ------------------------------------------------------------------ that it adds up


def test_the_year_is_its_quarters_and_the_quarters_are_their_months(demo: Demo) -> None:
    year = demo.plan("2026年度营销计划")
    assert year.budget_amount == YEAR_TOTAL == Decimal("18000000.00")
    assert year.distributed_amount == year.budget_amount == year.lined_amount
    plan = MarketingPlan
    for quarter, amount in QUARTER_TOTALS.items():
        in_quarter = (plan.fiscal_year == 2026, plan.quarter == quarter)
        assert total(demo, plan.budget_amount, plan.plan_type == "quarter", *in_quarter) == amount
        assert total(demo, plan.budget_amount, plan.plan_type == "month", *in_quarter) == amount
    months = [total(demo, plan.budget_amount, plan.month == month) for month in (4, 5, 6)]
    assert months == [Decimal(1_100_000), Decimal(1_500_000), Decimal(1_900_000)]
    assert sum(QUARTER_TOTALS.values()) == YEAR_TOTAL


def test_each_submitted_plan_is_whole(demo: Demo) -> None:
    for plan in demo.session.scalars(select(MarketingPlan).where(MarketingPlan.status != "draft")):
        assert total(demo, BudgetLine.allocated_amount, BudgetLine.plan_id == plan.id) == plan.budget_amount
        assert total(demo, PlanGoal.weight, PlanGoal.plan_id == plan.id) == 100
        assert count(demo, PlanMilestone, PlanMilestone.plan_id == plan.id) >= 3
        assert plan.lined_amount == plan.budget_amount


def test_receipts_sum_their_lines_and_are_the_same_on_both_databases(demo: Demo) -> None:
    lines = select(func.sum(PurchaseLine.line_total)).where(PurchaseLine.purchase_id == Purchase.id)
    wrong = select(Purchase.id).where(Purchase.total_amount != lines.scalar_subquery())
    assert list(demo.session.scalars(wrong)) == []
    assert total(demo, Purchase.total_amount) == Decimal("5679313.4400")


# ------------------------------------------------------------------ that it went the way it says


def test_what_is_in_force_carries_the_digest_of_its_content(demo: Demo) -> None:
    for kind in approvable_types():
        in_force = demo.session.scalars(select(kind.model).where(kind.model.status == "in_force")).all()
        for record in in_force:
            instance = approvals.current_instance(record)
            assert instance is not None
            assert record.approved_sha256 == approvals.content_digest(record) == instance.snapshot.sha256
            assert record.approved_at == instance.finished_at


def test_every_trail_is_complete_and_sound(demo: Demo) -> None:
    instances = demo.session.scalars(select(ApprovalInstance)).all()
    assert len(instances) > 120
    for instance in instances:
        assert verify_approval(demo.session, instance) == []
        trail = approvals.trail(instance)
        assert trail[0].verb == ApprovalVerb.SUBMIT
        approvers = [event.actor_id for event in trail if event.verb == ApprovalVerb.APPROVE]
        assert instance.submitter_id not in approvers
        if instance.state == "approved":
            assert trail[-1].verb == ApprovalVerb.FINISH
            least = 2 if instance.record_type == "marketing_plan" else 1
            assert len(set(approvers)) >= least


def test_plans_went_their_six_ways(demo: Demo) -> None:
    def first(plan_name: str) -> tuple[str, int]:
        plan = demo.plan(plan_name)
        return plan.status, plan.revision

    assert first("2026年第二季度推广组营销计划") == ("in_force", 3)
    assert first("2027年第一季度媒介合作组营销计划") == ("rejected", 1)
    assert first("2026年12月推广组营销计划") == ("in_review", 1)
    assert first("2026年12月媒介合作组营销计划") == ("in_review", 1)
    assert first("2026年12月策略研究组营销计划") == ("withdrawn", 1)
    assert first("2027年第一季度推广组营销计划") == ("draft", 1)
    returns = select(func.count()).where(ApprovalEvent.verb == ApprovalVerb.RETURN.value)
    plan = approvals.current_instance(demo.plan("2026年第二季度推广组营销计划"))
    assert plan is not None
    assert demo.session.scalar(returns.where(ApprovalEvent.instance_id == plan.id)) == 2


@pytest.mark.parametrize(
    ("plan_name", "who", "capacity"),
    [
        ("2026年12月推广组营销计划", "promo-manager", "direct_superior"),
        ("2026年12月媒介合作组营销计划", "mkt-director", "higher_level"),
    ],
)
def test_somebody_is_asked(demo: Demo, plan_name: str, who: str, capacity: str) -> None:
    instance = approvals.current_instance(demo.plan(plan_name))
    assert instance is not None
    to_do = demo.session.scalars(select(Assignment).filter_by(instance_id=instance.id, state="open")).one()
    assert (to_do.assignee_id, to_do.capacity) == (demo.person(who).id, capacity)


def test_one_draft_is_ready_the_others_say_what_they_lack(demo: Demo) -> None:
    with frozen_at(TODAY):
        ready = demo.plan("2027年第一季度推广组营销计划")
        assert ready.owner_id == demo.person("event-planner-1").id
        type_of(ready).check_ready(SYSTEM, ready)
        asked = [person.name for step in approvals.preview(SYSTEM, record=ready) for person in step.people]
        assert asked == ["许扬", "林若溪"]
        for name, code in (("品牌商品组", "plan-weights"), ("策略研究组", "plan-without-milestone")):
            plan = demo.plan(f"2027年第一季度{name}营销计划")
            with pytest.raises(RuleViolation) as refusal:
                type_of(plan).check_ready(SYSTEM, plan)
            assert refusal.value.code == code


def test_only_recent_news_waits_to_be_told(demo: Demo) -> None:
    oldest = demo.session.scalar(select(func.min(OutboxMessage.created_at)))
    assert oldest is not None
    topics = set(demo.session.scalars(select(OutboxMessage.topic)))
    assert {"approval.assigned", "approval.rejected", "approval.withdrawn"} <= topics
    assert 5 < count(demo, OutboxMessage) < 60


# ------------------------------------------------------------------ the audit trail


def test_the_chain_is_intact_and_runs_in_time(demo: Demo) -> None:
    proof = verify(bind=db.engine)
    assert proof.is_intact
    assert proof.entries > 3_000
    first = demo.session.scalar(select(func.min(AuditEvent.seq)).where(AuditEvent.record_type == "employee"))
    instants = list(
        demo.session.scalars(select(AuditEvent.at).where(AuditEvent.seq >= first).order_by(AuditEvent.seq))
    )
    assert instants == sorted(instants)
    assert instants[-1] <= moment("2026-11-20 18:00")


def test_three_attempts_were_denied(demo: Demo) -> None:
    rows = demo.session.scalars(select(AuditEvent).filter_by(action="denied").order_by(AuditEvent.seq)).all()
    assert [(row.actor_name, row.changes["code"]) for row in rows] == [
        ("罗投", "children-exceed-parent"),
        ("丁会", "self-approval"),
        ("苏锦", "not-current-approver"),
    ]
    assert all(len(row.reason or "") > 5 for row in rows)  # a sentence, whatever the language
    assert count(demo, MarketingPlan, MarketingPlan.name.contains("双十二加投")) == 0
    assert plan_cases.AT_SUPERIOR.startswith("plan:promotion")


# ------------------------------------------------------------------ log-ins


def test_thirty_six_log_ins_that_only_the_owner_reads_and_that_work(demo: Demo) -> None:
    path = demo.folder / LOG_INS
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    lines = demo.log_ins()
    assert len(lines) == 36
    assert len({line["password"] for line in lines}) == 36
    accounts = {user.username: user for user in demo.session.scalars(select(PortalUser))}
    assert set(accounts) == {line["username"] for line in lines}
    pairs = [(accounts[line["username"]].password, line["password"]) for line in lines]
    with ThreadPoolExecutor() as pool:
        assert all(pool.map(lambda pair: check_password_hash(*pair), pairs))
    for line in lines:
        assert [role.name for role in accounts[line["username"]].roles] == [line["role"]]
        assert line["department"]


def test_four_partners_have_an_account_of_their_own(demo: Demo) -> None:
    rows = demo.session.execute(
        select(PortalUser.username, Partner.name).join(Partner, Partner.id == PortalUser.partner_id)
    ).all()
    assert dict(rows).keys() == {"agent-east", "agent-west", "media-one", "kol-agency"}
    outside = [line for line in demo.log_ins() if line["role"] == PARTNER]
    assert {line["username"]: line["department"] for line in outside} == dict(rows)


def test_a_database_that_holds_data_is_refused(demo: Demo) -> None:
    before = (demo.folder / LOG_INS).read_bytes()
    with pytest.raises(WrongState) as refusal:
        load_demo(demo.folder, None)
    assert refusal.value.code == "database-not-empty"
    assert (demo.folder / LOG_INS).read_bytes() == before
    assert count(demo, Department) == 12
    assert count(demo, Region) == 34
