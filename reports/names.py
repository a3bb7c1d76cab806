"""Names of people and things that are stored in Chinese and, where given, in English."""

from dataclasses import dataclass

from flask_babel import get_locale


@dataclass(frozen=True, slots=True)
class Named:
    """A stored name with its optional English form; `key` is the row's, where identity matters.

    Names that the portal itself keeps by language also have a form in the traditional script.
    """

    name: str
    name_en: str | None = None
    key: int | None = None
    name_traditional: str | None = None

    def __str__(self) -> str:
        """Return the form of the document's language, if there is one, else the stored name."""
        locale = get_locale()
        if locale is None:
            return self.name
        if locale.language == "en":
            return self.name_en or self.name
        return (self.name_traditional or self.name) if locale.script == "Hant" else self.name
