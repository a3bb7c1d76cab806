"""Contestant: what cannot be undercut, bare SQL by the driver and one Jinja template of the same page."""

import csv
import io
import json
import sqlite3
from collections.abc import Callable
from typing import Any

import psycopg
from jinja2 import Environment
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.orm import aliased

from app.search.quick import match
from models.customers import Customer
from tests.benchmarks.cases import NEEDLES
from tests.benchmarks.company import Database

Run = Callable[[], int]
CAP = 10_001

_PAGES = Environment(autoescape=True)
_LIST = _PAGES.from_string(
    "<!doctype html><html><head><title>{{ title }}</title></head><body><h1>{{ title }}</h1><p>{{ count }}</p>"
    "<table><thead><tr>{% for name in names %}<th>{{ name }}</th>{% endfor %}</tr></thead><tbody>"
    '{% for row in rows %}<tr>{% for cell in row %}<td>{% if loop.first %}<a href="/show/{{ cell }}">{{ cell }}</a>'
    "{% else %}{{ cell }}{% endif %}</td>{% endfor %}</tr>{% endfor %}</tbody></table></body></html>"
)
_SHOW = _PAGES.from_string(
    "<!doctype html><html><head><title>x</title></head><body><dl>{% for name, value in pairs %}<dt>{{ name }}</dt>"
    "<dd>{{ value }}</dd>{% endfor %}</dl></body></html>"
)
_FORM = _PAGES.from_string(
    '<!doctype html><html><body><form method="post">{% for name, value in pairs %}<label>{{ name }} '
    '<input name="{{ name }}" value="{{ value }}"></label>{% endfor %}</form></body></html>'
)
_CUSTOMER = ("c.id, c.code, c.name, c.kind, c.grade, c.country, s.name, c.completeness, c.status"
             " FROM customer c LEFT JOIN customer_source s ON s.id = c.source_id")  # fmt: skip
_LISTS = {
    "list_purchases": ("p.id, p.external_no, s.name, c.name, p.purchased_at, p.currency_code, p.total_amount"
                       " FROM purchase p LEFT JOIN customer_source s ON s.id = p.source_id"
                       " LEFT JOIN customer c ON c.id = p.customer_id", "purchase p", "1=1", "p.id DESC"),
    "list_plans": ("p.id, p.code, p.name, p.plan_type, p.fiscal_year, d.name, e.name, p.budget_amount, p.status"
                   " FROM marketing_plan p LEFT JOIN department d ON d.id = p.department_id"
                   " LEFT JOIN employee e ON e.id = p.owner_id", "marketing_plan p", "p.deleted_at IS NULL", "p.id DESC"),
    "list_partners": ("p.id, p.code, p.name, p.kind, p.grade, p.status, e.name FROM partner p"
                      " LEFT JOIN employee e ON e.id = p.owner_id", "partner p", "p.deleted_at IS NULL", "p.id DESC"),
}  # fmt: skip


class Floor:
    """One connection and a few templates."""

    def __init__(self, database: Database) -> None:
        self._is_sqlite = database.name == "sqlite"
        if self._is_sqlite:
            self._connection: Any = sqlite3.connect(
                str(make_url(database.url).database), isolation_level=None
            )
            for pragma in ("synchronous=FULL", "cache_size=-16000", "mmap_size=268435456"):
                self._connection.execute(f"PRAGMA {pragma}")
        else:
            self._connection = psycopg.connect(database.url.replace("+psycopg", ""), autocommit=True)
        self._customers = database.sizes.of("customer")
        self._made = 0

    def log_in(self) -> None:
        """Nobody asks for a name down here."""

    def before(self, key: str) -> None:
        """Nothing to prepare."""

    def runs(self) -> dict[str, Run]:
        """Return what makes each request."""
        deep = min(9_999, self._customers // 50) * 25
        after = self._customers - deep
        middle = self._customers // 2
        wheres = {
            "list": "", "deep_keyset": f"AND c.id < {after}", "filter": "AND c.grade IN ('A', 'B')",
            "prefix": self._prefix(NEEDLES["prefix"]),
            **{key: self._contains(text) for key, text in NEEDLES.items() if key != "prefix"},
        }  # fmt: skip
        runs: dict[str, Run] = {key: self._customer_list(where) for key, where in wheres.items()}
        runs["deep_offset"] = self._customer_list("", f"OFFSET {deep}")
        runs["sort"] = self._customer_list("", order="c.name, c.id")
        for key, (columns, table, where, order) in _LISTS.items():
            runs[key] = self._list(f"SELECT {columns} WHERE {where} ORDER BY {order} LIMIT 26",
                                   f"SELECT count(*) FROM (SELECT 1 FROM {table} WHERE {where} LIMIT {CAP}) AS x")  # fmt: skip
        runs["show"] = self._one(_SHOW, middle)
        runs["edit"] = self._one(_FORM, middle)
        runs["add"] = runs["add_million"] = lambda: len(_FORM.render(pairs=[("name", "")] * 12))
        runs["rest"] = self._rest
        runs["csv"] = self._csv
        runs["inbox"] = self._inbox
        runs["post"] = self._post
        return runs

    def _prefix(self, text: str) -> str:
        return (
            f"AND c.name >= '{text}' AND c.name < '{text}\U0010ffff'"
            if self._is_sqlite
            else f"AND c.name LIKE '{text}%'"
        )

    def _contains(self, text: str) -> str:
        dialect: Any = sqlite.dialect() if self._is_sqlite else postgresql.dialect()  # type: ignore[no-untyped-call]
        clause = match(aliased(Customer, name="c"), text, dialect.name)
        options = {"literal_binds": True}
        return "AND " + str(clause.compile(dialect=dialect, compile_kwargs=options)).replace("%%", "%")

    def _all(self, statement: str) -> list[Any]:
        return list(self._connection.execute(statement).fetchall())

    def _customer_list(self, where: str, tail: str = "", order: str = "c.id DESC") -> Run:
        clause = f"c.deleted_at IS NULL {where}"
        return self._list(f"SELECT {_CUSTOMER} WHERE {clause} ORDER BY {order} LIMIT 26 {tail}",
                          f"SELECT count(*) FROM (SELECT 1 FROM customer c WHERE {clause} LIMIT {CAP}) AS x")  # fmt: skip

    def _list(self, statement: str, count: str) -> Run:
        names = ["column"] * 8

        def run() -> int:
            rows, number = self._all(statement), self._all(count)[0][0]
            return len(_LIST.render(title="list", names=names, rows=rows[:25], count=number).encode())

        return run

    def _one(self, template: Any, key: int) -> Run:
        def run() -> int:
            row = self._all(f"SELECT * FROM customer WHERE id = {key}")[0]
            for table in ("customer_identity", "customer_need", "consent"):
                self._all(f"SELECT * FROM {table} WHERE customer_id = {key} LIMIT 200")
            return len(template.render(pairs=[("column", value) for value in row]).encode())

        return run

    def _rest(self) -> int:
        statement = f"SELECT {_CUSTOMER} WHERE c.deleted_at IS NULL ORDER BY c.id DESC LIMIT 101"
        names = ("id", "code", "name", "kind", "grade", "country", "source", "completeness", "status")
        rows = [dict(zip(names, row, strict=True)) for row in self._all(statement)[:100]]
        return len(json.dumps({"result": rows}, ensure_ascii=False))

    def _csv(self) -> int:
        buffer = io.StringIO()
        writer, size, last = csv.writer(buffer), 0, 0
        for _ in range(20):
            rows = self._all(f"SELECT {_CUSTOMER} WHERE c.id > {last} ORDER BY c.id LIMIT 5000")
            writer.writerows(rows)
            size += len(buffer.getvalue().encode())
            buffer.seek(0)
            buffer.truncate()
            if not rows:
                break
            last = rows[-1][0]
        return size

    def _inbox(self) -> int:
        mine = "a.assignee_id = 1 AND a.state = 'open'"
        statement = (
            "SELECT a.id, i.record_title, e.name, d.name, r.step_name, a.capacity, a.created_at FROM assignment a"
            " JOIN approval_instance i ON i.id = a.instance_id JOIN employee e ON e.id = i.submitter_id"
            " JOIN department d ON d.id = i.submitter_department_id JOIN step_run r ON r.id = a.step_run_id"
            f" WHERE {mine} ORDER BY a.created_at, a.id LIMIT 50"
        )
        count = f"SELECT count(*) FROM assignment a WHERE {mine}"
        return self._list(statement, count)()

    def _post(self) -> int:
        self._made += 1
        stamp = f"FLOOR-{id(self)}-{self._made}"
        at = "'2026-01-01 00:00:00.000000'"
        self._all(
            "INSERT INTO customer (code, name, kind, source_id, completeness, status, owner_id, department_id,"
            " created_at, changed_at, row_version, custom_data)"
            f" VALUES ('{stamp}', 'x', 'person', 1, 50, 'active', 1, 1, {at}, {at}, 1, '{{}}') RETURNING id"
        )
        return 0
