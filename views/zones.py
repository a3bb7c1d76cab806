"""Time zones as a person chooses them: by difference to UTC, city and country, in the reader's language."""

from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale
from babel.core import get_global
from babel.dates import get_timezone_location

from app.core.clock import utc_now
from app.core.i18n import gettext as _

ZONES = ("Asia/Shanghai", "Asia/Hong_Kong", "Asia/Taipei", "Asia/Singapore", "Asia/Tokyo", "Europe/Berlin",
         "Europe/London", "America/New_York", "America/Los_Angeles", "UTC")  # fmt: skip
"""The usual ones, for where a short list does."""


def zone_choices(locale: str, chosen: str | None = None) -> list[tuple[str, str]]:
    """Return (name, label) of every zone in use, from west to east; the chosen one is always among them.

    The label says today's difference to UTC, so that a summer time shows.
    """
    choices = list(_choices(locale, utc_now().date()))
    if chosen and chosen not in {name for name, _label in choices}:
        choices.insert(0, (chosen, chosen))
    return choices


@lru_cache(maxsize=8)
def _choices(locale: str, _day: date) -> tuple[tuple[str, str], ...]:
    reader = Locale.parse(locale)
    now = utc_now()
    known = available_timezones()
    found = [(timedelta(0), _("Coordinated universal time"), "UTC")]
    for name, territory in get_global("zone_territories").items():
        if name in known and territory in reader.territories and "/" in name and not name.startswith("Etc/"):
            city = get_timezone_location(name, locale=reader, return_city=True)
            label = f"{city} · {reader.territories[territory]}"
            found.append((_offset(name, now), label, name))
    return tuple((name, f"{offset_text(offset)} {label}") for offset, label, name in sorted(found))


def _offset(name: str, now: datetime) -> timedelta:
    return now.astimezone(ZoneInfo(name)).utcoffset() or timedelta(0)


def offset_text(offset: timedelta) -> str:
    """Return a difference to UTC such as `UTC+08:00`."""
    minutes = int(offset.total_seconds() // 60)
    sign = "−" if minutes < 0 else "+"
    return f"UTC{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
