"""Which notices a person also gets by e-mail; all of them until he says otherwise (R014)."""

from collections.abc import Collection, Mapping
from typing import Any

from app.core.i18n import lazy_gettext as _l
from app.notifications.texts import TEXTS

UNWANTED = "no_mail"
"""Choice of an account: topics whose notices stay inside the portal."""
KINDS: dict[str, Any] = {
    "approval.assigned": _l("Something waits for my decision"),
    "approval.approved": _l("Mine was approved"),
    "approval.rejected": _l("Mine was rejected"),
    "approval.returned": _l("Mine was returned to me"),
    "approval.withdrawn": _l("A submission that waited for me was withdrawn"),
    "comment.mentioned": _l("A comment names me"),
}
"""Topic → what it is about, as a choice reads."""


def mail_kinds() -> list[tuple[str, str]]:
    """Return (topic, what it is about) of every kind of notice that the portal knows."""
    return [(topic, str(KINDS.get(topic, topic))) for topic in TEXTS]


def wants_mail(choices: Mapping[str, Any] | None, topic: str) -> bool:
    """Whether an account with these choices wants an e-mail beside a notice of this topic."""
    return topic not in (choices or {}).get(UNWANTED, ())


def unwanted(chosen: Collection[str]) -> list[str]:
    """Return what is to be stored when these topics were chosen; a topic that comes later is wanted."""
    return sorted(set(TEXTS) - set(chosen))
