"""The built face: nothing inline, nothing from another host, nothing of the old one, no more than it may weigh."""

import gzip
import hashlib
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fixtures_people import People

ROOT = Path(__file__).resolve().parents[2]
FRONTEND, DIST, TEMPLATES = ROOT / "frontend", ROOT / "app" / "static" / "dist", ROOT / "app" / "templates"
MOST_BYTES = 200 * 1024
"""What the scripts and styles of a list page may weigh on the wire."""
ON_DEMAND = {
    "charts.js": {"charts.html", "pages/home.html"},
    "calendar.js": {"screen/list_layouts.html"},
    "calendar.css": {"screen/list_layouts.html"},
    "board.js": {"screen/list_layouts.html"},
}
"""Built file → the only templates that may link it."""
OLD_CLASSES = re.compile(
    r"\b(?:glyphicon\S*|panel(?:-default|-heading|-body|-footer)|col-xs-\d+|btn-(?:default|xs)|label-(?:default|success|danger)"
    r"|input-group-addon|img-responsive|pull-(?:left|right)|hidden-(?:xs|sm)|fa-\w+|my_select2)\b"
)
MARKUP = {
    "a style attribute": re.compile(r"<[a-zA-Z][^>]*\sstyle\s*="),
    "an event attribute": re.compile(r"<[a-zA-Z][^>]*\son[a-z]+\s*="),
    "an inline script": re.compile(r"<script(?![^>]*\bsrc=)"),
    "an inline style": re.compile(r"<style\b"),
    "an address of another host": re.compile(r"(?:src|href|action|data)=\"(?:https?:)?//"),
    "jQuery": re.compile(r"\bjquery\b|\$\(", re.IGNORECASE),
    "a class of Bootstrap 3": OLD_CLASSES,
}


def _templates() -> Iterator[tuple[str, str]]:
    for path in sorted(TEMPLATES.rglob("*.html")):
        yield path.relative_to(TEMPLATES).as_posix(), path.read_text(encoding="utf-8")


@pytest.mark.parametrize("what", MARKUP)
def test_no_template_has(what: str) -> None:
    templates = {name: re.sub(r"\{[%#].*?[%#]\}", "", text, flags=re.DOTALL) for name, text in _templates()}
    assert len(templates) > 25
    found = {name: match.group() for name, text in templates.items() if (match := MARKUP[what].search(text))}
    assert found == {}


def test_the_checks_of_templates_find_what_they_look_for() -> None:
    samples = {
        "a style attribute": '<p class="a" style="color: red">',
        "an event attribute": '<a href="#" onclick="go()">',
        "an inline script": "<script>go()</script>",
        "an inline style": "<style>p {}</style>",
        "an address of another host": '<img src="//cdn.example/x.png">',
        "jQuery": "$('#x').hide()",
        "a class of Bootstrap 3": '<i class="glyphicon glyphicon-ok"></i>',
    }
    assert samples.keys() == MARKUP.keys()
    assert [what for what, text in samples.items() if not MARKUP[what].search(text)] == []


def test_no_python_of_ours_writes_a_style_or_the_old_classes() -> None:
    found = {
        str(path.relative_to(ROOT)): match.group()
        for folder in ("app", "views", "models")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if (
            match := re.search(
                r"<[a-z][^>\n]*\sstyle=|glyphicon|panel-default|btn-default", path.read_text(encoding="utf-8")
            )
        )
    }
    assert found == {}


def _named_icons() -> set[str]:
    """Every icon that a template or a module names, as far as it can be read."""
    names: set[str] = set()
    for _name, text in _templates():
        for call in re.findall(r"\bicon\(([^)]*)\)", text):
            names.update(
                re.findall(r'"([a-z0-9-]+)"(?!\s*:)', call if call.startswith("{") else call.split(",")[0])
            )
        names.update(re.findall(r'icon(?:_name)?="([a-z0-9-]+)"', text))
    for path in sorted((ROOT / "views").rglob("*.py")):
        names.update(re.findall(r'\bicon="([a-z0-9-]+)"', path.read_text(encoding="utf-8")))
    return names


def test_every_named_icon_is_in_the_sprite() -> None:
    drawn = set(re.findall(r'<symbol id="([a-z0-9-]+)"', (DIST / "icons.svg").read_text(encoding="utf-8")))
    named = _named_icons()
    assert len(named) > 20
    assert named - drawn == set()
    assert drawn == set(json.loads((FRONTEND / "icons.json").read_text(encoding="utf-8")))


def _packages() -> dict[str, str]:
    """Name → version of every package that the portal ships code of, as the lock has it."""
    lock = json.loads((FRONTEND / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    direct = json.loads((FRONTEND / "package.json").read_text(encoding="utf-8"))["dependencies"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in direct.values()), "pin exact versions"
    return {
        path.rpartition("node_modules/")[2]: package["version"]
        for path, package in lock.items()
        if path and not package.get("dev") and not package.get("optional")
    }


def test_the_licences_name_each_bundled_package_and_its_version() -> None:
    text = (DIST / "THIRD_PARTY_LICENSES.txt").read_text(encoding="utf-8")
    listed = dict(re.findall(r"^(@?[\w./-]+) (\d+\.\d+\.\d+\S*) \([^)]+\)$", text, re.MULTILINE))
    locked = _packages()
    assert {name: version for name, version in listed.items() if locked.get(name) != version} == {}
    direct = set(json.loads((FRONTEND / "package.json").read_text(encoding="utf-8"))["dependencies"])
    assert direct - listed.keys() == set()
    for section in text.split("=" * 80):
        assert len(section.strip().splitlines()) > 3, f"no licence text: {section[:80]}"


def _linked(page: str) -> set[str]:
    return set(re.findall(r'(?:src|href)="/static/(dist/[\w.-]+\.(?:js|css))', page))


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_a_list_page_weighs_at_most_200_kb(people: People) -> None:
    page = people.staff.browser().get("/plans/list/").text
    names = _linked(page)
    assert {"dist/app.css", "dist/app.js"} <= names
    sizes = {name: len(gzip.compress((DIST.parent / name).read_bytes(), 6)) for name in names}
    assert sum(sizes.values()) <= MOST_BYTES, sizes


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_a_page_links_charts_board_and_calendar_only_where_it_draws_them(people: People) -> None:
    client = people.staff.browser()
    for path in ("/plans/list/", "/plans/add", "/profile/", "/customers/list/"):
        assert not {f"dist/{name}" for name in ON_DEMAND} & _linked(client.get(path).text), path


def test_only_the_templates_that_draw_them_link_charts_board_and_calendar() -> None:
    for name, allowed in ON_DEMAND.items():
        using = {template for template, text in _templates() if f"dist/{name}" in text}
        assert using <= allowed, name


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_a_list_interaction_brings_the_list_part_only(people: People) -> None:
    client = people.staff.browser()
    whole = client.get("/customers/list/").text
    part = client.get("/customers/list/", headers={"HX-Request": "true", "HX-Request-Type": "partial"}).text
    assert "<html" in whole
    assert not re.search(r"<(?:html|head|body|aside|main|script)\b", part)
    assert len(part) < len(whole) / 2


def _sources() -> list[str]:
    names = ["build.mjs", "icons.json", "package.json", "package-lock.json"]
    for folder in ("licences", "src"):
        names += [f"{folder}/{path.name}" for path in (FRONTEND / folder).iterdir()]
    return sorted(names)


def test_what_is_served_was_built_from_these_sources() -> None:
    digest = hashlib.sha256()
    for name in _sources():
        digest.update(f"{name}\0".encode() + (FRONTEND / name).read_bytes() + b"\0")
    recorded = (DIST / "sources.sha256").read_text(encoding="utf-8").strip()
    assert recorded == digest.hexdigest(), "build anew: cd frontend && npm ci && node build.mjs"


def test_a_build_gives_the_same_bytes(tmp_path: Path) -> None:
    """Where Node and its packages are present; where they are not, the digest above stands for it."""
    node = shutil.which("node")
    if node is None or not (FRONTEND / "node_modules").is_dir():
        assert (DIST / "sources.sha256").is_file()
        return
    subprocess.run([node, "build.mjs", str(tmp_path)], cwd=FRONTEND, check=True, timeout=120)
    built = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    served = {path.name: path.read_bytes() for path in DIST.iterdir()}
    assert [
        name for name in sorted(built.keys() | served.keys()) if built.get(name) != served.get(name)
    ] == []
