"""The way back from the bin, offered at once: a notice with a button that restores exactly this record."""

from flask import url_for
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from app.core.i18n import gettext as _

_NOTICE = Markup(
    '<span>{}</span> <form method="post" action="{}" class="undo">'
    '<input type="hidden" name="csrf_token" value="{}"><button class="btn btn-sm">{}</button></form>'
)


def deleted_notice(title: str, endpoint: str, key: int) -> str:
    """Return what is shown after a record went into the bin, with the button that takes it out again."""
    text = _("Deleted: %(title)s", title=title)
    return _NOTICE.format(text, url_for(f"{endpoint}.restore", pk=key), generate_csrf(), _("Undo"))
