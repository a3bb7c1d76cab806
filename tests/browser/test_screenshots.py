"""The pictures of the ten main pages in docs/screenshots (must-show 2 of the face).

Each page must open and show what its picture is about; the files are written with `--screenshots` only, so that
a run of the suite leaves the tree as it was.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import ROOT, Served
from tests.browser.places import NOBODY
from tests.browser.walking import DESKTOP, HEIGHT, PHONE, Profiles, speak

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("face")]
FOLDER = ROOT / "docs" / "screenshots"


@dataclass(frozen=True)
class Picture:
    """One page to look at.

    Attributes:
        shows: what must be visible, as a selector.
        click: a link of the page to follow first, as a selector.
    """

    name: str
    person: str
    path: str
    shows: str
    width: int = DESKTOP
    theme: str = "light"
    click: str | None = None


PICTURES = (
    Picture("log-in", NOBODY, "/login/", "input[name=password]"),
    Picture("home", "mkt-director", "/", "main svg"),
    Picture("list", "mkt-director", "/plans/list/?f.status.in=in_force&f.plan_type.in=quarter", ".chip"),
    Picture("board", "mkt-director", "/plans/list/?layout=board", ".board-card"),
    Picture("calendar", "mkt-director", "/activities/list/?layout=calendar", "#calendar a"),
    Picture(
        "form",
        "mkt-director",
        "/plans/list/?f.status.in=draft",
        "form .sticky-actions",
        click="tbody a[href*='/show/']",
    ),
    Picture(
        "record",
        "mkt-director",
        "/plans/list/?f.status.in=in_force",
        "[role=tablist]",
        click="tbody a[href*='/show/']",
    ),
    Picture("inbox-phone", "mkt-director", "/approvals/", "table tbody tr", width=PHONE),
    Picture("role", "admin", "/roles/list/", "table input[type=checkbox]", click="tbody a[href*='/show/']"),
    Picture("list-dark", "mkt-director", "/customers/list/", "tbody tr", theme="dark"),
)


@pytest.fixture(scope="module")
def profiles(shared_portal: Served, browser: Browser) -> Iterator[Profiles]:
    found = Profiles(shared_portal, browser)
    speak(shared_portal.log.parent / "yingce.db", found, "zh")
    yield found
    found.close()


def _open(page: Page, picture: Picture) -> None:
    page.set_viewport_size({"width": picture.width, "height": HEIGHT})
    page.goto(picture.path)
    if picture.click:
        page.locator(picture.click).first.click()
        page.wait_for_load_state()
    if picture.name == "form":
        page.goto(page.url.replace("/show/", "/edit/"))
    page.evaluate("theme => { document.documentElement.dataset.bsTheme = theme }", picture.theme)


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)
def test_the_main_pages_are_there_to_be_looked_at(
    picture: Picture, profiles: Profiles, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    page = profiles.page_of(picture.person)
    if picture.person == NOBODY:
        page.goto("/login/")
        page.locator("button[name=language][value=zh]").first.click()
    _open(page, picture)
    expect(page.locator(picture.shows).first).to_be_visible()
    page.wait_for_load_state("networkidle")
    folder = FOLDER if pytestconfig.getoption("--screenshots") else tmp_path
    page.screenshot(path=folder / f"{picture.name}.png", animations="disabled")
    assert (folder / f"{picture.name}.png").stat().st_size > 10_000
