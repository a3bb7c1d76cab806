"""Making and publishing definitions: a published version carries its digest and never changes again."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.approvals.checks import Finding, check
from app.approvals.refusals import definition_invalid
from app.approvals.registry import type_named
from app.approvals.spec import spec_json
from app.audit.canonical import digest_of, normal_form
from app.core.clock import utc_now
from app.core.errors import WrongState
from app.core.i18n import lazy_gettext as _l
from models.approvals import FlowDefinition, FlowVersion, FlowVersionState


def draft(session: Session, definition: FlowDefinition, spec: dict[str, Any]) -> FlowVersion:
    """Add a draft with the next number."""
    session.flush()
    last = session.scalar(
        select(func.max(FlowVersion.number)).where(FlowVersion.definition_id == definition.id)
    )
    version = FlowVersion(definition=definition, number=(last or 0) + 1, spec=normal_form(spec))
    session.add(version)
    return version


def findings_of(version: FlowVersion) -> list[Finding]:
    """Return why a version cannot be published; empty when it can."""
    return check(version.spec, type_named(version.definition.record_type).schema)[1]


def publish(session: Session, version: FlowVersion) -> FlowVersion:
    """Publish a draft; the version published so far is retired. Running approvals keep theirs.

    Raises:
        WrongState: the version is no draft.
        RuleViolation: `definition-invalid`, the details name each step and place.
    """
    if version.state not in (None, FlowVersionState.DRAFT.value):
        raise WrongState("not-a-draft", _l("Only a draft can be published."))
    spec, findings = check(version.spec, type_named(version.definition.record_type).schema)
    if spec is None or findings:
        raise definition_invalid(findings)
    session.flush()
    published = session.scalars(
        select(FlowVersion).filter_by(
            definition_id=version.definition_id, state=FlowVersionState.PUBLISHED.value
        )
    )
    for former in published:
        former.state = FlowVersionState.RETIRED.value
    session.flush()  # at most one published version, also between two statements
    version.spec = normal_form(spec_json(spec))
    version.sha256 = digest_of(version.spec)
    version.published_at = utc_now()
    version.state = FlowVersionState.PUBLISHED.value
    session.flush()
    return version
