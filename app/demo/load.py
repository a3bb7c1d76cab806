"""Loads the demo company into an empty database, in one transaction."""

from pathlib import Path

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.core.actor import SYSTEM, acting_as
from app.core.clock import frozen_at
from app.core.db import unit_of_work
from app.demo.people import FOUNDED_AT, store_accounts, store_people, write_log_ins
from models.customers import Customer
from models.org import Department
from models.plans import MarketingPlan
from models.users import PortalUser

LOG_INS = "demo-logins.csv"


def is_empty(session: Session) -> bool:
    """Whether nobody has put anything into the database yet: no account, department, plan or customer."""
    return not any(session.scalar(select(exists().where(model.id.is_not(None))))
                   for model in (PortalUser, Department, MarketingPlan, Customer))  # fmt: skip


def load_demo(instance: Path, password: str | None) -> Path:
    """Store the demo company and write its log-ins; returns the path of the file.

    Args:
        instance: folder that receives `demo-logins.csv`.
        password: one password for everybody, or None for random ones.
    """
    with unit_of_work() as session, acting_as(SYSTEM), frozen_at(FOUNDED_AT):
        people = store_people(session)
        log_ins = store_accounts(session, people, password)
    write_log_ins(instance / LOG_INS, log_ins)
    return instance / LOG_INS
