"""Why a to-do is with somebody, and why a step was passed over, as sentences in the reader's language."""

from collections.abc import Mapping
from typing import Any

from app.core.i18n import gettext as _


def why_mine(reason: Mapping[str, Any]) -> str:
    """Return the sentence for `Assignment.reason` (or the reason of an expected approver)."""
    sentence = _rule_sentence(reason)
    if reason.get("needed_level") is not None:
        sentence += " " + _("Level %(level)s; this amount needs level %(needed)s.", level=reason["level"],
                            needed=reason["needed_level"])  # fmt: skip
    if reason.get("policy_ref"):
        sentence += " " + _("Policy clause %(clause)s.", clause=reason["policy_ref"])
    return sentence


def _rule_sentence(reason: Mapping[str, Any]) -> str:
    position = reason.get("position")
    sentence: str
    match reason.get("rule"):
        case "superior" | "superiors" | "instead_of_submitter" if position == 1:
            sentence = _("You are the submitter's direct superior on %(day)s.", day=reason["day"])
        case "superior" | "superiors":
            sentence = _("You are the submitter's superior no. %(position)s on %(day)s.", position=position,
                     day=reason["day"])  # fmt: skip
        case "instead_of_submitter":
            sentence = _("You stand in for the submitter, who may not decide on this himself.")
        case "department_leader":
            sentence = _("You lead the responsible department.")
        case "role":
            sentence = _("You hold the role %(role)s.", role=reason["role"])
        case "administrator":
            sentence = _("An administrator gave this to you: %(reason)s", reason=reason.get("comment") or "")
        case _:
            sentence = _("The route names you.")
    return sentence


def why_none(code: str | None) -> str:
    """Return the sentence for a step that asks nobody (`ResolvedStep.why`, event details `why`)."""
    sentences: dict[str, str] = {
        "condition": _("The condition of this step does not hold."),
        "nobody-needed": _("Nobody above is needed."),
        "duplicate": _("Everybody concerned has approved already."),
        "authority-missing": _("Nobody in the line of superiors has the authority for this amount."),
        "empty": _("The rule finds nobody who works here now."),
        "self-approval": _("The rule finds only the submitter."),
        "owner-changed": _("Another person is responsible now."),
    }
    return sentences.get(code or "", "")
