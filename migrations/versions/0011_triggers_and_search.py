"""Circular references, append-only triggers and the search indexes.

Revision: 0011
Follows: 0010
"""

from alembic import op
from sqlalchemy import inspect

from app.search.index import create_search, drop_search, searched_models
from migrations.triggers import create_triggers, drop_triggers

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

CIRCULAR = (
    ("fk_ab_user_partner_id", "ab_user", "partner", ["partner_id"], ["id"]),
    ("fk_department_leader_id", "department", "employee", ["leader_id"], ["id"]),
)
"""References between tables that point to each other; SQLite has them in the tables, because it cannot add any."""


def upgrade() -> None:
    """Add what needs all tables to be there."""
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        for name, table, target, columns, keys in CIRCULAR:
            op.create_foreign_key(name, table, target, columns, keys, ondelete="RESTRICT")
    create_triggers(connection)
    present = set(inspect(connection).get_table_names())
    create_search(
        connection, [model.__table__ for model in searched_models() if model.__tablename__ in present]
    )


def downgrade() -> None:
    """Take it away again."""
    connection = op.get_bind()
    drop_search(connection)
    drop_triggers(connection)
    if connection.dialect.name == "postgresql":
        for name, table, _target, _columns, _keys in CIRCULAR:
            op.drop_constraint(name, table, type_="foreignkey")
