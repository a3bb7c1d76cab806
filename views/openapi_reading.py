"""The OpenAPI description as a person reads it: operations by resource, schemas as tables, an example call."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.core.i18n import lazy_gettext as _l
from views.registry import SCREENS

Json = dict[str, Any]

_METHODS = ("get", "post", "put", "patch", "delete")
_TITLES: dict[str, Any] = {
    "security": _l("Log-in and tokens"),
    "approvals": _l("Approvals"),
    "_openapi": _l("This description"),
    **{entry.resource: entry.screen.title for entry in SCREENS if entry.resource},
}
_VERBS: dict[str, Any] = {
    "get_list": _l("List"),
    "get": _l("Show"),
    "post": _l("Create"),
    "put": _l("Change the named fields"),
    "delete": _l("Delete"),
    "restore": _l("Restore"),
    "login": _l("Log in"),
    "refresh": _l("New access token for a refresh token"),
    "logout": _l("End the session"),
}
_FIXED: dict[str, Any] = {
    "Key of the record.": _l("Key of the record."),
    "Key": _l("Key"),
    "One page": _l("One page of the list"),
    "The record": _l("The record"),
    "The new record": _l("The new record"),
    "The record as it now is": _l("The record as it now is"),
    "Deleted": _l("Deleted"),
    "Ended": _l("Ended"),
    "Token": _l("Token"),
    "Tokens": _l("Tokens"),
    "Words to search for.": _l("Words to search for."),
    "Column to sort by; with `-` from the end.": _l("Column to sort by; with “-” from the end."),
    "Page, from 0.": _l("Page, from 0."),
    "Rows of a page.": _l("Rows of a page."),
    "Cursor of the page: `next` of the page before.": _l("Cursor of the page: “next” of the page before."),
    "1 lists the bin.": _l("1 lists the bin."),
    "Matching rows, counted to 10,000 at most": _l("Matching rows, counted to 10,000 at most"),
    "Whether there are more than `count`": _l("Whether there are more than “count”"),
    "`after` of the next page; null on the last": _l("“after” of the next page; null on the last"),
    "Bad Request": _l("Malformed request"),
    "Unauthorized": _l("No valid token"),
    "Forbidden": _l("The role does not allow it"),
    "Not Found": _l("Not there, or not yours to see"),
    "Conflict": _l("Contradicts what is stored now"),
    "Request Entity Too Large": _l("Too large"),
    "Content Too Large": _l("Too large"),
    "Unsupported Media Type": _l("Not JSON"),
    "Unprocessable Entity": _l("Refused values"),
    "Unprocessable Content": _l("Refused values"),
    "Too Many Requests": _l("Too many requests"),
    "Service Unavailable": _l("Database not reachable; try again"),
}
"""What the description says in English, in the reader's language."""


@dataclass(frozen=True)
class SchemaRow:
    """One value of a body or an answer, or one parameter."""

    name: str
    kind: str
    is_required: bool
    description: Any


@dataclass(frozen=True)
class Operation:
    """One call: method, path, what it takes and what it answers."""

    key: str
    method: str
    path: str
    summary: Any
    parameters: list[SchemaRow]
    body: list[SchemaRow]
    answers: list[tuple[str, Any, list[SchemaRow]]]
    example: str


@dataclass(frozen=True)
class ApiGroup:
    """The operations of one resource."""

    name: str
    title: Any
    operations: list[Operation]


def groups_of(spec: Json, address: str) -> list[ApiGroup]:
    """Return the resources in the order of the description.

    Args:
        address: start of the example calls, without a slash at its end.
    """
    found: dict[str, list[Operation]] = {}
    for path, methods in spec.get("paths", {}).items():
        name = path.removeprefix("/api/v1/").split("/", 1)[0]
        for method in _METHODS:
            if method in methods:
                found.setdefault(name, []).append(_operation(spec, path, method, methods[method], address))
    return [ApiGroup(name, _TITLES.get(name) or name, operations) for name, operations in found.items()]


def _operation(spec: Json, path: str, method: str, content: Json, address: str) -> Operation:
    key = str(content.get("operationId", ""))
    return Operation(
        key=key,
        method=method.upper(),
        path=path,
        summary=_VERBS.get(key.rpartition(".")[2]) or content.get("summary", ""),
        parameters=[_parameter(spec, one) for one in content.get("parameters", ())],
        body=list(_rows(spec, _json_schema(_resolved(spec, content.get("requestBody", {}))))),
        answers=[
            (
                status,
                words(_resolved(spec, one).get("description", "")),
                list(_answer_rows(spec, status, one)),
            )
            for status, one in content.get("responses", {}).items()
        ],
        example=_example(spec, path, method, content, address),
    )


def words(text: str) -> Any:
    """Return a sentence of the description in the reader's language, where there is one."""
    return _FIXED.get(text, text)


def _resolved(spec: Json, node: Json) -> Json:
    """Follow a reference within the description."""
    while "$ref" in node:
        found: Any = spec
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found.get(part, {})
        node = found
    return node


def _json_schema(holder: Json) -> Json:
    found: Json = holder.get("content", {}).get("application/json", {}).get("schema", {})
    return found


def _answer_rows(spec: Json, status: str, answer: Json) -> Iterator[SchemaRow]:
    if status.startswith("2"):
        yield from _rows(spec, _json_schema(_resolved(spec, answer)))


def _rows(spec: Json, schema: Json, prefix: str = "") -> Iterator[SchemaRow]:
    """Give one row per value; what stands inside an object or a list comes after it, with its path."""
    schema = _resolved(spec, schema)
    required = schema.get("required", ())
    for name, raw in schema.get("properties", {}).items():
        one = _resolved(spec, raw)
        yield SchemaRow(f"{prefix}{name}", kind_of(one), name in required, words(one.get("description", "")))
        inner = _resolved(spec, one.get("items", {})) if one.get("type") == "array" else one
        mark = "[]." if one.get("type") == "array" else "."
        if inner.get("properties") and prefix.count(".") < 2:
            yield from _rows(spec, inner, f"{prefix}{name}{mark}")


def _parameter(spec: Json, raw: Json) -> SchemaRow:
    one = _resolved(spec, raw)
    return SchemaRow(
        one["name"],
        kind_of(one.get("schema", {})),
        bool(one.get("required")),
        words(one.get("description", "")),
    )


def kind_of(schema: Json) -> str:
    """Return the type of a value with its bounds, in the words of JSON."""
    parts = [str(schema.get("type", "object"))]
    if schema.get("format"):
        parts = [str(schema["format"])]
    if schema.get("enum"):
        parts.append(" | ".join("null" if one is None else str(one) for one in schema["enum"]))
    if "maxLength" in schema:
        parts.append(f"≤ {schema['maxLength']}")
    if schema.get("nullable") and None not in schema.get("enum", ()):
        parts.append("null")
    return ", ".join(parts)


def _example(spec: Json, path: str, method: str, content: Json, address: str) -> str:
    """Return the call as a command line."""
    body = _json_schema(_resolved(spec, content.get("requestBody", {})))
    lines = [f"curl -X {method.upper()} {address}{path.replace('{pk}', '1').replace('{key}', '1')}"]
    if content.get("security", [{}]):
        lines.append('-H "Authorization: Bearer $TOKEN"')
    if body:
        schema = _resolved(spec, body)
        names = schema.get("required") or list(schema.get("properties", {}))[:1]
        values = {name: _sample(_resolved(spec, schema["properties"][name])) for name in names}
        lines.append('-H "Content-Type: application/json"')
        lines.append(f"-d '{json.dumps(values, ensure_ascii=False)}'")
    return " \\\n  ".join(lines)


def _sample(schema: Json) -> Any:
    if schema.get("enum"):
        return schema["enum"][0]
    if schema.get("example") is not None:
        return schema["example"]
    by_format = {"date": "2026-04-01", "date-time": "2026-04-01T09:30:00+08:00"}
    by_type = {"integer": 1, "number": 1, "boolean": True, "array": [], "object": {}}
    return by_format.get(str(schema.get("format"))) or by_type.get(str(schema.get("type")), "…")
