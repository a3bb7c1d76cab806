"""Tables, part 6 of 10: product_cost to customer_need.

Revision: 0006
Follows: 0005
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "product_cost",
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("cost_amount", sa.BigInteger(), nullable=False),
        sa.Column("currency_code", sa.String(length=3), nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("custom_data", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("cost_amount > 0", name=op.f("ck_product_cost_cost")),
        sa.CheckConstraint("length(currency_code) = 3", name=op.f("ck_product_cost_currency")),
        sa.ForeignKeyConstraint(
            ["changed_by_id"], ["ab_user.id"], name=op.f("fk_product_cost_changed_by_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["ab_user.id"], name=op.f("fk_product_cost_created_by_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_product_cost_product_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_cost")),
        sa.UniqueConstraint("product_id", "valid_from", name=op.f("uq_product_cost_product_id_valid_from")),
    )
    op.create_table(
        "sourcing_event",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("organiser", sa.String(length=120), nullable=True),
        sa.Column("place", sa.String(length=120), nullable=True),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("cost_amount", sa.BigInteger(), nullable=False),
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
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IS NOT NULL AND kind IN ('exhibition', 'association', 'referral')",
            name=op.f("ck_sourcing_event_kind"),
        ),
        sa.CheckConstraint("cost_amount >= 0", name=op.f("ck_sourcing_event_cost")),
        sa.CheckConstraint("ended_on IS NULL OR ended_on >= held_on", name=op.f("ck_sourcing_event_dates")),
        sa.ForeignKeyConstraint(
            ["changed_by_id"],
            ["ab_user.id"],
            name=op.f("fk_sourcing_event_changed_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["ab_user.id"],
            name=op.f("fk_sourcing_event_created_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["department.id"],
            name=op.f("fk_sourcing_event_department_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["employee.id"], name=op.f("fk_sourcing_event_owner_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sourcing_event")),
        sa.UniqueConstraint("code", name=op.f("uq_sourcing_event_code")),
    )
    op.create_index(
        "ix_sourcing_event_alive",
        "sourcing_event",
        ["id"],
        unique=False,
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index("ix_sourcing_event_department_id", "sourcing_event", ["department_id"], unique=False)
    op.create_index("ix_sourcing_event_held_on_id", "sourcing_event", ["held_on", "id"], unique=False)
    op.create_index("ix_sourcing_event_owner_id", "sourcing_event", ["owner_id"], unique=False)
    op.create_table(
        "activity",
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("activity_type", sa.String(length=12), nullable=False),
        sa.Column("theme", sa.String(length=200), nullable=True),
        sa.Column("form", sa.String(length=8), nullable=True),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("start_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("end_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("budget_amount", sa.BigInteger(), nullable=True),
        sa.Column("currency_code", sa.String(length=3), nullable=False),
        sa.Column("expected_effect", sa.Text(), nullable=True),
        sa.Column("supervisor_id", sa.Integer(), nullable=True),
        sa.Column("channel_count", sa.Integer(), nullable=False),
        sa.Column("channel_cost_amount", sa.BigInteger(), nullable=False),
        sa.Column("stage", sa.String(length=12), nullable=False),
        sa.Column("stage_reason", sa.String(length=200), nullable=True),
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
        sa.CheckConstraint(
            "activity_type IS NOT NULL AND activity_type IN ('launch', 'festival', 'kol', 'social', 'exhibition', 'store', 'member', 'other')",
            name=op.f("ck_activity_activity_type"),
        ),
        sa.CheckConstraint(
            "form IS NULL OR form IN ('online', 'offline', 'both')", name=op.f("ck_activity_form")
        ),
        sa.CheckConstraint(
            "stage IN ('planned', 'cancelled') OR status IN ('in_force', 'closed', 'superseded')",
            name=op.f("ck_activity_stage_needs_approval"),
        ),
        sa.CheckConstraint(
            "stage IS NOT NULL AND stage IN ('planned', 'preparing', 'running', 'ended', 'evaluated', 'archived', 'stopped', 'cancelled')",
            name=op.f("ck_activity_stage"),
        ),
        sa.CheckConstraint(
            "stage NOT IN ('stopped', 'cancelled') OR (stage_reason IS NOT NULL AND stage_reason <> '')",
            name=op.f("ck_activity_stop_needs_reason"),
        ),
        sa.CheckConstraint(
            "status = 'draft' OR (theme IS NOT NULL AND theme <> '' AND form IS NOT NULL AND content IS NOT NULL AND content <> '' AND budget_amount IS NOT NULL AND channel_count > 0)",
            name=op.f("ck_activity_five_fields_after_draft"),
        ),
        sa.CheckConstraint(
            "status IS NOT NULL AND status IN ('draft', 'in_review', 'returned', 'withdrawn', 'rejected', 'in_force', 'closed', 'superseded')",
            name=op.f("ck_activity_status"),
        ),
        sa.CheckConstraint(
            "status NOT IN ('in_force', 'closed', 'superseded') OR (approved_at IS NOT NULL AND approved_sha256 IS NOT NULL)",
            name=op.f("ck_activity_approved_needs_proof"),
        ),
        sa.CheckConstraint("budget_amount IS NULL OR budget_amount >= 0", name=op.f("ck_activity_budget")),
        sa.CheckConstraint(
            "channel_cost_amount >= 0 AND (budget_amount IS NULL OR channel_cost_amount <= budget_amount)",
            name=op.f("ck_activity_channels_within_budget"),
        ),
        sa.CheckConstraint("end_at > start_at", name=op.f("ck_activity_dates")),
        sa.CheckConstraint("length(currency_code) = 3", name=op.f("ck_activity_currency")),
        sa.CheckConstraint(
            "supervisor_id IS NULL OR supervisor_id <> owner_id",
            name=op.f("ck_activity_supervisor_not_owner"),
        ),
        sa.ForeignKeyConstraint(
            ["changed_by_id"], ["ab_user.id"], name=op.f("fk_activity_changed_by_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["ab_user.id"], name=op.f("fk_activity_created_by_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_activity_department_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["employee.id"], name=op.f("fk_activity_owner_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["marketing_plan.id"], name=op.f("fk_activity_plan_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["supervisor_id"], ["employee.id"], name=op.f("fk_activity_supervisor_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity")),
        sa.UniqueConstraint("code", name=op.f("uq_activity_code")),
    )
    op.create_index(
        "ix_activity_alive",
        "activity",
        ["id"],
        unique=False,
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index("ix_activity_department_id", "activity", ["department_id"], unique=False)
    op.create_index("ix_activity_name_id", "activity", ["name", "id"], unique=False)
    op.create_index("ix_activity_owner_id", "activity", ["owner_id"], unique=False)
    op.create_index("ix_activity_plan_id", "activity", ["plan_id"], unique=False)
    op.create_index("ix_activity_start_at_id", "activity", ["start_at", "id"], unique=False)
    op.create_index("ix_activity_status_id", "activity", ["status", "id"], unique=False)
    op.create_index("ix_activity_supervisor_id", "activity", ["supervisor_id"], unique=False)
    op.create_table(
        "budget_line",
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("category", sa.String(length=20), nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=True),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("allocated_amount", sa.BigInteger(), nullable=False),
        sa.Column("committed_amount", sa.BigInteger(), nullable=False),
        sa.Column("actual_amount", sa.BigInteger(), nullable=False),
        sa.Column("approved_excess_amount", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("custom_data", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "category IS NOT NULL AND category IN ('advertising', 'content', 'event', 'promotion', 'kol', 'research', 'channel', 'other')",
            name=op.f("ck_budget_line_category"),
        ),
        sa.CheckConstraint("allocated_amount > 0", name=op.f("ck_budget_line_allocated")),
        sa.CheckConstraint(
            "committed_amount + actual_amount <= allocated_amount + approved_excess_amount",
            name=op.f("ck_budget_line_within_allocated"),
        ),
        sa.CheckConstraint(
            "committed_amount >= 0 AND actual_amount >= 0", name=op.f("ck_budget_line_not_negative")
        ),
        sa.CheckConstraint("month BETWEEN 1 AND 12", name=op.f("ck_budget_line_month")),
        sa.ForeignKeyConstraint(
            ["changed_by_id"], ["ab_user.id"], name=op.f("fk_budget_line_changed_by_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channel.id"], name=op.f("fk_budget_line_channel_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["ab_user.id"], name=op.f("fk_budget_line_created_by_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["marketing_plan.id"], name=op.f("fk_budget_line_plan_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budget_line")),
        sa.UniqueConstraint(
            "plan_id",
            "category",
            "channel_id",
            "month",
            name=op.f("uq_budget_line_plan_id_category_channel_id_month"),
        ),
    )
    op.create_index(
        "uq_budget_line_without_channel",
        "budget_line",
        ["plan_id", "category", "month"],
        unique=True,
        sqlite_where=sa.text("channel_id IS NULL"),
        postgresql_where=sa.text("channel_id IS NULL"),
    )
    op.create_table(
        "consent",
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=12), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("evidence", sa.String(length=200), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("custom_data", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("evidence <> ''", name=op.f("ck_consent_evidence")),
        sa.CheckConstraint(
            "purpose IS NOT NULL AND purpose IN ('marketing', 'profiling', 'sharing')",
            name=op.f("ck_consent_purpose"),
        ),
        sa.CheckConstraint("withdrawn_at IS NULL OR withdrawn_at >= given_at", name=op.f("ck_consent_times")),
        sa.ForeignKeyConstraint(
            ["changed_by_id"], ["ab_user.id"], name=op.f("fk_consent_changed_by_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["ab_user.id"], name=op.f("fk_consent_created_by_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_consent_customer_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["customer_source.id"], name=op.f("fk_consent_source_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index("ix_consent_customer_id", "consent", ["customer_id"], unique=False)
    op.create_index(
        "uq_consent_open",
        "consent",
        ["customer_id", "purpose"],
        unique=True,
        sqlite_where=sa.text("withdrawn_at IS NULL"),
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.create_table(
        "customer_identity",
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("value", sa.String(length=120), nullable=False),
        sa.Column("value_hash", sa.String(length=64), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("import_batch_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("custom_data", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "kind IS NOT NULL AND kind IN ('mobile', 'wechat', 'email', 'card')",
            name=op.f("ck_customer_identity_kind"),
        ),
        sa.CheckConstraint("value <> ''", name=op.f("ck_customer_identity_value")),
        sa.CheckConstraint("length(value_hash) = 64", name=op.f("ck_customer_identity_value_hash")),
        sa.ForeignKeyConstraint(
            ["changed_by_id"],
            ["ab_user.id"],
            name=op.f("fk_customer_identity_changed_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["ab_user.id"],
            name=op.f("fk_customer_identity_created_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customer.id"],
            name=op.f("fk_customer_identity_customer_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["import_batch_id"],
            ["import_batch.id"],
            name=op.f("fk_customer_identity_import_batch_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_identity")),
        sa.UniqueConstraint("kind", "value_hash", name=op.f("uq_customer_identity_kind_value_hash")),
    )
    op.create_index("ix_customer_identity_customer_id", "customer_identity", ["customer_id"], unique=False)
    op.create_index(
        "ix_customer_identity_import_batch_id",
        "customer_identity",
        ["import_batch_id"],
        unique=False,
        sqlite_where=sa.text("import_batch_id IS NOT NULL"),
        postgresql_where=sa.text("import_batch_id IS NOT NULL"),
    )
    op.create_table(
        "customer_need",
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("product_line_id", sa.Integer(), nullable=True),
        sa.Column("satisfaction", sa.Integer(), nullable=True),
        sa.Column("stated_on", sa.Date(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("custom_data", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("content <> ''", name=op.f("ck_customer_need_content")),
        sa.CheckConstraint(
            "kind IS NOT NULL AND kind IN ('need', 'feedback', 'complaint')",
            name=op.f("ck_customer_need_kind"),
        ),
        sa.CheckConstraint(
            "satisfaction IS NULL OR satisfaction BETWEEN 1 AND 5", name=op.f("ck_customer_need_satisfaction")
        ),
        sa.ForeignKeyConstraint(
            ["changed_by_id"],
            ["ab_user.id"],
            name=op.f("fk_customer_need_changed_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["ab_user.id"],
            name=op.f("fk_customer_need_created_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_customer_need_customer_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["product_line_id"],
            ["product_line.id"],
            name=op.f("fk_customer_need_product_line_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["source_id"],
            ["customer_source.id"],
            name=op.f("fk_customer_need_source_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_need")),
    )
    op.create_index("ix_customer_need_customer_id", "customer_need", ["customer_id"], unique=False)
    op.create_index("ix_customer_need_stated_on_id", "customer_need", ["stated_on", "id"], unique=False)


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("customer_need")
    op.drop_table("customer_identity")
    op.drop_table("consent")
    op.drop_table("budget_line")
    op.drop_table("activity")
    op.drop_table("sourcing_event")
    op.drop_table("product_cost")
