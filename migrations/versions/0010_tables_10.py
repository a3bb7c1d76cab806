"""Tables, part 10 of 10: reward_penalty to reward_penalty.

Revision: 0010
Follows: 0009
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "reward_penalty",
        sa.Column("appraisal_id", sa.Integer(), nullable=False),
        sa.Column("level_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("employee_id", sa.Integer(), nullable=True),
        sa.Column("recipient_department_id", sa.Integer(), nullable=True),
        sa.Column("content", sa.String(length=300), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("currency_code", sa.String(length=3), nullable=False),
        sa.Column("appeal_until", sa.Date(), nullable=True),
        sa.Column("executed_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("custom_data", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_sha256", sa.String(length=64), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("content <> ''", name=op.f("ck_reward_penalty_content")),
        sa.CheckConstraint(
            "executed_on IS NULL OR (status IN ('in_force', 'closed') AND (kind = 'reward' OR (appeal_until IS NOT NULL AND executed_on > appeal_until)))",
            name=op.f("ck_reward_penalty_executed_after_appeal"),
        ),
        sa.CheckConstraint(
            "kind <> 'penalty' OR appeal_until IS NOT NULL",
            name=op.f("ck_reward_penalty_penalty_needs_appeal"),
        ),
        sa.CheckConstraint(
            "kind IS NOT NULL AND kind IN ('reward', 'penalty')", name=op.f("ck_reward_penalty_kind")
        ),
        sa.CheckConstraint(
            "status IS NOT NULL AND status IN ('draft', 'in_review', 'returned', 'withdrawn', 'rejected', 'in_force', 'closed', 'superseded')",
            name=op.f("ck_reward_penalty_status"),
        ),
        sa.CheckConstraint(
            "status NOT IN ('in_force', 'closed', 'superseded') OR (approved_at IS NOT NULL AND approved_sha256 IS NOT NULL)",
            name=op.f("ck_reward_penalty_approved_needs_proof"),
        ),
        sa.CheckConstraint(
            "(employee_id IS NULL) <> (recipient_department_id IS NULL)",
            name=op.f("ck_reward_penalty_one_recipient"),
        ),
        sa.CheckConstraint("amount IS NULL OR amount > 0", name=op.f("ck_reward_penalty_amount")),
        sa.CheckConstraint(
            "employee_id IS NULL OR employee_id <> owner_id", name=op.f("ck_reward_penalty_not_for_oneself")
        ),
        sa.CheckConstraint("length(currency_code) = 3", name=op.f("ck_reward_penalty_currency")),
        sa.ForeignKeyConstraint(
            ["appraisal_id", "level_id"],
            ["appraisal.id", "appraisal.confirmed_level_id"],
            name=op.f("fk_reward_penalty_appraisal_id_level_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["appraisal_id"],
            ["appraisal.id"],
            name=op.f("fk_reward_penalty_appraisal_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["changed_by_id"],
            ["ab_user.id"],
            name=op.f("fk_reward_penalty_changed_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["ab_user.id"],
            name=op.f("fk_reward_penalty_created_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["department.id"],
            name=op.f("fk_reward_penalty_department_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["employee_id"], ["employee.id"], name=op.f("fk_reward_penalty_employee_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["level_id", "kind"],
            ["appraisal_level.id", "appraisal_level.consequence"],
            name=op.f("fk_reward_penalty_level_id_kind"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["employee.id"], name=op.f("fk_reward_penalty_owner_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["recipient_department_id"],
            ["department.id"],
            name=op.f("fk_reward_penalty_recipient_department_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reward_penalty")),
        sa.UniqueConstraint("code", name=op.f("uq_reward_penalty_code")),
    )
    op.create_index(
        "ix_reward_penalty_alive",
        "reward_penalty",
        ["id"],
        unique=False,
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index("ix_reward_penalty_appraisal_id", "reward_penalty", ["appraisal_id"], unique=False)
    op.create_index("ix_reward_penalty_department_id", "reward_penalty", ["department_id"], unique=False)
    op.create_index("ix_reward_penalty_employee_id", "reward_penalty", ["employee_id"], unique=False)
    op.create_index("ix_reward_penalty_level_id", "reward_penalty", ["level_id"], unique=False)
    op.create_index("ix_reward_penalty_owner_id", "reward_penalty", ["owner_id"], unique=False)
    op.create_index(
        "ix_reward_penalty_recipient_department_id",
        "reward_penalty",
        ["recipient_department_id"],
        unique=False,
    )
    op.create_index("ix_reward_penalty_status_id", "reward_penalty", ["status", "id"], unique=False)
    op.create_index(
        "uq_reward_penalty_department",
        "reward_penalty",
        ["appraisal_id", "recipient_department_id", "content"],
        unique=True,
        sqlite_where=sa.text("deleted_at IS NULL AND recipient_department_id IS NOT NULL"),
        postgresql_where=sa.text("deleted_at IS NULL AND recipient_department_id IS NOT NULL"),
    )
    op.create_index(
        "uq_reward_penalty_recipient",
        "reward_penalty",
        ["appraisal_id", "employee_id", "content"],
        unique=True,
        sqlite_where=sa.text("deleted_at IS NULL AND employee_id IS NOT NULL"),
        postgresql_where=sa.text("deleted_at IS NULL AND employee_id IS NOT NULL"),
    )


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("reward_penalty")
