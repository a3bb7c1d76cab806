"""Every page that is no record screen, once: its menu row here, its view class registered at start.

A page with a menu row of its own adds a `Page`; a view class that the portal shall answer with is
one of `VIEWS`. Pages that are reached from the top bar or from another page have no menu row.
"""

from dataclasses import dataclass
from typing import Any

from flask_appbuilder.baseviews import BaseView

from views.session import ProfileView


@dataclass(frozen=True)
class Page:
    """One menu row.

    Attributes:
        title: what the menu shows.
        area: key of `views.registry.AREAS`.
        endpoint: `ViewClass.method`; the view class is the right's second half.
        permission: the right's first half, `can_…`; who lacks it does not see the row.
    """

    title: Any
    area: str
    endpoint: str
    permission: str


PAGES: tuple[Page, ...] = ()

VIEWS: tuple[type[BaseView], ...] = (ProfileView,)
