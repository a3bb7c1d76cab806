"""Loads the demo company into an empty database: everything in one transaction, then the refused attempts."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.core.actor import SYSTEM, Actor, acting_as
from app.core.clock import frozen_at
from app.core.db import db, declare_read_only, unit_of_work
from app.core.errors import WrongState
from app.core.i18n import lazy_gettext as _l
from app.demo import (
    activities,
    agreements,
    appraisals,
    customers,
    faults,
    partners,
    plan_cases,
    plans,
    pricing,
    products,
    promotions,
    purchases,
    reference,
)
from app.demo.organisation import DEPARTMENTS, PARTNER_ACCOUNTS
from app.demo.people import (
    FOUNDED_AT,
    store_accounts,
    store_partner_accounts,
    store_people,
    write_log_ins,
)
from app.demo.stage import Stage, Tell
from models.customers import Customer
from models.org import Department
from models.partners import Partner
from models.plans import MarketingPlan
from models.users import PortalUser

LOG_INS = "demo-logins.csv"
PARTNERS_LOG_IN_FROM = "2026-03-02 09:00"
"""When the four external accounts were opened."""

_STORIES: tuple[Callable[[Stage], None], ...] = (
    reference.tell,
    products.tell,
    partners.tell,
    plans.tell,
    plan_cases.tell,
    agreements.tell,
    pricing.tell,
    activities.tell,
    promotions.tell,
    customers.tell,
    purchases.tell,
    appraisals.tell,
)


def is_empty(session: Session) -> bool:
    """Whether nobody has put anything into the database yet: no account, department, plan or customer."""
    return not any(session.scalar(select(exists().where(model.id.is_not(None))))
                   for model in (PortalUser, Department, MarketingPlan, Customer))  # fmt: skip


def load_demo(instance: Path, password: str | None, *, tell: Tell = lambda _line: None) -> Path:
    """Store the demo company and write its log-ins; returns the path of the file.

    The log-ins are written before the commit, so that no stored account is without its password; what
    a failed load leaves behind is a file that the next load overwrites.

    Args:
        instance: folder that receives `demo-logins.csv`.
        password: one password for everybody, or None for random ones.
        tell: receives lines of progress.

    Raises:
        WrongState: the database holds data already; nothing has changed.
    """
    declare_read_only(False)
    refused: list[faults.Refused] = []
    path = instance / LOG_INS
    with unit_of_work() as session, acting_as(SYSTEM):
        if not is_empty(session):
            message = _l(
                "The database holds data already; the demo company is loaded into an empty one only."
            )
            raise WrongState("database-not-empty", message)
        tell("people and accounts …")
        with frozen_at(FOUNDED_AT):
            people = store_people(session)
            log_ins = store_accounts(session, people, password)
        stage = Stage(session, people, tell)
        _remember_departments(stage)
        stage.play_now(FOUNDED_AT, SYSTEM, lambda _actor: None)  # what was stored so far has its own instant
        for story in _STORIES:
            story(stage)
        faults.tell(stage, refused)
        stage.at(PARTNERS_LOG_IN_FROM, "admin", partial(_open_partner_accounts, stage, log_ins, password))
        scenes = stage.play()
        write_log_ins(path, log_ins)
    db.session.remove()
    faults.record(refused)
    tell(f"{scenes} scenes of the demo company are stored")
    return path


def _remember_departments(stage: Stage) -> None:
    stored = {row.name: row for row in stage.session.scalars(select(Department))}
    for fact in DEPARTMENTS:
        stage.things[f"department:{fact.key}"] = stored[fact.name]


def _open_partner_accounts(
    stage: Stage, log_ins: list[tuple[str, ...]], password: str | None, _actor: Actor
) -> None:
    found: dict[str, Partner] = {key: stage.things[f"partner:{key}"] for key, *_names in PARTNER_ACCOUNTS}
    log_ins += store_partner_accounts(stage.session, found, password)
