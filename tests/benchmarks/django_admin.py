"""Contestant: Django admin on the same tables, once plain and once with every remedy set by hand."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from tests.benchmarks.cases import NEEDLES
from tests.benchmarks.company import Database
from tests.benchmarks.peer import project
from tests.benchmarks.wsgi import Answer, Browser

Run = Callable[[], int]


class DjangoAdmin:
    """One of the two sites; `site` is `plain` or `tuned`."""

    def __init__(self, database: Database, site: str) -> None:
        self._browser = Browser(project.wsgi_application(database.url))
        self._root = f"/{site}/peer"
        self._is_plain = site == "plain"
        self._customers = database.sizes.of("customer")
        self._made = 0
        self._form: dict[str, Any] = {}
        self._door = f"/{site}/login/"
        self._ready = _checked(self._browser.get(self._door), 200)

    def log_in(self) -> None:
        """Log in by the form."""
        form = {"username": project.NAME, "password": project.PASSWORD,
                "csrfmiddlewaretoken": self._ready.form_token, "next": self._root}  # fmt: skip
        _checked(self._browser.post(self._door, form), 302)

    def runs(self) -> dict[str, Run]:
        """Return what makes each request; each returns the bytes of the answer."""
        middle = self._customers // 2
        page = min(10_000, self._customers // 50)
        customers = f"{self._root}/customer/"
        pages = {
            "list": customers,
            "list_purchases": f"{self._root}/purchase/",
            "list_plans": f"{self._root}/plan/",
            "list_partners": f"{self._root}/partner/",
            "deep_offset": f"{customers}?p={page}",
            **{key: f"{customers}?q={quote(text)}" for key, text in NEEDLES.items() if key != "prefix"},
            "prefix": f"{customers}?name__istartswith={quote(NEEDLES['prefix'])}",
            "filter": f"{customers}?grade__in=A,B",
            "sort": f"{customers}?o=2",
            "show": f"{customers}{middle}/change/",
            "edit": f"{customers}{middle}/change/",
            "add": f"{self._root}/agreement/add/",
        }
        if not self._is_plain:  # the plain form draws a million options: minutes and gigabytes
            pages["add_million"] = f"{self._root}/purchase/add/"
        runs: dict[str, Run] = {key: self._page(path) for key, path in pages.items()}
        runs["post"] = self._post
        return runs

    def before(self, key: str) -> None:
        """Prepare a request outside the measured time: the form's token is read before it is sent."""
        if key == "post":
            if not self._form:
                page = self._browser.get(f"{self._root}/customer/add/")
                self._form = {"csrfmiddlewaretoken": page.form_token, "name": "测试客户", "kind": "person", "source": "1",
                              "owner": "1", "department": "1", "country": "CN", "completeness": "0",
                              "status": "active", "_save": "1"}  # fmt: skip
            self._made += 1
            self._form["code"] = f"DJ-{id(self) % 10**9}-{self._made}"

    def _page(self, path: str) -> Run:
        return lambda: len(_checked(self._browser.get(path), 200).body)

    def _post(self) -> int:
        return len(_checked(self._browser.post(f"{self._root}/customer/add/", self._form), 302).body)


def _checked(answer: Answer, status: int) -> Answer:
    assert answer.status == status, f"{answer.status} instead of {status}: {answer.text[:600]}"
    return answer
