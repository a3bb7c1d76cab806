"""The lock of a record under approval, below every screen, API and import: in the session itself.

While a record is locked, no flush and no bulk statement of a session may change its content, its
lines, or put it into the bin; its status and its proof of approval are moved by the engine only,
locked or not. What may change at any time: counters and progress (`app.approvals.content`).

An edit takes the row lock of the record before it looks at the status, and so does a submission, so
that neither can slip past the other.

Not seen: the session's old `bulk_*` methods and SQL sent past the session, which nobody here uses;
a decision compares the stored content with the snapshot all the same.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event, inspect, select
from sqlalchemy.orm import Session, UOWTransaction, scoped_session, sessionmaker
from sqlalchemy.orm.attributes import get_history
from sqlalchemy.orm.base import PASSIVE_NO_INITIALIZE

from app.approvals.bulk_lock import guard_statement
from app.approvals.content import PROOF, is_approvable, line_content, parent_of, record_content
from app.approvals.refusals import RecordLocked, status_is_engines
from models.approvable import EDITABLE, ApprovalStatus

_FLAG = "approval_engine_writes"
SessionSource = type[Session] | sessionmaker[Any] | scoped_session[Any]
Targets = dict[Any, set[int]]
"""Record class → keys of the records whose content somebody is about to change."""


def install(source: SessionSource) -> None:
    """Hang the lock onto every session of `source`; calling it again does nothing."""
    if isinstance(source, scoped_session):
        source = source.session_factory
    session_class: type[Session] = source.class_ if isinstance(source, sessionmaker) else source
    if event.contains(session_class, "before_flush", _before_flush):
        return
    event.listen(session_class, "before_flush", _before_flush)
    event.listen(session_class, "do_orm_execute", guard_statement)


@contextmanager
def engine_writes(session: Session) -> Iterator[None]:
    """Let the engine (and a service that closes or supersedes a record) write status, proof and content.

    What was pending before is flushed first, under the lock, so that nobody's edit slips through.
    """
    session.flush()
    session.info[_FLAG] = session.info.get(_FLAG, 0) + 1
    try:
        yield
        session.flush()
    finally:
        session.info[_FLAG] -= 1


def is_engine(session: Session) -> bool:
    """Whether the session is inside `engine_writes`."""
    return bool(session.info.get(_FLAG, 0))


def _before_flush(session: Session, _context: UOWTransaction, _instances: object) -> None:
    if is_engine(session):
        return
    targets: Targets = {}
    for row in session.new:
        _look_at(row, targets, is_new=True)
    for row in session.dirty:
        _look_at(row, targets)
    for row in session.deleted:
        _look_at(row, targets, is_deleted=True)
    for model in sorted(targets, key=lambda found: str(found.__tablename__)):
        _refuse_locked(session, model, targets[model])


def _look_at(row: Any, targets: Targets, *, is_new: bool = False, is_deleted: bool = False) -> None:
    model: Any = type(row)
    if is_approvable(model):
        _look_at_record(row, model, targets, is_new=is_new, is_deleted=is_deleted)
        return
    parent = parent_of(model)
    if parent is None or not (is_new or is_deleted or _changes(row, line_content(model))):
        return
    found = {getattr(row, parent.parent_key), *_old_values(row, parent.parent_key)}
    relation = getattr(row, model.__locked_with__) if is_new else None
    if relation is not None:
        found.add(relation.id)
    targets.setdefault(parent.model, set()).update(key for key in found if key is not None)


def _look_at_record(row: Any, model: Any, targets: Targets, *, is_new: bool, is_deleted: bool) -> None:
    if is_new:
        if row.status not in (None, ApprovalStatus.DRAFT.value):
            raise status_is_engines(record_type=model.__tablename__)
        return
    if not is_deleted and _changes(row, PROOF):
        raise status_is_engines(record_type=model.__tablename__, record_id=row.id)
    if is_deleted or _changes(row, record_content(model)):
        targets.setdefault(model, set()).add(row.id)


def _changes(row: Any, names: Iterable[str]) -> bool:
    touched = inspect(row).committed_state
    return any(
        name in touched and get_history(row, name, PASSIVE_NO_INITIALIZE).has_changes()
        for name in _with_relations(row, names)
    )


def _with_relations(row: Any, names: Iterable[str]) -> Iterator[str]:
    """Yield the columns and the relationships whose assignment the flush turns into those columns."""
    wanted = set(names)
    yield from wanted
    mapper = inspect(row).mapper
    for key, relation in mapper.relationships.items():
        if not relation.uselist and any(
            mapper.get_property_by_column(column).key in wanted for column in relation.local_columns
        ):
            yield key


def _old_values(row: Any, name: str) -> Iterable[Any]:
    return get_history(row, name, PASSIVE_NO_INITIALIZE).deleted or ()


def _refuse_locked(session: Session, model: Any, keys: set[int]) -> None:
    if not keys:
        return
    query = (
        select(model.id, model.status)
        .where(model.id.in_(keys))
        .order_by(model.id)
        .with_for_update(key_share=True)
    )
    connection = session.connection(bind_arguments={"mapper": inspect(model)})
    for key, status in connection.execute(query):
        if status not in EDITABLE:
            raise RecordLocked(record_type=model.__tablename__, record_id=key)
