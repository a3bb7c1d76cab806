"""Reading a report's parameters from query arguments, with one clear sentence for each mistake."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from app.core.errors import BadInput
from app.core.i18n import lazy_gettext as _l

MAX_KEYS = 200

T = TypeVar("T")


class BadParams(BadInput):
    """One or more arguments are malformed; `errors` maps each argument to its sentence."""

    def __init__(self, errors: Mapping[str, Any]) -> None:
        first = next(iter(errors))
        super().__init__("bad-report-parameters", errors[first], field=first)
        self.errors = dict(errors)


@dataclass(slots=True)
class ArgReader:
    """Reads arguments one by one, collects the mistakes, and refuses them together in `done`.

    Args:
        args: name → text, as a query string gives them; an empty text counts as absent.
    """

    args: Mapping[str, str]
    errors: dict[str, Any] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)

    def key(self, name: str) -> int:
        """Return a required key of a row (a whole number above zero)."""
        text = self._text(name)
        if text is None:
            self.errors[name] = _l("“%(name)s” is missing.", name=name)
            return 0
        return self._convert(
            name, text, _row_key, _l("“%(name)s” must be the key of a record.", name=name), 0
        )

    def keys(self, name: str) -> tuple[int, ...]:
        """Return keys given as `3,7,9`, sorted and without repeats; empty if absent."""
        text = self._text(name)
        if text is None:
            return ()
        sentence = _l("“%(name)s” must be keys of records with commas between them.", name=name)
        return self._convert(name, text, _row_keys, sentence, ())

    def day(self, name: str) -> date:
        """Return a required calendar day, written `2026-04-01`."""
        text = self._text(name)
        if text is None:
            self.errors[name] = _l("“%(name)s” is missing.", name=name)
            return date.min
        sentence = _l("“%(name)s” must be a day such as 2026-04-01.", name=name)
        return self._convert(name, text, _day, sentence, date.min)

    def refuse(self, name: str, sentence: Any) -> None:
        """Note a mistake that only the report can see, unless the argument already has one."""
        self.errors.setdefault(name, sentence)

    def done(self) -> None:
        """Refuse what was wrong or unknown.

        Raises:
            BadParams: with a sentence for each argument concerned.
        """
        for name in sorted(set(self.args) - self.known):
            self.errors[name[:40]] = _l("This report has no parameter “%(name)s”.", name=name[:40])
        if self.errors:
            raise BadParams(self.errors)

    def _text(self, name: str) -> str | None:
        self.known.add(name)
        return self.args.get(name, "").strip() or None

    def _convert(self, name: str, text: str, convert: Callable[[str], T], sentence: Any, fallback: T) -> T:
        try:
            return convert(text)
        except ValueError:
            self.errors[name] = sentence
            return fallback


def _row_key(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > 9:
        message = "not a key"
        raise ValueError(message)
    value = int(text)
    if value < 1:
        message = "keys start at 1"
        raise ValueError(message)
    return value


def _row_keys(text: str) -> tuple[int, ...]:
    keys = {_row_key(part.strip()) for part in text.split(",")}
    if len(keys) > MAX_KEYS:
        message = "too many keys"
        raise ValueError(message)
    return tuple(sorted(keys))


def _day(text: str) -> date:
    value = date.fromisoformat(text)
    if value.isoformat() != text:  # Python also reads 20260401 and 2026-W14-3
        message = "not written as a day"
        raise ValueError(message)
    return value
