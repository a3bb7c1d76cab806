"""Base of every form: what WTForms itself says comes from the portal's catalogues, in the page's language.

WTForms' own catalogues know no `zh_Hant_TW`, are not complete, and its extension parses their file for
every form.
"""

from typing import Any

from flask_wtf import FlaskForm

from app.core.i18n import gettext
from app.core.i18n import lazy_gettext as _l

SAID_BY_WTFORMS = (
    _l("Field cannot be longer than %(max)d characters."),
    _l("Field must be at least %(min)d characters long."),
    _l("Field must be between %(min)d and %(max)d characters long."),
    _l("Field must be equal to %(other_name)s."),
    _l("Field must be exactly %(max)d characters long."),
    _l("Invalid Choice: could not coerce."),
    _l("Invalid email address."),
    _l("Invalid input."),
    _l("Not a valid choice."),
    _l("Not a valid date value."),
    _l("Not a valid datetime value."),
    _l("Not a valid decimal value."),
    _l("Not a valid float value."),
    _l("Not a valid integer value."),
    _l("Not a valid time value."),
    _l("Number must be at least %(min)s."),
    _l("Number must be at most %(max)s."),
    _l("Number must be between %(min)s and %(max)s."),
    _l("This field is required."),
)
"""The messages of WTForms' fields and validators; they stand here so that the catalogues get them."""


class _PageLanguage:
    """The two functions that WTForms asks for; it fills in the values itself."""

    def gettext(self, text: str) -> str:
        """Return a message in the language of the page."""
        return str(gettext(text))

    def ngettext(self, singular: str, plural: str, count: int) -> str:
        """Return a message about a number of things; Chinese has one form for any number."""
        text = str(gettext(plural))
        return singular if count == 1 and text == plural else text


_PAGE_LANGUAGE = _PageLanguage()


class PortalForm(FlaskForm):
    """A form whose refusals speak the language of the page."""

    class Meta(FlaskForm.Meta):
        """How WTForms makes the form."""

        def get_translations(self, _form: Any) -> _PageLanguage:
            """Return what translates WTForms' own messages."""
            return _PAGE_LANGUAGE
