"""The home page: what waits for me, my days, and the figures of my area, by rights and row scope (R001, R002)."""

from dataclasses import dataclass
from typing import Any

from flask import redirect, render_template, url_for
from flask_appbuilder.baseviews import BaseView, expose
from werkzeug.wrappers import Response

from app.approvals.wording import why_mine
from app.core.actor import Actor
from app.core.clock import today
from app.core.i18n import gettext as _
from app.security.manager import current_request_actor
from app.services import home, home_figures
from app.services.approvals import inbox
from app.services.home import Sight
from models.agreements import AgreementObligation, ObligationSide, PartnerAgreement
from models.approvable import ApprovalStatus
from models.plans import MilestoneStatus
from views.base import screens_by_model
from views.charts import list_behind
from views.home_area import Area, area_of
from views.home_oversight import oversight_cards
from views.interface import interface_of
from views.navigation import portal
from views.registry import SCREENS

SHOWN = 5


@dataclass(frozen=True)
class Tile:
    """One of the five purposes of the regulation, with the figure that says how it stands (R001).

    Attributes:
        verb: plan, organise, coordinate, control or supervise.
        tone: `red` when somebody should act.
    """

    verb: str
    icon: str
    figure: str
    text: str
    url: str
    tone: str = ""


class HomeView(BaseView):
    """First page after the log-in; shows only what exists for the person."""

    route_base = ""
    default_view = "index"

    @expose("/")
    def index(self) -> str | Response:
        """Show the page of the person who is logged in."""
        actor = current_request_actor()
        if actor.user_id is None or actor.user_id < 0:
            return redirect(url_for("SessionView.login"))
        sight = _sight(actor)
        if actor.partner_id is not None:
            return render_template("pages/home_partner.html", actor=actor, **_partner(sight))
        area = area_of(actor, sight, today())
        return render_template(
            "pages/home.html", actor=actor, area=area, tiles=_tiles(actor, area), **_own(actor, sight),
            cards=oversight_cards(actor), may_plan=actor.may("can_add", "MarketingPlanView"),
        )  # fmt: skip


def _sight(actor: Actor) -> Sight:
    """Return the row scope of each record type whose list and records the actor may open."""
    return {
        entry.screen.datamodel.obj: interface_of(entry.screen.datamodel.obj).visible(actor)
        for entry in SCREENS
        if actor.may("can_list", entry.screen.__name__) and actor.may("can_show", entry.screen.__name__)
    }


def _own(actor: Actor, sight: Sight) -> dict[str, Any]:
    """Return what is one's own: to-dos with their reason, submissions, days; nothing without an employee."""
    key = actor.employee_id
    if key is None:
        return {"todos": [], "waiting": 0, "submissions": [], "deadlines": [], "has_inbox": False}
    has_inbox = actor.may("can_inbox", "ApprovalView")
    todos = inbox(key, limit=SHOWN) if has_inbox else []
    return {
        "has_inbox": has_inbox,
        "todos": [(todo, why_mine(todo.reason)) for todo in todos],
        "waiting": portal().count("inbox"),
        "submissions": home.submissions(key, SHOWN) if has_inbox else [],
        "deadlines": [
            (one, url_for(f"{screens_by_model[one.model]}.show", pk=one.key))
            for one in home.deadlines(key, sight, today())
        ],
    }


def _tiles(actor: Actor, area: Area) -> list[Tile]:
    """Return the five purposes, each as far as the actor's rights show it."""
    tiles = []
    is_open = {"f.status.in": MilestoneStatus.OPEN.value}
    total, late = area.milestones or (0, 0)
    if area.plans is not None:
        running = area.plans.get(ApprovalStatus.IN_FORCE, 0)
        url = list_behind("MarketingPlanView", {"f.status.in": ApprovalStatus.IN_FORCE.value})
        tiles.append(Tile(_("Plan"), "target", f"{running:,}", _("plans in force"), url))
    if area.milestones is not None:
        url = list_behind("PlanMilestoneView", is_open)
        tiles.append(Tile(_("Organise"), "sitemap", f"{total:,}", _("milestones outstanding"), url))
    if actor.may("can_inbox", "ApprovalView"):
        waiting = portal().count("inbox")
        tone = "orange" if waiting else ""
        url = url_for("ApprovalView.inbox")
        tiles.append(Tile(_("Coordinate"), "inbox", f"{waiting:,}", _("waiting for my decision"), url, tone))
    if area.budget is not None:
        used = area.budget.total.used_percent
        text = _("of the %(year)s budget bound or spent", year=area.budget.fiscal_year)
        tiles.append(Tile(_("Control"), "gauge", f"{used} %", text, area.budget_url))
    if area.milestones is not None:
        url = list_behind("PlanMilestoneView", {**is_open, "f.due_on.lt": today().isoformat()})
        text = _("milestones late")
        tiles.append(Tile(_("Supervise"), "shield-check", f"{late:,}", text, url, "red" if late else ""))
    return tiles


def _partner(sight: Sight) -> dict[str, Any]:
    """Return what a partner company sees: its agreements and what it owes under them; nothing internal."""
    found: dict[str, Any] = {"statuses": {}, "duties": []}
    if PartnerAgreement in sight:
        found["statuses"] = home_figures.by_status(PartnerAgreement, sight)
        if AgreementObligation in sight:
            found["duties"] = home_figures.open_duties(sight, ObligationSide.THEM.value, SHOWN)
    return {**found, "today": today()}
