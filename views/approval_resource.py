"""Approvals in JSON: the boxes of one person, an approval with its trail, and the verbs (R041-R047, R092).

A decision names the digest of the content that the caller saw; the verbs and their refusals are those of
`app.services.approvals`, the same as behind the pages.
"""

from collections.abc import Callable, Mapping
from secrets import token_hex
from typing import Any, NoReturn

from apispec import APISpec
from flask import Response, abort, request, url_for
from flask_appbuilder.api import BaseApi, expose
from flask_appbuilder.security.decorators import protect
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from app.approvals.actions import Outcome
from app.approvals.registry import type_named
from app.core.actor import current_actor
from app.core.db import db, unit_of_work
from app.core.errors import BadInput, RuleViolation
from app.core.i18n import lazy_gettext as _l
from app.services import approvals
from models.approvals import ApprovalInstance, Assignment, AssignmentState
from views.approval_json import BOXES, DECIDE, NULLABLE, SCHEMAS, SUBMIT, WITHDRAW, brief, whole
from views.approval_panel import ApprovableScreen
from views.fields import Field
from views.interface import row_key
from views.listing import MAX_OFFSET, whole_number
from views.openapi import (
    KEY,
    Json,
    add_components,
    answer,
    body_schema,
    errors,
    json_content,
    operation,
    parameter,
)
from views.refusals import refusal_of
from views.resource_codec import decode, json_answer, read_object

_QUERY = frozenset({"box", "page", "size"})
_LARGEST = 200
Values = dict[str, Any]


_SUMMARIES = {
    "approve": _l("Approve"),
    "reject": _l("Reject"),
    "return": _l("Return"),
    "withdraw": _l("Withdraw"),
}


class ApprovalApi(BaseApi):
    """Approval as a program sees it; the rights are those of the approval pages and of the record's screen."""

    resource_name = "approvals"
    version = "v1"
    allow_browser_login = False
    class_permission_name = "ApprovalView"
    method_permission_name = {
        "get_list": "inbox",
        "get": "inbox",
        "approve": "decide",
        "reject": "decide",
        "return_": "decide",
        "submit": "submit",
        "withdraw": "submit",
    }

    def response_403(self) -> NoReturn:
        """Answer a missing right as every other refusal."""
        abort(403)

    # -- read --------------------------------------------------------------------------------------

    @expose("", methods=["GET"])
    @protect()
    def get_list(self) -> Response:
        """Answer a page of one's inbox (oldest first), of what one decided or submitted (newest first)."""
        box, size, offset = _page()
        me = current_actor().employee_id
        if me is None:
            return json_answer({"result": [], "count": 0})
        if box == "submitted":
            found = [brief(one) for one in approvals.submitted(me, limit=size, offset=offset)]
            return json_answer({"result": found, "count": approvals.count(approvals.submitted_query(me))})
        read, query = (
            (approvals.inbox, approvals.inbox_query)
            if box == "inbox"
            else (approvals.decided, approvals.decided_query)
        )
        found = [brief(one.instance, one) for one in read(me, limit=size, offset=offset)]
        return json_answer({"result": found, "count": approvals.count(query(me))})

    @expose("/<pk>", methods=["GET"])
    @protect()
    def get(self, pk: str) -> Response:
        """Answer one approval with its document, steps and log, to its parties and to who may see the record."""
        instance, record = self._find(pk)
        return json_answer({"result": whole(current_actor(), instance, record)})

    def _find(self, pk: str) -> tuple[ApprovalInstance, Any]:
        number = row_key(pk)
        instance: ApprovalInstance | None = None
        if number is not None:
            loaded = select(ApprovalInstance).options(joinedload(ApprovalInstance.submitter))
            instance = db.session.scalar(loaded.where(ApprovalInstance.id == number))
        if instance is None:
            abort(404)
        record = db.session.get(type_named(instance.record_type).model, instance.record_id)
        if record is None or not self._may_see(instance, record):
            abort(404)
        return instance, record

    def _may_see(self, instance: ApprovalInstance, record: Any) -> bool:
        actor = current_actor()
        if actor.employee_id is not None and instance.submitter_id == actor.employee_id:
            return True
        if approvals.is_party(actor, record=record):
            return True
        screen = self._screens().get(instance.record_type)
        return (
            screen is not None and screen.may("show") and screen.datamodel.find(actor, record.id) is not None
        )

    def _screens(self) -> dict[str, ApprovableScreen]:
        screens = [view for view in self.appbuilder.baseviews if isinstance(view, ApprovableScreen)]
        return {str(screen.datamodel.obj.__tablename__): screen for screen in screens}

    # -- verbs -------------------------------------------------------------------------------------

    @expose("", methods=["POST"])
    @protect()
    def submit(self) -> Response:
        """Put a record into review; the first approver follows from the organisation of today."""
        values = _body(SUBMIT)
        screen = self._screens().get(values["record_type"])
        if screen is None:
            message = _l("Records of this kind are not approved.")
            raise RuleViolation("not-approvable", message, field="record_type")
        if not screen.may("submit"):
            abort(403)
        record = screen.datamodel.find(current_actor(), values["record_id"])
        if record is None:
            raise RuleViolation("unknown-reference", _l("There is no such record."), field="record_id")

        def command() -> Outcome:
            return approvals.submit(current_actor(), record=record, **_said(values))

        outcome = _carry_out(command)
        number = outcome.instance.id
        location = url_for(f"{type(self).__name__}.get", pk=number)
        return self._answer(outcome, 200 if outcome.is_repeat else 201, {"Location": location})

    @expose("/<pk>/approve", methods=["POST"])
    @protect()
    def approve(self, pk: str) -> Response:
        """Agree to the content that was seen."""
        return self._decide(pk, approvals.approve)

    @expose("/<pk>/reject", methods=["POST"])
    @protect()
    def reject(self, pk: str) -> Response:
        """Refuse for good, with a reason."""
        return self._decide(pk, approvals.reject)

    @expose("/<pk>/return", methods=["POST"])
    @protect()
    def return_(self, pk: str) -> Response:
        """Give it back to be changed, with a reason."""
        return self._decide(pk, approvals.return_to_submitter)

    @expose("/<pk>/withdraw", methods=["POST"])
    @protect()
    def withdraw(self, pk: str) -> Response:
        """Take one's own submission back."""
        values = _body(WITHDRAW)
        instance, _record = self._find(pk)
        number = instance.id
        outcome = _carry_out(lambda: approvals.withdraw(current_actor(), instance_id=number, **_said(values)))
        return self._answer(outcome)

    def _decide(self, pk: str, verb: Callable[..., Outcome]) -> Response:
        values = _body(DECIDE)
        instance, _record = self._find(pk)
        assignment_id = _assignment_for(instance)
        seen = values["seen_sha256"]
        outcome = _carry_out(
            lambda: verb(current_actor(), assignment_id=assignment_id, seen_sha256=seen, **_said(values))
        )
        return self._answer(outcome)

    def _answer(
        self, outcome: Outcome, status: int = 200, headers: Mapping[str, str] | None = None
    ) -> Response:
        instance = outcome.instance
        record = db.session.get_one(type_named(instance.record_type).model, instance.record_id)
        return json_answer({"result": whole(current_actor(), instance, record)}, status, headers)

    # -- description -------------------------------------------------------------------------------

    def add_api_spec(self, api_spec: APISpec) -> None:
        """Describe the boxes, the approval and the verbs."""
        add_components(api_spec)
        for name, schema in SCHEMAS.items():
            api_spec.components.schema(name, schema)
        listed = {"type": "array", "items": {"$ref": "#/components/schemas/Approval.Listed"}}
        page = _exactly(result=listed, count={"type": "integer", "minimum": 0})
        one = answer("The approval as it now is", _exactly(result={"$ref": "#/components/schemas/Approval"}))
        boxes = parameter(
            "box", "Which approvals.", {"type": "string", "enum": list(BOXES), "default": "inbox"}
        )
        number = {"type": "integer", "minimum": 0, "maximum": MAX_OFFSET}
        pages = parameter("page", "Page, from 0.", number)
        sizes = parameter(
            "size", "Rows of a page.", {"type": "integer", "minimum": 1, "maximum": _LARGEST, "default": 25}
        )
        refused = errors(404, 409, 413, 415, 422)
        operations = {
            "get": operation("Approval", "get_list", summary=str(_l("One's approvals")), parameters=[boxes, pages, sizes],
                             answers={"200": answer("One page", page), **errors()}),
            "post": operation("Approval", "submit", summary=str(_l("Submit a record")), requestBody=_content(SUBMIT),
                              answers={"200": one, "201": one, **refused}),
        }  # fmt: skip
        api_spec.path(path=self.route_base, operations=operations)
        show = operation("Approval", "get", summary=str(_l("One approval")), parameters=[KEY],
                         answers={"200": one, **errors(404)})  # fmt: skip
        api_spec.path(path=f"{self.route_base}/{{pk}}", operations={"get": show})
        for verb, fields in (
            ("approve", DECIDE),
            ("reject", DECIDE),
            ("return", DECIDE),
            ("withdraw", WITHDRAW),
        ):
            content = operation("Approval", verb, summary=str(_SUMMARIES.get(verb, verb)), parameters=[KEY],
                                requestBody=_content(fields), answers={"200": one, **refused})  # fmt: skip
            api_spec.path(path=f"{self.route_base}/{{pk}}/{verb}", operations={"post": content})


def _exactly(**properties: Json) -> Json:
    return {
        "type": "object",
        "required": list(properties),
        "additionalProperties": False,
        "properties": properties,
    }


def _content(fields: Mapping[str, Field]) -> Json:
    required = [name for name, field in fields.items() if field.is_required]
    return {"required": True, "content": json_content(body_schema(fields, NULLABLE, required))}


def _page() -> tuple[str, int, int]:
    for name in request.args:
        if name not in _QUERY:
            raise BadInput("unknown-parameter", _l("The list has no parameter “%(name)s”.", name=name[:60]))
    box = request.args.get("box", "inbox")
    if box not in BOXES:
        raise BadInput("bad-box", _l("Choose inbox, decided or submitted."))
    size = max(whole_number(request.args, "size", default=25, most=_LARGEST), 1)
    page = whole_number(request.args, "page", default=0, most=MAX_OFFSET)
    if page * size > MAX_OFFSET:
        raise BadInput("bad-page", _l("The list has no such page."))
    return box, size, page * size


def _body(fields: Mapping[str, Field]) -> Values:
    required = [name for name, field in fields.items() if field.is_required]
    return decode(read_object(), fields, nullable=NULLABLE, required=required)


def _said(values: Values) -> Values:
    """Return what every verb takes; a caller without a key of his own gets a fresh one."""
    return {"comment": values.get("comment"), "request_key": values.get("request_key") or token_hex(16)}


def _assignment_for(instance: ApprovalInstance) -> int:
    """Return the to-do that a decision is about: one's own newest, else the open one, which the engine refuses."""
    mine = Assignment.assignee_id == current_actor().employee_id
    is_open = Assignment.state == AssignmentState.OPEN.value
    query = select(Assignment.id).where(Assignment.instance_id == instance.id)
    found = db.session.scalar(query.order_by(mine.desc(), is_open.desc(), Assignment.id.desc()).limit(1))
    if found is None:
        abort(404)
    return int(found)


def _carry_out(command: Callable[[], Outcome]) -> Outcome:
    """Run a verb in one transaction; what only the database refuses is a refusal too."""
    try:
        with unit_of_work():
            return command()
    except IntegrityError as problem:
        raise refusal_of(problem) from problem
