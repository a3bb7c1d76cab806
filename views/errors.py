"""From an error to an answer: a refusal keeps its sentence and its status, a bug is a logged 500.

The REST interface answers in JSON with the refusal's code, pages in HTML. What is denied is written
to the audit trail after the refused transaction has been rolled back (R090).
"""

import logging
from typing import Any

from flask import Flask, Response, flash, g, jsonify, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, SecurityError

from app.audit.chain import record_refusal
from app.core.actor import current_actor
from app.core.db import db
from app.core.errors import Conflict, NotAllowed, RuleViolation, WrongState
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l

log = logging.getLogger(__name__)

_LOGGED = (NotAllowed, WrongState, Conflict)
_SENTENCES = {
    400: _l("The request was malformed."),
    401: _l("Log in first."),
    403: _l("Your role does not allow this."),
    404: _l("There is nothing here, or it is not yours to see."),
    405: _l("This address does not take this kind of request."),
    413: _l("The file or the form is too large."),
    421: _l("The portal is not called by this name; the setting YINGCE_TRUSTED_HOSTS lists its names."),
    429: _l("Too many tries. Wait a minute."),
    503: _l("The database is not reachable just now. Try again in a moment."),
}


def log_refusal(refusal: RuleViolation, *, record_type: str | None = None, record_id: Any = None) -> None:
    """Write a denied attempt to the audit trail, in a transaction of its own."""
    if not isinstance(refusal, _LOGGED):
        return
    db.session.rollback()
    record_refusal(
        current_actor(),
        action=request.endpoint or request.path,
        record_type=record_type,
        record_id=None if record_id is None else str(record_id),
        code=refusal.code,
        reason=str(refusal.message),
    )


def wants_json() -> bool:
    """Whether the caller is a program."""
    return request.path.startswith("/api/")


def answer(status: int, code: str, message: Any, details: dict[str, Any] | None = None) -> tuple[Any, int]:
    """Return the error as JSON or as a page."""
    if wants_json():
        body = {
            "code": code,
            "message": str(message),
            "details": details or {},
            "request_id": g.get("request_id"),
        }
        return jsonify(body), status
    return render_template("error.html", status=status, code=code, message=message), status


def _refused(refusal: RuleViolation) -> tuple[Any, int]:
    db.session.rollback()
    view_args = request.view_args or {}
    log_refusal(refusal, record_id=view_args.get("pk") or view_args.get("key"))
    details = {**refusal.details, **({"field": refusal.field} if refusal.field else {})}
    return answer(refusal.http_status, refusal.code, refusal.message, details)


def _http(problem: HTTPException) -> Any:
    if isinstance(
        problem, SecurityError
    ):  # without a trusted name there are no addresses to draw a page with
        return Response(str(_SENTENCES[421]), 400, content_type="text/plain; charset=utf-8")
    if problem.response is not None or problem.code is None or problem.code < 400:
        return problem
    if problem.code == 403 and current_actor().user_id not in {None, -1}:
        db.session.rollback()
        record_refusal(current_actor(), action=request.endpoint or request.path, record_type=None,
                       record_id=None, code="no-right", reason="no-right")  # fmt: skip
    sentence = _SENTENCES.get(problem.code, problem.description)
    body, status = answer(problem.code, (problem.name or "error").lower().replace(" ", "-"), sentence)
    allowed = [(name, value) for name, value in problem.get_headers() if name in {"Allow", "Retry-After"}]
    return body, status, allowed


def _csrf(problem: CSRFError) -> Any:
    can_come_back = request.url_rule is not None and "GET" in (request.url_rule.methods or ())
    is_inside = not (request.endpoint or "").startswith("SessionView.")
    if not wants_json() and can_come_back and is_inside and current_actor().user_id in {None, -1}:
        flash(_("Your log-in has ended. Log in again; what you typed waits in the form."), "warning")
        return redirect(url_for("SessionView.login", next=request.full_path.rstrip("?")))
    return answer(400, "csrf", _("The form has expired. Go back, reload the page and send it again."))


def _stale(_problem: StaleDataError) -> tuple[Any, int]:
    return _refused(Conflict(_l("Somebody else changed this record. Your changes were not saved.")))


def _unreachable(problem: OperationalError) -> Any:
    db.session.rollback()
    log.error("database not reachable: %s", type(problem.orig).__name__)
    body, status = answer(503, "database-unreachable", _SENTENCES[503])
    return body, status, {"Retry-After": "2"}


def _bug(problem: Exception) -> Any:
    db.session.rollback()
    log.error("unhandled error in %s", request.endpoint, exc_info=problem)
    return answer(
        500,
        "internal-error",
        _("An error on our side. It was logged under number %(id)s.", id=g.get("request_id")),
    )


def install(app: Flask) -> None:
    """Register the error answers."""
    app.register_error_handler(RuleViolation, _refused)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(StaleDataError, _stale)
    app.register_error_handler(OperationalError, _unreachable)
    if not app.testing:
        app.register_error_handler(Exception, _bug)
