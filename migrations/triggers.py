"""What the database itself refuses, on SQLite and on PostgreSQL alike (R015).

- `audit_event`, `approval_event`, `record_snapshot` only grow: no update, delete, truncate, replace.
- `flow_version`: once published, its content stands; it may still be retired, and that is the end.

SQLite's INSERT OR REPLACE deletes without telling the delete triggers, unless recursive triggers
are on. The portal turns them on; a foreign program does not, so each table guards its keys itself.

Whoever owns the database can drop all this; against him stand the checkpoints (`app.audit.checkpoint`).
On PostgreSQL let the portal log in as a role that owns nothing and holds only INSERT and SELECT here.

Violations arrive as `sqlalchemy.exc.IntegrityError` on both databases.
"""

from dataclasses import dataclass

from sqlalchemy import Connection

__all__ = ["create_triggers", "drop_triggers"]


@dataclass(frozen=True, slots=True)
class AppendOnly:
    """A table that only grows; `keys` are its unique keys, which REPLACE would overwrite."""

    table: str
    keys: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Trigger:
    """A trigger of one dialect: its name, its table and the statement that makes it."""

    name: str
    table: str
    ddl: str


APPEND_ONLY = (
    AppendOnly("audit_event", (("seq",), ("hash",))),
    AppendOnly("approval_event", (("id",), ("instance_id", "seq"), ("instance_id", "request_key"))),
    AppendOnly("record_snapshot", (("id",), ("record_type", "record_id", "version_no"))),
)
_FLOW_CONTENT = ("id", "definition_id", "number", "spec", "sha256", "published_at")
"""Columns of a flow version that stand once it is published."""
_STEPS_BACK = (
    "(OLD.state = 'published' AND NEW.state NOT IN ('published', 'retired')) "
    "OR (OLD.state = 'retired' AND NEW.state <> 'retired')"
)
_FLOW_MESSAGE = "a published flow_version never changes"

_POSTGRESQL_FUNCTIONS = (
    (
        "yingce_append_only",
        """
        CREATE OR REPLACE FUNCTION yingce_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION USING ERRCODE = 'restrict_violation', MESSAGE = TG_TABLE_NAME || ' is append-only';
        END $$
        """,
    ),
    (
        "yingce_flow_version",
        f"""
        CREATE OR REPLACE FUNCTION yingce_flow_version() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'DELETE' THEN
                IF OLD.state = 'draft' THEN
                    RETURN OLD;
                END IF;
            ELSIF TG_OP = 'UPDATE' THEN
                IF OLD.state = 'draft' OR NOT (
                    {" OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in _FLOW_CONTENT)}
                    OR {_STEPS_BACK}
                ) THEN
                    RETURN NEW;
                END IF;
            END IF;
            RAISE EXCEPTION USING ERRCODE = 'restrict_violation', MESSAGE = '{_FLOW_MESSAGE}';
        END $$
        """,
    ),
)


def create_triggers(connection: Connection) -> None:
    """Make every trigger, in the connection's transaction; existing ones are replaced."""
    drop_triggers(connection)
    if connection.dialect.name == "postgresql":
        for _name, ddl in _POSTGRESQL_FUNCTIONS:
            connection.exec_driver_sql(ddl)
    for trigger in triggers_of(connection.dialect.name):
        connection.exec_driver_sql(trigger.ddl)


def drop_triggers(connection: Connection) -> None:
    """Remove every trigger, in the connection's transaction; the tables must exist."""
    for trigger in triggers_of(connection.dialect.name):
        of_table = f" ON {trigger.table}" if connection.dialect.name == "postgresql" else ""
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {trigger.name}{of_table}")
    if connection.dialect.name == "postgresql":
        for name, _ddl in _POSTGRESQL_FUNCTIONS:
            connection.exec_driver_sql(f"DROP FUNCTION IF EXISTS {name}()")


def triggers_of(dialect: str) -> tuple[Trigger, ...]:
    """Return the triggers for `sqlite` or `postgresql`."""
    if dialect == "postgresql":
        return (*(_postgresql_append_only(item) for item in APPEND_ONLY), *_postgresql_flow_version())
    return (
        *(trigger for item in APPEND_ONLY for trigger in _sqlite_append_only(item)),
        *_sqlite_flow_version(),
    )


def _postgresql_append_only(item: AppendOnly) -> Trigger:
    name = f"{item.table}_append_only"
    return Trigger(
        name,
        item.table,
        f"CREATE TRIGGER {name} BEFORE UPDATE OR DELETE OR TRUNCATE ON {item.table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION yingce_append_only()",
    )


def _postgresql_flow_version() -> tuple[Trigger, ...]:
    return (
        Trigger(
            "flow_version_published",
            "flow_version",
            "CREATE TRIGGER flow_version_published BEFORE UPDATE OR DELETE ON flow_version "
            "FOR EACH ROW EXECUTE FUNCTION yingce_flow_version()",
        ),
        Trigger(
            "flow_version_no_truncate",
            "flow_version",
            "CREATE TRIGGER flow_version_no_truncate BEFORE TRUNCATE ON flow_version "
            "FOR EACH STATEMENT EXECUTE FUNCTION yingce_flow_version()",
        ),
    )


def _sqlite_append_only(item: AppendOnly) -> tuple[Trigger, ...]:
    message = f"{item.table} is append-only"
    same = " OR ".join(
        "(" + " AND ".join(f"{column} = NEW.{column}" for column in key) + ")" for key in item.keys
    )
    return (
        _sqlite(f"{item.table}_no_update", "UPDATE", item.table, message),
        _sqlite(f"{item.table}_no_delete", "DELETE", item.table, message),
        _sqlite(
            f"{item.table}_no_replace",
            "INSERT",
            item.table,
            message,
            when=_exists(item.table, same),
        ),
    )


def _sqlite_flow_version() -> tuple[Trigger, ...]:
    table = "flow_version"
    changed = " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in _FLOW_CONTENT)
    # REPLACE removes every row that collides with one of the unique keys.
    collides = (
        "state <> 'draft' AND (id = NEW.id OR (definition_id = NEW.definition_id AND "
        "(number = NEW.number OR (state = 'published' AND NEW.state = 'published'))))"
    )
    return (
        _sqlite(
            f"{table}_no_update",
            "UPDATE",
            table,
            _FLOW_MESSAGE,
            when=f"OLD.state <> 'draft' AND ({changed} OR {_STEPS_BACK})",
        ),
        _sqlite(
            f"{table}_no_overwrite",
            "UPDATE",
            table,
            _FLOW_MESSAGE,
            when=_exists(table, f"id <> OLD.id AND {collides}"),
        ),
        _sqlite(f"{table}_no_delete", "DELETE", table, _FLOW_MESSAGE, when="OLD.state <> 'draft'"),
        _sqlite(
            f"{table}_no_replace",
            "INSERT",
            table,
            _FLOW_MESSAGE,
            when=_exists(table, collides),
        ),
    )


def _exists(table: str, condition: str) -> str:
    return f"EXISTS (SELECT 1 FROM {table} WHERE {condition})"  # noqa: S608  constants of this module only


def _sqlite(name: str, verb: str, table: str, message: str, *, when: str | None = None) -> Trigger:
    condition = f" WHEN {when}" if when else ""
    body = f"SELECT RAISE(ABORT, '{message}');"
    return Trigger(name, table, f"CREATE TRIGGER {name} BEFORE {verb} ON {table}{condition} BEGIN {body} END")
