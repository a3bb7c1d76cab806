"""The token door: log in, refresh and log out by JSON; a token lives no longer than its session on the server.

It replaces the framework's door, which answers unexpected input with a text of its own and a 500.
"""

from typing import Any

from apispec import APISpec
from flask import Flask, Response
from flask_appbuilder.api import BaseApi, expose
from flask_jwt_extended import (
    create_access_token,
    create_refresh_token,
    get_jwt,
    get_jwt_identity,
    verify_jwt_in_request,
)

from app.core.db import unit_of_work
from app.core.errors import RuleViolation
from app.core.i18n import lazy_gettext as _l
from app.security.sessions import end_session
from views import errors
from views.fields import Field, Kind
from views.log_in_limit import log_in_limit
from views.openapi import Json, add_components, answer, body_schema, json_content, operation
from views.openapi import errors as error_answers
from views.resource_codec import decode, json_answer, read_object

_REQUIRED = ["username", "password"]
_FIELDS = {
    "username": Field("username", Kind.TEXT, _l("User name"), None, is_required=True, max_length=64),
    "password": Field("password", Kind.TEXT, _l("Password"), None, is_required=True, max_length=256),
    "refresh": Field("refresh", Kind.BOOLEAN, _l("With a refresh token"), None, is_required=False),
}


class WrongLogIn(RuleViolation):
    """The name or the password is wrong, too many tries for this account, or the password is not yet one's own."""

    http_status = 401


class TokenApi(BaseApi):
    """Tokens of the REST interface."""

    resource_name = "security"
    version = "v1"
    limits = [log_in_limit("TokenApi.login")]

    @expose("/login", methods=["POST"])
    def login(self) -> Response:
        """Answer an access token, and on request a refresh token, for a name and a password."""
        body = read_object()
        values = decode(body, _FIELDS, nullable=frozenset(), required=_REQUIRED)
        user = self.appbuilder.sm.auth_user_db(
            values["username"], body["password"]
        )  # spaces belong to a password
        if user is None:
            raise WrongLogIn(
                "wrong-log-in", _l("The name or the password is wrong, or there were too many tries.")
            )
        if user.must_change_password:
            message = _l("Somebody else chose your password. Choose your own in the portal first.")
            raise WrongLogIn("password-change-needed", message)
        identity = str(user.id)
        tokens = {"access_token": create_access_token(identity=identity, fresh=True)}
        if values.get("refresh"):
            tokens["refresh_token"] = create_refresh_token(identity=identity)
        return json_answer(tokens)

    @expose("/refresh", methods=["POST"])
    def refresh(self) -> Response:
        """Answer a new access token for a refresh token."""
        verify_jwt_in_request(refresh=True)
        return json_answer({"access_token": create_access_token(identity=get_jwt_identity(), fresh=False)})

    @expose("/logout", methods=["POST"])
    def logout(self) -> Response:
        """End the session of the token: it and its refresh token are refused from now on."""
        verify_jwt_in_request()
        with unit_of_work() as unit:
            end_session(unit, get_jwt()["sid"])
        return Response(status=204)

    def add_api_spec(self, api_spec: APISpec) -> None:
        """Describe the door."""
        add_components(api_spec)
        token = {"type": "string"}
        both: Json = {"type": "object", "required": ["access_token"], "additionalProperties": False,
                      "properties": {"access_token": token, "refresh_token": token}}  # fmt: skip
        body = {"required": True, "content": json_content(body_schema(_FIELDS, frozenset(), _REQUIRED))}
        log_in = operation("Security", "login", summary="Log in", requestBody=body,
                           answers={"200": answer("Tokens", both), **error_answers(413, 415, 422, 429)})  # fmt: skip
        log_in["security"] = []
        refresh = operation("Security", "refresh", summary="New access token for a refresh token",
                            answers={"200": answer("Token", both), **error_answers()})  # fmt: skip
        log_out = operation("Security", "logout", summary="End the session",
                            answers={"204": {"description": "Ended"}, **error_answers()})  # fmt: skip
        for name, content in (("login", log_in), ("refresh", refresh), ("logout", log_out)):
            api_spec.path(path=f"{self.route_base}/{name}", operations={"post": content})


def install(app: Flask) -> None:
    """Answer a missing, broken or ended token in the portal's form of an error, always with 401."""
    manager = app.extensions["flask-jwt-extended"]

    def refuse(*_facts: Any) -> tuple[Any, int, dict[str, str]]:
        body, status = errors.answer(401, "no-token", _l("Send a valid access token: log in, or refresh it."))
        return body, status, {"WWW-Authenticate": "Bearer"}

    for register in (
        manager.unauthorized_loader,
        manager.invalid_token_loader,
        manager.expired_token_loader,
        manager.revoked_token_loader,
        manager.user_lookup_error_loader,
        manager.token_verification_failed_loader,
        manager.needs_fresh_token_loader,
    ):
        register(refuse)
