"""The face of every page (must-show 1 of the face): accessible, in one language, wide enough, and quiet.

The walk follows the portal's own address map (places.py), so that a new screen or page is covered by itself.
In each run axe reads every page in one language; `--whole-face` reads every combination of language, theme and
width with every rule.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser

from app.factory import create_app
from config import Settings
from tests.browser.conftest import Served
from tests.browser.places import NOBODY, Place, Search
from tests.browser.walking import Profiles, Walker, in_short, prepare, speak
from tests.browser.wording import Wording
from views.registry import SCREENS

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("face")]
LOCALES = ("zh", "zh_Hant_TW", "en")
AXE_LOCALE = "zh"
"""In every run axe reads this language only, the others differ by their words; and of the two forms the empty one."""
EXTRA = (
    *(
        Place(f"HomeView.index as {person}", "/", person)
        for person in ("admin", "editor-1", "inspector", "agent-east")
    ),
    Place("SessionView.login", "/login/", NOBODY),
    Place("not found", "/nowhere", "mkt-director", 404),
    Place("not found by nobody", "/nowhere", NOBODY, 404),
    Place("refused", "/users/list/", "editor-1", 403),
)
"""What the map does not tell: the home page of other roles, pages of nobody, refusals."""

NOT_IN_THE_DEMO = {
    "ActivityChannelView.edit": "no activity with channels is a draft",
    "PromotionTierView.edit": "no promotion with tiers is a draft",
    "RewardPenaltyView.edit": "no reward is a draft",
    "PasswordResetView.reset": "its address stands in a mail",
}
"""Pages that nobody of the demo company can open; the list is exact, so that it shrinks when the demo grows."""


@pytest.fixture(scope="module")
def portal_map(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The portal's address map."""
    folder = tmp_path_factory.mktemp("map")
    return create_app(
        Settings.from_environment(
            {"YINGCE_INSTANCE": str(folder), "YINGCE_DATABASE_URL": f"sqlite:///{folder / 'map.db'}"}
        )
    )


@pytest.fixture(scope="module")
def database(shared_portal: Served) -> Path:
    """The file in which the shared portal keeps its rows."""
    return shared_portal.log.parent / "yingce.db"


@pytest.fixture(scope="module")
def profiles(shared_portal: Served, browser: Browser) -> Iterator[Profiles]:
    """The persons of the walk, each with a browser."""
    found = Profiles(shared_portal, browser)
    yield found
    found.close()


@pytest.fixture(scope="module")
def search(profiles: Profiles, portal_map: Flask, pytestconfig: pytest.Config) -> Search:
    """The map of the walk, made once: a page for each address."""
    prepare(profiles)
    found = Search(portal_map, profiles.context_of, pytestconfig.getoption("--whole-face"))
    found.run()
    return found


def test_every_address_has_a_page_that_somebody_may_open(search: Search) -> None:
    assert search.unreachable == set(NOT_IN_THE_DEMO)
    wanted = [f"{entry.screen.__name__}.{verb}" for entry in SCREENS for verb in ("list", "show")]
    assert [endpoint for endpoint in wanted if endpoint not in search.places] == []


@pytest.mark.parametrize("locale", LOCALES)
def test_every_page_is_in_order(
    locale: str, search: Search, profiles: Profiles, database: Path, pytestconfig: pytest.Config
) -> None:
    is_whole = pytestconfig.getoption("--whole-face")
    speak(database, profiles, locale)
    walker = Walker(profiles, Wording(database), locale, is_whole)
    for place in [*search.chosen(), *EXTRA]:
        walker.has_axe = is_whole or (locale == AXE_LOCALE and not place.name.endswith(".edit"))
        walker.visit(place)
    assert walker.faults == [], f"\n{in_short(walker.faults)}"
