"""Tables, part 7 of 10: partner to activity_channel.

Revision: 0007
Follows: 0006
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "partner",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_en", sa.String(length=120), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("status_reason", sa.String(length=200), nullable=True),
        sa.Column("grade", sa.String(length=1), nullable=True),
        sa.Column("licence_no", sa.String(length=40), nullable=True),
        sa.Column("contact_name", sa.String(length=80), nullable=True),
        sa.Column("contact_phone", sa.String(length=40), nullable=True),
        sa.Column("contact_email", sa.String(length=120), nullable=True),
        sa.Column("address", sa.String(length=200), nullable=True),
        sa.Column("region_id", sa.Integer(), nullable=True),
        sa.Column("source_event_id", sa.Integer(), nullable=True),
        sa.Column("territory_note", sa.Text(), nullable=True),
        sa.Column("partner_since_on", sa.Date(), nullable=True),
        sa.Column("renewal_on", sa.Date(), nullable=True),
        sa.Column("remind_on", sa.Date(), nullable=True),
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
        sa.CheckConstraint("grade IS NULL OR grade IN ('A', 'B', 'C', 'D')", name=op.f("ck_partner_grade")),
        sa.CheckConstraint(
            "kind IS NOT NULL AND kind IN ('media', 'agent', 'distributor', 'wholesaler', 'platform', 'kol', 'supplier')",
            name=op.f("ck_partner_kind"),
        ),
        sa.CheckConstraint(
            "status IS NOT NULL AND status IN ('prospect', 'screening', 'active', 'frozen', 'ended')",
            name=op.f("ck_partner_status"),
        ),
        sa.CheckConstraint(
            "status NOT IN ('frozen', 'ended') OR (status_reason IS NOT NULL AND status_reason <> '')",
            name=op.f("ck_partner_stop_needs_reason"),
        ),
        sa.CheckConstraint(
            "remind_on IS NULL OR (renewal_on IS NOT NULL AND remind_on <= renewal_on)",
            name=op.f("ck_partner_remind_before_renewal"),
        ),
        sa.ForeignKeyConstraint(
            ["changed_by_id"], ["ab_user.id"], name=op.f("fk_partner_changed_by_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["ab_user.id"], name=op.f("fk_partner_created_by_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_partner_department_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["employee.id"], name=op.f("fk_partner_owner_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["region_id"], ["region.id"], name=op.f("fk_partner_region_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["source_event_id"],
            ["sourcing_event.id"],
            name=op.f("fk_partner_source_event_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner")),
        sa.UniqueConstraint("code", name=op.f("uq_partner_code")),
        sa.UniqueConstraint("licence_no", name=op.f("uq_partner_licence_no")),
    )
    op.create_index(
        "ix_partner_alive",
        "partner",
        ["id"],
        unique=False,
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index("ix_partner_department_id", "partner", ["department_id"], unique=False)
    op.create_index("ix_partner_grade_id", "partner", ["grade", "id"], unique=False)
    op.create_index("ix_partner_name_id", "partner", ["name", "id"], unique=False)
    op.create_index("ix_partner_owner_id", "partner", ["owner_id"], unique=False)
    op.create_index("ix_partner_region_id", "partner", ["region_id"], unique=False)
    op.create_index(
        "ix_partner_remind_on",
        "partner",
        ["remind_on", "id"],
        unique=False,
        sqlite_where=sa.text("remind_on IS NOT NULL AND deleted_at IS NULL"),
        postgresql_where=sa.text("remind_on IS NOT NULL AND deleted_at IS NULL"),
    )
    op.create_index("ix_partner_source_event_id", "partner", ["source_event_id"], unique=False)
    op.create_index("ix_partner_status_id", "partner", ["status", "id"], unique=False)
    op.create_table(
        "plan_goal",
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("objective_id", sa.Integer(), nullable=False),
        sa.Column("metric_id", sa.Integer(), nullable=False),
        sa.Column("baseline", sa.BigInteger(), nullable=True),
        sa.Column("target_value", sa.BigInteger(), nullable=False),
        sa.Column("weight", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("custom_data", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("weight > 0 AND weight <= 10000", name=op.f("ck_plan_goal_weight")),
        sa.ForeignKeyConstraint(
            ["changed_by_id"], ["ab_user.id"], name=op.f("fk_plan_goal_changed_by_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["ab_user.id"], name=op.f("fk_plan_goal_created_by_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["metric_id"], ["metric_definition.id"], name=op.f("fk_plan_goal_metric_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["objective_id"],
            ["company_objective.id"],
            name=op.f("fk_plan_goal_objective_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["marketing_plan.id"], name=op.f("fk_plan_goal_plan_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_goal")),
        sa.UniqueConstraint("plan_id", "metric_id", name=op.f("uq_plan_goal_plan_id_metric_id")),
    )
    op.create_table(
        "plan_milestone",
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("planned_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("finished_on", sa.Date(), nullable=True),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("custom_data", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(status = 'done') = (finished_on IS NOT NULL)", name=op.f("ck_plan_milestone_done_has_date")
        ),
        sa.CheckConstraint(
            "status IS NOT NULL AND status IN ('open', 'done')", name=op.f("ck_plan_milestone_status")
        ),
        sa.CheckConstraint("due_on >= planned_on", name=op.f("ck_plan_milestone_dates")),
        sa.ForeignKeyConstraint(
            ["changed_by_id"],
            ["ab_user.id"],
            name=op.f("fk_plan_milestone_changed_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["ab_user.id"],
            name=op.f("fk_plan_milestone_created_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["employee.id"], name=op.f("fk_plan_milestone_owner_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["marketing_plan.id"], name=op.f("fk_plan_milestone_plan_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_milestone")),
        sa.UniqueConstraint("plan_id", "name", name=op.f("uq_plan_milestone_plan_id_name")),
    )
    op.create_table(
        "price_list_item",
        sa.Column("price_list_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("list_price_amount", sa.BigInteger(), nullable=False),
        sa.Column("floor_price_amount", sa.BigInteger(), nullable=False),
        sa.Column("exception_approval_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("custom_data", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("floor_price_amount > 0", name=op.f("ck_price_list_item_floor_price")),
        sa.CheckConstraint("list_price_amount > 0", name=op.f("ck_price_list_item_list_price")),
        sa.CheckConstraint(
            "list_price_amount >= floor_price_amount OR exception_approval_id IS NOT NULL",
            name=op.f("ck_price_list_item_floor_or_exception"),
        ),
        sa.ForeignKeyConstraint(
            ["changed_by_id"],
            ["ab_user.id"],
            name=op.f("fk_price_list_item_changed_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["ab_user.id"],
            name=op.f("fk_price_list_item_created_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["exception_approval_id"],
            ["approval_instance.id"],
            name=op.f("fk_price_list_item_exception_approval_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["price_list_id"],
            ["price_list.id"],
            name=op.f("fk_price_list_item_price_list_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_price_list_item_product_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_list_item")),
        sa.UniqueConstraint(
            "price_list_id", "product_id", name=op.f("uq_price_list_item_price_list_id_product_id")
        ),
    )
    op.create_index("ix_price_list_item_product_id", "price_list_item", ["product_id"], unique=False)
    op.create_table(
        "purchase",
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("external_no", sa.String(length=60), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=True),
        sa.Column("channel_id", sa.Integer(), nullable=True),
        sa.Column("purchased_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("currency_code", sa.String(length=3), nullable=False),
        sa.Column("total_amount", sa.BigInteger(), nullable=False),
        sa.Column("import_batch_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("custom_data", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("external_no <> ''", name=op.f("ck_purchase_external_no")),
        sa.CheckConstraint("length(currency_code) = 3", name=op.f("ck_purchase_currency")),
        sa.ForeignKeyConstraint(
            ["changed_by_id"], ["ab_user.id"], name=op.f("fk_purchase_changed_by_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channel.id"], name=op.f("fk_purchase_channel_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["ab_user.id"], name=op.f("fk_purchase_created_by_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_purchase_customer_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["import_batch_id"],
            ["import_batch.id"],
            name=op.f("fk_purchase_import_batch_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["customer_source.id"], name=op.f("fk_purchase_source_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchase")),
        sa.UniqueConstraint("source_id", "external_no", name=op.f("uq_purchase_source_id_external_no")),
    )
    op.create_index(
        "ix_purchase_channel_id",
        "purchase",
        ["channel_id"],
        unique=False,
        sqlite_where=sa.text("channel_id IS NOT NULL"),
        postgresql_where=sa.text("channel_id IS NOT NULL"),
    )
    op.create_index("ix_purchase_customer", "purchase", ["customer_id", "purchased_at", "id"], unique=False)
    op.create_index(
        "ix_purchase_import_batch_id",
        "purchase",
        ["import_batch_id"],
        unique=False,
        sqlite_where=sa.text("import_batch_id IS NOT NULL"),
        postgresql_where=sa.text("import_batch_id IS NOT NULL"),
    )
    op.create_index("ix_purchase_purchased_at_id", "purchase", ["purchased_at", "id"], unique=False)
    op.create_table(
        "step_run",
        sa.Column("instance_id", sa.Integer(), nullable=False),
        sa.Column("round_no", sa.Integer(), nullable=False),
        sa.Column("order_no", sa.Integer(), nullable=False),
        sa.Column("step_key", sa.String(length=40), nullable=False),
        sa.Column("step_name", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("visit", sa.Integer(), nullable=False),
        sa.Column("mode", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("policy_ref", sa.String(length=40), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("custom_data", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "mode IS NOT NULL AND mode IN ('any', 'all', 'sequential')", name=op.f("ck_step_run_mode")
        ),
        sa.CheckConstraint(
            "state IS NOT NULL AND state IN ('waiting', 'active', 'passed', 'rejected', 'skipped', 'cancelled')",
            name=op.f("ck_step_run_state"),
        ),
        sa.ForeignKeyConstraint(
            ["changed_by_id"], ["ab_user.id"], name=op.f("fk_step_run_changed_by_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["ab_user.id"], name=op.f("fk_step_run_created_by_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["instance_id"],
            ["approval_instance.id"],
            name=op.f("fk_step_run_instance_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_step_run")),
        sa.UniqueConstraint(
            "instance_id",
            "round_no",
            "step_key",
            "visit",
            name=op.f("uq_step_run_instance_id_round_no_step_key_visit"),
        ),
    )
    op.create_table(
        "activity_channel",
        sa.Column("activity_id", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("planned_cost_amount", sa.BigInteger(), nullable=False),
        sa.Column("target_value", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("custom_data", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("planned_cost_amount >= 0", name=op.f("ck_activity_channel_planned_cost")),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activity.id"], name=op.f("fk_activity_channel_activity_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["changed_by_id"],
            ["ab_user.id"],
            name=op.f("fk_activity_channel_changed_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channel.id"], name=op.f("fk_activity_channel_channel_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["ab_user.id"],
            name=op.f("fk_activity_channel_created_by_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity_channel")),
        sa.UniqueConstraint(
            "activity_id", "channel_id", name=op.f("uq_activity_channel_activity_id_channel_id")
        ),
    )
    op.create_index("ix_activity_channel_channel_id", "activity_channel", ["channel_id"], unique=False)


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("activity_channel")
    op.drop_table("step_run")
    op.drop_table("purchase")
    op.drop_table("price_list_item")
    op.drop_table("plan_milestone")
    op.drop_table("plan_goal")
    op.drop_table("partner")
