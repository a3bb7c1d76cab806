"""What the home page tells those who run or watch the portal: audit, accounts, tasks, imports (R090, R001)."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from flask import url_for
from flask_babel import format_datetime

from app.core.actor import Actor
from app.core.clock import today
from app.core.i18n import gettext as _
from app.jobs.audit_check import KIND
from app.services import home_figures
from app.services.home_figures import LOOKED_BACK, Oversight
from models.imports import ImportBatch, ImportStatus
from models.outbox import Job, JobStatus
from views.charts import list_behind

SHOWN = 5
_RIGHTS = {
    "denied": ("can_list", "AuditEventView"),
    "accounts": ("can_list", "UserView"),
    "never_logged_in": ("can_list", "UserView"),
    "failed_jobs": ("can_list", "JobView"),
    "without_superior": ("can_list", "UserView"),
    "held": ("can_administer", "ApprovalView"),
}
"""Count of `Oversight` → the right that shows it."""


@dataclass(frozen=True)
class Fact:
    """One line of a card.

    Attributes:
        tone: `red` or `orange` when somebody should look, `green` when all is well.
    """

    label: str
    value: str
    url: str | None = None
    tone: str = ""


@dataclass(frozen=True)
class Card:
    """A titled list of facts."""

    key: str
    title: str
    facts: list[Fact] = field(default_factory=list)


def oversight_cards(actor: Actor) -> list[Card]:
    """Return the cards that the actor's rights open; at most three statements."""
    asked = frozenset(name for name, right in _RIGHTS.items() if actor.may(*right))
    counts = home_figures.oversight(asked)
    cards = [_watch(actor, counts), _run(counts), _imports(actor)]
    return [card for card in cards if card.facts]


def _watch(actor: Actor, counts: Oversight) -> Card:
    card = Card("watch", _("Supervision"))
    if counts.denied is not None:
        since = (today() - timedelta(days=LOOKED_BACK.days)).isoformat()
        url = url_for("AuditEventView.list", action="denied", since=since)
        card.facts.append(_count(_("Refused attempts in 7 days"), counts.denied, url, "orange"))
    if actor.may("can_verify", "AuditEventView"):
        card.facts.append(_audit(home_figures.last_job(KIND)))
    return card


def _audit(check: Job | None) -> Fact:
    """Return how the last check of the audit trail ended."""
    url, title = url_for("AuditEventView.list"), _("Audit trail")
    if check is None:
        return Fact(title, _("never checked"), url, "orange")
    at = format_datetime(check.finished_at, "short")
    if check.status != JobStatus.DONE.value:
        return Fact(title, _("the check of %(at)s did not finish", at=at), url, "orange")
    if (check.result or {}).get("finding"):
        return Fact(title, _("damage found, %(at)s", at=at), url, "red")
    return Fact(title, _("intact, checked %(at)s", at=at), url, "green")


def _run(counts: Oversight) -> Card:
    card = Card("run", _("Administration"))
    if counts.accounts is not None:
        url = list_behind("UserView", {"f.active.eq": 1})
        card.facts.append(_count(_("Active accounts"), counts.accounts, url))
    if counts.never_logged_in is not None:
        card.facts.append(_count(_("Accounts that never logged in"), counts.never_logged_in, None))
    if counts.failed_jobs is not None:
        url = list_behind("JobView", {"f.status.in": JobStatus.FAILED.value})
        card.facts.append(_count(_("Failed tasks in 7 days"), counts.failed_jobs, url, "red"))
    if counts.without_superior is not None:
        url = list_behind("EmployeeView", {"f.superior_id.empty": 1, "f.status.in": "active"})
        tone = "orange" if counts.without_superior > 1 else ""  # somebody is at the top
        card.facts.append(_count(_("Employees without a superior"), counts.without_superior, url, tone))
    if counts.held is not None:
        card.facts.append(_count(_("Approvals held for an administrator"), counts.held, None, "orange"))
    return card


def _count(label: str, count: int, url: str | None, tone: str = "") -> Fact:
    return Fact(label, f"{count:,}", url, tone if count else "")


def _imports(actor: Actor) -> Card:
    card = Card("imports", _("Latest imports"))
    if actor.may("can_import", "ImportView"):
        card.facts.extend(_import(batch) for batch in home_figures.latest_imports(SHOWN))
    return card


def _import(batch: ImportBatch) -> Fact:
    status = ImportStatus(batch.status)
    value = _(
        "%(stored)s of %(read)s rows stored", stored=f"{batch.stored_rows:,}", read=f"{batch.read_rows:,}"
    )
    tone: Any = "orange" if batch.refused_rows else ""
    return Fact(batch.file_name, f"{status.label} · {value}", url_for("ImportView.show", pk=batch.id), tone)
