"""What each topic says, once for the portal's bell and for the e-mail, in the current language."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from app.core.i18n import lazy_gettext as _l


class NoticeText(NamedTuple):
    """The sentences of one topic; both take `title` and `actor` as values.

    Attributes:
        subject: headline and subject of the mail.
        body: what happened and what to do, one short paragraph.
    """

    subject: Any
    body: Any


TEXTS: dict[str, NoticeText] = {
    "approval.assigned": NoticeText(
        _l("Waits for your decision: {title}"),
        _l("{actor} submitted “{title}”. It waits for your decision."),
    ),
    "approval.approved": NoticeText(
        _l("Approved: {title}"),
        _l("“{title}” was approved and is in force."),
    ),
    "approval.rejected": NoticeText(
        _l("Rejected: {title}"),
        _l("{actor} rejected “{title}”. The reason stands with the record."),
    ),
    "approval.returned": NoticeText(
        _l("Returned to you: {title}"),
        _l("{actor} returned “{title}” for correction. The reason stands with the record."),
    ),
    "approval.withdrawn": NoticeText(
        _l("Withdrawn: {title}"),
        _l("{actor} withdrew “{title}”. You need not decide any more."),
    ),
    "comment.mentioned": NoticeText(
        _l("{actor} named you in a comment: {title}"),
        _l("{actor} named you in a comment on “{title}”."),
    ),
}
"""Topic → its sentences. A topic that is not here makes no notice."""


def headline(topic: str, payload: Mapping[str, Any]) -> str:
    """Return the headline of a notice in the current language."""
    return _fill(TEXTS[topic].subject, payload)


def body(topic: str, payload: Mapping[str, Any]) -> str:
    """Return the paragraph of a notice in the current language."""
    return _fill(TEXTS[topic].body, payload)


def _fill(sentence: Any, payload: Mapping[str, Any]) -> str:
    # replaced one by one, not formatted: a title may hold braces
    values = {"{title}": str(payload.get("title", "")), "{actor}": str(payload.get("actor_name", ""))}
    head, *rest = str(sentence).split("{")
    filled = [head]
    for part in rest:
        name, closed, tail = part.partition("}")
        filled.append(values.get("{" + name + closed, "") + tail)
    return "".join(filled)
