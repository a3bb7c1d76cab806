"""Contestant: Yingce as it is served, through its whole stack, logged in by its own form."""

import json
from collections.abc import Callable
from urllib.parse import quote

from app.factory import create_app
from config import Settings
from tests.benchmarks.cases import NEEDLES
from tests.benchmarks.company import PASSWORD, USERNAME, Database
from tests.benchmarks.wsgi import Answer, Browser
from views.listing import cursor_of

Run = Callable[[], int]


class Yingce:
    """The portal in this process."""

    def __init__(self, database: Database) -> None:
        settings = {"YINGCE_INSTANCE": str(database.instance), "YINGCE_DATABASE_URL": database.url,
                    "YINGCE_LOGIN_RATE": "1000 per minute"}  # fmt: skip
        self._app = create_app(Settings.from_environment(settings))
        self._browser = Browser(self._app.wsgi_app)
        self._ready = _checked(self._browser.get("/login/"), 200)
        self._customers = database.sizes.of("customer")

    def log_in(self) -> None:
        """Log in by the form, and for the REST interface by the token door."""
        form = {"username": USERNAME, "password": PASSWORD, "csrf_token": self._ready.form_token}
        _checked(self._browser.post("/login/", form), 302)
        door = Browser(self._app.wsgi_app)
        body = {"username": USERNAME, "password": PASSWORD}
        token = json.loads(_checked(door.post_json("/api/v1/security/login", json.dumps(body)), 200).text)
        self._program = Browser(self._app.wsgi_app, {"Authorization": f"Bearer {token['access_token']}"})

    def runs(self) -> dict[str, Run]:
        """Return what makes each request; each returns the bytes of the answer."""
        middle = self._customers // 2
        deep = min(9_999, self._customers // 50)
        last = cursor_of(self._customers - deep * 25, self._customers - deep * 25)
        quoted = {key: quote(text) for key, text in NEEDLES.items()}
        pages = {
            "list": "/customers/list/",
            "list_purchases": "/purchases/list/",
            "list_plans": "/plans/list/",
            "list_partners": "/partners/list/",
            "deep_offset": f"/customers/list/?page={deep}",
            "deep_keyset": f"/customers/list/?page={deep}&after={last}",
            **{key: f"/customers/list/?f.name.contains={quoted[key]}" for key in quoted if "contains" in key},
            "quick_2": f"/customers/list/?q={quoted['quick_2']}",
            "prefix": f"/customers/list/?f.name.prefix={quoted['prefix']}",
            "filter": "/customers/list/?f.grade.in=A,B",
            "sort": "/customers/list/?sort=name",
            "show": f"/customers/show/{middle}",
            "edit": f"/customers/edit/{middle}",
            "add": "/agreements/add",
            "add_million": "/purchases/add",
            "inbox": "/approvals/",
        }
        runs: dict[str, Run] = {key: self._page(path) for key, path in pages.items()}
        runs["rest"] = lambda: len(_checked(self._program.get("/api/v1/customers?size=100"), 200).body)
        runs["csv"] = self._csv
        runs["post"] = self._post
        return runs

    def before(self, key: str) -> None:
        """Prepare a request outside the measured time: a form is read before it is sent."""
        if key == "post":
            page = self._browser.get("/customers/add")
            self._form = {"csrf_token": page.form_token, "name": "测试客户", "kind": "person", "source_id": "1",
                          "country": "CN", "row_version": "", "request_key": ""}  # fmt: skip

    def _page(self, path: str) -> Run:
        return lambda: len(_checked(self._browser.get(path), 200).body)

    def _csv(self) -> int:
        path = f"/customers/export.csv?f.id.le={min(100_000, self._customers)}"
        return sum(len(piece) for piece in self._browser.stream(path))

    def _post(self) -> int:
        return len(_checked(self._browser.post("/customers/add", self._form), 302).body)


def _checked(answer: Answer, status: int) -> Answer:
    assert answer.status == status, f"{answer.status} instead of {status}: {answer.text[:300]}"
    return answer
