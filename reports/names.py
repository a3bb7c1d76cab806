"""Names of people and things that are stored in Chinese and, where given, in English."""

from dataclasses import dataclass

from flask_babel import get_locale


@dataclass(frozen=True, slots=True)
class Named:
    """A stored name with its optional English form; `key` is the row's, where identity matters."""

    name: str
    name_en: str | None = None
    key: int | None = None

    def __str__(self) -> str:
        """Return the English form in English documents, if there is one, else the stored name."""
        locale = get_locale()
        is_english = locale is not None and locale.language == "en"
        return (self.name_en or self.name) if is_english else self.name
