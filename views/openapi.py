"""OpenAPI 3 of the REST interface, derived from the described columns: exact types, parameters and answers.

`/api/v1/_openapi` needs the right `can_get` on `OpenApi`. The framework's Swagger page is left out: it runs
inline scripts, which the portal's content security policy refuses.
"""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, ClassVar, Protocol

from apispec import APISpec
from flask import Response, current_app
from flask_appbuilder.api import BaseApi, expose
from flask_appbuilder.security.decorators import protect
from flask_babel import get_locale

from app.core.i18n import lazy_gettext as _l
from views.fields import MAX_INTEGER, Field, Kind
from views.list_conditions import SEVERAL, operators_of
from views.list_periods import PERIODS
from views.listing import MAX_OFFSET, MAX_TEXT
from views.resource_codec import DATE_PATTERN, TEXT_LIMIT, decimal_pattern, title_name

Json = dict[str, Any]

_DECIMALS = frozenset({Kind.DECIMAL, Kind.MONEY, Kind.PERCENT})
_COMMON = (400, 401, 403, 503)
KEY: Json = {
    "name": "pk",
    "in": "path",
    "required": True,
    "description": "Key of the record.",
    "schema": {"type": "integer", "minimum": 0, "maximum": MAX_INTEGER},
}
_ERROR: Json = {
    "type": "object",
    "required": ["code", "message", "details", "request_id"],
    "additionalProperties": False,
    "properties": {
        "code": {"type": "string", "description": "Stable name of the reason."},
        "message": {
            "type": "string",
            "description": "What is wrong and what to do, in the caller's language.",
        },
        "details": {
            "type": "object",
            "description": "`field` and `errors` name refused fields; a stale `row_version` gives `differences`.",
        },
        "request_id": {
            "type": "string",
            "nullable": True,
            "description": "The request's number in the logs.",
        },
    },
}


class Described(Protocol):
    """What `describe` needs to know of a resource."""

    screen: Any
    shape: Any
    route_base: str
    exclude_route_methods: Any


# -- columns ------------------------------------------------------------------------------------------


def _plain_schema(described: Field) -> Json:
    if described.kind in {Kind.TEXT, Kind.MULTILINE}:
        return {"type": "string", "maxLength": described.max_length or TEXT_LIMIT}
    if described.kind in _DECIMALS:
        return {
            "type": "string",
            "pattern": f"^{decimal_pattern(described)}$",
            "example": "12.5" if described.places else "12",
        }
    if described.kind is Kind.CHOICE:
        assert described.choices is not None
        return {"type": "string", "enum": [str(member.value) for member in described.choices]}
    simple: dict[Kind, Json] = {
        Kind.INTEGER: {"type": "integer", "minimum": -MAX_INTEGER, "maximum": MAX_INTEGER},
        Kind.RELATION: {"type": "integer", "minimum": 0, "maximum": MAX_INTEGER},
        Kind.DATE: {"type": "string", "format": "date", "pattern": f"^{DATE_PATTERN}$"},
        Kind.INSTANT: {"type": "string", "format": "date-time"},
        Kind.BOOLEAN: {"type": "boolean"},
    }
    return dict(simple.get(described.kind, {}))


def column_schema(described: Field, *, is_nullable: bool, is_input: bool = False) -> Json:
    """Return the JSON schema of a column's value in answers, or of what a body may carry."""
    schema = _plain_schema(described)
    if is_input and not is_nullable and described.kind in {Kind.TEXT, Kind.MULTILINE}:
        schema["minLength"] = 1
    if is_nullable and schema:
        schema["nullable"] = True
        if "enum" in schema:
            schema["enum"] = [*schema["enum"], None]
    text = f"{described.label}. {described.help}" if described.help else str(described.label)
    return {**schema, "description": text}


def _row_schema(columns: tuple[Field, ...], nullable: frozenset[str]) -> Json:
    properties: Json = {"id": {"type": "integer", "description": "Key"}}
    for described in columns:
        properties[described.name] = column_schema(described, is_nullable=described.name in nullable)
        title = title_name(described)
        if title is not None:
            properties[title] = {
                "type": "string",
                "nullable": True,
                "description": f"{described.label} (title)",
            }
    return {
        "type": "object",
        "required": list(properties),
        "additionalProperties": False,
        "properties": properties,
    }


def body_schema(columns: Mapping[str, Field], nullable: frozenset[str], required: list[str]) -> Json:
    """Return the JSON schema of a body that `resource_codec.decode` reads."""
    properties = {
        name: column_schema(described, is_nullable=name in nullable, is_input=True)
        for name, described in columns.items()
    }
    schema: Json = {"type": "object", "additionalProperties": False, "properties": properties}
    return {**schema, "required": required} if required else schema


# -- operations ---------------------------------------------------------------------------------------


def errors(*statuses: int) -> Json:
    """Return the error answers of an operation, by status; each has the one form of an error."""
    return {
        str(status): {"$ref": f"#/components/responses/Error{status}"} for status in (*_COMMON, *statuses)
    }


def json_content(schema: Json | str) -> Json:
    """Return the content of a body or an answer: a schema, or the name of one of the components."""
    found = {"$ref": f"#/components/schemas/{schema}"} if isinstance(schema, str) else schema
    return {"application/json": {"schema": found}}


def answer(description: str, schema: Json | str) -> Json:
    """Return a JSON answer of an operation."""
    return {"description": description, "content": json_content(schema)}


def operation(api: str, name: str, *, summary: str, answers: Json, **more: Any) -> Json:
    """Return an operation that needs a token; `more` holds its parameters and its body."""
    return {"operationId": f"{api}.{name}", "summary": summary, "tags": [api], "responses": answers,
            "security": [{"bearer": []}], **more}  # fmt: skip


def add_components(api_spec: APISpec) -> None:
    """Add what every operation refers to: the error, its answers and the token; safe to call twice."""
    if "Error" in api_spec.components.schemas:
        return
    api_spec.components.schema("Error", _ERROR)
    for status in (400, 401, 403, 404, 409, 413, 415, 422, 429, 503):
        phrase = HTTPStatus(status).phrase
        api_spec.components.response(
            f"Error{status}", {"description": phrase, "content": json_content("Error")}
        )
    scheme = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT",
              "description": "Token from /api/v1/security/login"}  # fmt: skip
    api_spec.components.security_scheme("bearer", scheme)


def describe(api_spec: APISpec, resource: Described) -> None:
    """Add the schemas and the operations of one resource."""
    add_components(api_spec)
    api, shape = type(resource).__name__, resource.shape
    record = api.removesuffix("Api")
    api_spec.components.schema(f"{record}.Listed", _row_schema(shape.listed, shape.nullable))
    api_spec.components.schema(record, _row_schema(shape.shown, shape.nullable))
    api_spec.components.schema(f"{record}.New", body_schema(shape.added, shape.nullable, shape.required))
    api_spec.components.schema(f"{record}.Change", body_schema(shape.edited, shape.nullable, ["row_version"]))
    for path, operations in _paths(resource, api, record).items():
        left = {verb: content for method, (verb, content) in operations.items()
                if method not in resource.exclude_route_methods}  # fmt: skip
        if left:
            api_spec.path(path=f"{resource.route_base}{path}", operations=left)


def _paths(resource: Described, api: str, record: str) -> dict[str, dict[str, tuple[str, Json]]]:
    one = {"type": "object", "required": ["result"], "additionalProperties": False,
           "properties": {"result": {"$ref": f"#/components/schemas/{record}"}}}  # fmt: skip
    new, change = _body(f"{record}.New"), _body(f"{record}.Change")
    title, title_one = resource.screen.title, resource.screen.title_one
    return {
        "": {
            "get_list": ("get", operation(api, "get_list", summary=f"{title}: list",
                         answers={"200": answer("One page", _page_schema(record)), **errors()},
                         parameters=_list_parameters(resource))),
            "post": ("post", operation(api, "post", summary=f"{title_one}: create", requestBody=new,
                     answers={"201": _created(one), **errors(409, 413, 415, 422)})),
        },
        "/{pk}": {
            "get": ("get", operation(api, "get", summary=f"{title_one}: show", parameters=[KEY],
                    answers={"200": answer("The record", one), **errors(404)})),
            "put": ("put", operation(api, "put", summary=f"{title_one}: change the named fields", requestBody=change,
                    parameters=[KEY], answers={"200": answer("The record as it now is", one),
                                                **errors(404, 409, 413, 415, 422)})),
            "delete": ("delete", operation(api, "delete", summary=f"{title_one}: delete", parameters=[KEY],
                       answers={"204": {"description": "Deleted"}, **errors(404, 409, 422)})),
        },
        "/{pk}/restore": {
            "restore": ("post", operation(api, "restore", summary=f"{title_one}: restore", parameters=[KEY],
                        answers={"200": answer("The record as it now is", one), **errors(404, 409, 422)})),
        },
    }  # fmt: skip


def _body(name: str) -> Json:
    return {"required": True, "content": json_content(name)}


def _created(schema: Json) -> Json:
    location = {"description": "Address of the new record", "schema": {"type": "string"}}
    return {**answer("The new record", schema), "headers": {"Location": location}}


def _page_schema(record: str) -> Json:
    properties = {
        "result": {"type": "array", "items": {"$ref": f"#/components/schemas/{record}.Listed"}},
        "count": {"type": "integer", "minimum": 0, "description": "Matching rows, counted to 10,000 at most"},
        "count_is_capped": {"type": "boolean", "description": "Whether there are more than `count`"},
        "next": {
            "type": "string",
            "nullable": True,
            "description": "`after` of the next page; null on the last",
        },
    }
    return {
        "type": "object",
        "required": list(properties),
        "additionalProperties": False,
        "properties": properties,
    }


def parameter(name: str, description: str, schema: Json, **more: Any) -> Json:
    """Return one parameter of the query."""
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": description,
        "schema": schema,
        **more,
    }


def _list_parameters(resource: Described) -> list[Json]:
    shape = resource.shape
    sorts = [sign + name for name in shape.sortable for sign in ("", "-")]
    found = [
        parameter("q", "Words to search for.", {"type": "string", "maxLength": MAX_TEXT}),
        parameter("sort", "Column to sort by; with `-` from the end.", {"type": "string", "enum": sorts}),
        parameter("page", "Page, from 0.", {"type": "integer", "minimum": 0, "maximum": MAX_OFFSET}),
        parameter(
            "size", "Rows of a page.", {"type": "integer", "minimum": 1, "maximum": 200, "default": 25}
        ),
        parameter("after", "Cursor of the page: `next` of the page before.", {"type": "string"}),
    ]
    if shape.has_bin:
        found.append(parameter("bin", "1 lists the bin.", {"type": "string", "enum": ["0", "1"]}))
    for name, described in shape.filters.items():
        found.extend(_filter(name, operator, described) for operator in operators_of(described))
    return found


def _filter(name: str, operator: str, described: Field) -> Json:
    label = f"{described.label} {operator}"
    if operator == "empty":
        return parameter(f"f.{name}.empty", label, {"type": "string", "enum": ["0", "1"]})
    if operator == "within":
        return parameter(f"f.{name}.within", label, {"type": "string", "enum": list(PERIODS)})
    schema = _plain_schema(described)
    schema.pop("example", None)
    if operator == "between":
        return parameter(
            f"f.{name}.between",
            str(_l("%(label)s: two values divided by “..”", label=label)),
            {"type": "string"},
        )
    if operator in SEVERAL and described.kind in {Kind.CHOICE, Kind.RELATION}:
        several = {"type": "array", "items": schema, "maxItems": 50}
        return parameter(f"f.{name}.{operator}", label, several, style="form", explode=False)
    return parameter(f"f.{name}.{operator}", label, schema)


# -- the resource that serves it ----------------------------------------------------------------------


class OpenApiResource(BaseApi):
    """The description itself; made once per language, because it depends on nothing else."""

    resource_name = "_openapi"
    version = "v1"
    allow_browser_login = False
    class_permission_name = "OpenApi"
    _texts: ClassVar[dict[str, str]] = {}

    @expose("", methods=["GET"])
    @protect()
    def get(self) -> Response:
        """Answer the OpenAPI 3 description of all resources."""
        locale = str(get_locale())
        if locale not in self._texts:
            self._texts[locale] = json.dumps(specification(), ensure_ascii=False)
        return Response(self._texts[locale], content_type="application/json")

    def add_api_spec(self, api_spec: APISpec) -> None:
        """Describe this address too."""
        add_components(api_spec)
        answers = {"200": answer("OpenAPI 3", {"type": "object"}), **errors()}
        content = operation("OpenApi", "get", summary="This description", answers=answers)
        api_spec.path(path=self.route_base, operations={"get": content})


def specification() -> Json:
    """Return the description of every registered resource of version 1, in the language of the request."""
    spec = APISpec(
        title=current_app.config["APP_NAME"], version="v1", openapi_version="3.0.3", servers=[{"url": "/"}]
    )
    for view in current_app.extensions["portal_builder"].baseviews:
        if isinstance(view, BaseApi) and view.version == "v1":
            view.add_api_spec(spec)
    found: Json = spec.to_dict()
    return found
