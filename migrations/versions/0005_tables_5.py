"""Tables, part 5 of 10: marketing_plan to pricing_rule.

Revision: 0005
Follows: 0004
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "marketing_plan",
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("plan_type", sa.String(length=10), nullable=False),
        sa.Column("fiscal_year", sa.Integer(), nullable=False),
        sa.Column("quarter", sa.Integer(), nullable=True),
        sa.Column("month", sa.Integer(), nullable=True),
        sa.Column(
            "period_no",
            sa.Integer(),
            sa.Computed(
                "fiscal_year * 10000 + coalesce(quarter, 0) * 100 + coalesce(month, 0)", persisted=True
            ),
            nullable=False,
        ),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("parent_type", sa.String(length=10), nullable=True),
        sa.Column("start_on", sa.Date(), nullable=False),
        sa.Column("end_on", sa.Date(), nullable=False),
        sa.Column("budget_amount", sa.BigInteger(), nullable=False),
        sa.Column("currency_code", sa.String(length=3), nullable=False),
        sa.Column("distributed_amount", sa.BigInteger(), nullable=False),
        sa.Column("lined_amount", sa.BigInteger(), nullable=False),
        sa.Column("strategy_text", sa.Text(), nullable=True),
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
            "(parent_id IS NULL AND parent_type IS NULL) OR (parent_id IS NOT NULL AND plan_type = 'quarter' AND parent_type IS NOT NULL AND parent_type = 'year') OR (parent_id IS NOT NULL AND plan_type = 'month' AND parent_type IS NOT NULL AND parent_type = 'quarter')",
            name=op.f("ck_marketing_plan_parent_kind"),
        ),
        sa.CheckConstraint(
            "(plan_type = 'year' AND quarter IS NULL AND month IS NULL) OR (plan_type = 'quarter' AND quarter IS NOT NULL AND quarter BETWEEN 1 AND 4 AND month IS NULL) OR (plan_type = 'month' AND month IS NOT NULL AND month BETWEEN 1 AND 12 AND quarter IS NOT NULL AND quarter = (month + 2) / 3)",
            name=op.f("ck_marketing_plan_period_shape"),
        ),
        sa.CheckConstraint(
            "plan_type IS NOT NULL AND plan_type IN ('year', 'quarter', 'month')",
            name=op.f("ck_marketing_plan_plan_type"),
        ),
        sa.CheckConstraint(
            "status IS NOT NULL AND status IN ('draft', 'in_review', 'returned', 'withdrawn', 'rejected', 'in_force', 'closed', 'superseded')",
            name=op.f("ck_marketing_plan_status"),
        ),
        sa.CheckConstraint(
            "status NOT IN ('in_force', 'closed', 'superseded') OR (approved_at IS NOT NULL AND approved_sha256 IS NOT NULL)",
            name=op.f("ck_marketing_plan_approved_needs_proof"),
        ),
        sa.CheckConstraint("budget_amount >= 0", name=op.f("ck_marketing_plan_budget")),
        sa.CheckConstraint(
            "distributed_amount >= 0 AND distributed_amount <= budget_amount",
            name=op.f("ck_marketing_plan_children_within"),
        ),
        sa.CheckConstraint("end_on >= start_on", name=op.f("ck_marketing_plan_dates")),
        sa.CheckConstraint("fiscal_year BETWEEN 2000 AND 2100", name=op.f("ck_marketing_plan_fiscal_year")),
        sa.CheckConstraint(
            "lined_amount >= 0 AND lined_amount <= budget_amount", name=op.f("ck_marketing_plan_lines_within")
        ),
        sa.ForeignKeyConstraint(
            ["changed_by_id"],
            ["ab_user.id"],
            name=op.f("fk_marketing_plan_changed_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["ab_user.id"],
            name=op.f("fk_marketing_plan_created_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["department.id"],
            name=op.f("fk_marketing_plan_department_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["employee.id"], name=op.f("fk_marketing_plan_owner_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["parent_id", "parent_type"],
            ["marketing_plan.id", "marketing_plan.plan_type"],
            name=op.f("fk_marketing_plan_parent_id_parent_type"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_marketing_plan")),
        sa.UniqueConstraint("code", name=op.f("uq_marketing_plan_code")),
        sa.UniqueConstraint("id", "plan_type", name=op.f("uq_marketing_plan_id_plan_type")),
    )
    op.create_index(
        "ix_marketing_plan_alive",
        "marketing_plan",
        ["id"],
        unique=False,
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index("ix_marketing_plan_department_id", "marketing_plan", ["department_id"], unique=False)
    op.create_index("ix_marketing_plan_name_id", "marketing_plan", ["name", "id"], unique=False)
    op.create_index("ix_marketing_plan_owner_id", "marketing_plan", ["owner_id"], unique=False)
    op.create_index("ix_marketing_plan_parent_id", "marketing_plan", ["parent_id"], unique=False)
    op.create_index("ix_marketing_plan_period_no_id", "marketing_plan", ["period_no", "id"], unique=False)
    op.create_index("ix_marketing_plan_status_id", "marketing_plan", ["status", "id"], unique=False)
    op.create_index(
        "uq_marketing_plan_in_force",
        "marketing_plan",
        ["department_id", "plan_type", "period_no"],
        unique=True,
        sqlite_where=sa.text("status IN ('in_force', 'closed')"),
        postgresql_where=sa.text("status IN ('in_force', 'closed')"),
    )
    op.create_table(
        "price_list",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=True),
        sa.Column("region_id", sa.Integer(), nullable=True),
        sa.Column("customer_grade", sa.String(length=1), nullable=True),
        sa.Column("currency_code", sa.String(length=3), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column(
            "scope_key",
            sa.String(length=60),
            sa.Computed(
                "CAST(coalesce(channel_id, 0) AS VARCHAR(12)) || '/' || CAST(coalesce(region_id, 0) AS VARCHAR(12)) || '/' || coalesce(customer_grade, '')",
                persisted=True,
            ),
            nullable=False,
        ),
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
            "customer_grade IS NULL OR customer_grade IN ('A', 'B', 'C', 'D')",
            name=op.f("ck_price_list_customer_grade"),
        ),
        sa.CheckConstraint(
            "status IS NOT NULL AND status IN ('draft', 'in_review', 'returned', 'withdrawn', 'rejected', 'in_force', 'closed', 'superseded')",
            name=op.f("ck_price_list_status"),
        ),
        sa.CheckConstraint(
            "status NOT IN ('in_force', 'closed', 'superseded') OR (approved_at IS NOT NULL AND approved_sha256 IS NOT NULL)",
            name=op.f("ck_price_list_approved_needs_proof"),
        ),
        sa.CheckConstraint("length(currency_code) = 3", name=op.f("ck_price_list_currency")),
        sa.CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name=op.f("ck_price_list_dates")),
        sa.ForeignKeyConstraint(
            ["changed_by_id"], ["ab_user.id"], name=op.f("fk_price_list_changed_by_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channel.id"], name=op.f("fk_price_list_channel_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["ab_user.id"], name=op.f("fk_price_list_created_by_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["department.id"],
            name=op.f("fk_price_list_department_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["employee.id"], name=op.f("fk_price_list_owner_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["region_id"], ["region.id"], name=op.f("fk_price_list_region_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_list")),
        sa.UniqueConstraint("code", name=op.f("uq_price_list_code")),
    )
    op.create_index(
        "ix_price_list_alive",
        "price_list",
        ["id"],
        unique=False,
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index("ix_price_list_channel_id", "price_list", ["channel_id"], unique=False)
    op.create_index("ix_price_list_department_id", "price_list", ["department_id"], unique=False)
    op.create_index("ix_price_list_name_id", "price_list", ["name", "id"], unique=False)
    op.create_index("ix_price_list_owner_id", "price_list", ["owner_id"], unique=False)
    op.create_index("ix_price_list_region_id", "price_list", ["region_id"], unique=False)
    op.create_index("ix_price_list_valid_from_id", "price_list", ["valid_from", "id"], unique=False)
    op.create_index(
        "uq_price_list_in_force",
        "price_list",
        ["scope_key", "valid_from"],
        unique=True,
        sqlite_where=sa.text("status = 'in_force'"),
        postgresql_where=sa.text("status = 'in_force'"),
    )
    op.create_table(
        "price_policy",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("product_line_id", sa.Integer(), nullable=False),
        sa.Column("fiscal_year", sa.Integer(), nullable=False),
        sa.Column("quarter", sa.Integer(), nullable=True),
        sa.Column(
            "period_no",
            sa.Integer(),
            sa.Computed("fiscal_year * 10 + coalesce(quarter, 0)", persisted=True),
            nullable=False,
        ),
        sa.Column("basis", sa.String(length=16), nullable=False),
        sa.Column("target_margin_percent", sa.BigInteger(), nullable=False),
        sa.Column("floor_margin_percent", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
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
            "basis IS NOT NULL AND basis IN ('cost', 'competition', 'target_profit')",
            name=op.f("ck_price_policy_basis"),
        ),
        sa.CheckConstraint(
            "status IS NOT NULL AND status IN ('draft', 'in_review', 'returned', 'withdrawn', 'rejected', 'in_force', 'closed', 'superseded')",
            name=op.f("ck_price_policy_status"),
        ),
        sa.CheckConstraint(
            "status NOT IN ('in_force', 'closed', 'superseded') OR (approved_at IS NOT NULL AND approved_sha256 IS NOT NULL)",
            name=op.f("ck_price_policy_approved_needs_proof"),
        ),
        sa.CheckConstraint("fiscal_year BETWEEN 2000 AND 2100", name=op.f("ck_price_policy_fiscal_year")),
        sa.CheckConstraint(
            "floor_margin_percent <= target_margin_percent", name=op.f("ck_price_policy_floor_within_target")
        ),
        sa.CheckConstraint(
            "floor_margin_percent >= 0 AND target_margin_percent < 10000",
            name=op.f("ck_price_policy_margin_range"),
        ),
        sa.CheckConstraint(
            "quarter IS NULL OR quarter BETWEEN 1 AND 4", name=op.f("ck_price_policy_quarter")
        ),
        sa.ForeignKeyConstraint(
            ["changed_by_id"], ["ab_user.id"], name=op.f("fk_price_policy_changed_by_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["ab_user.id"], name=op.f("fk_price_policy_created_by_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["department.id"],
            name=op.f("fk_price_policy_department_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["employee.id"], name=op.f("fk_price_policy_owner_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["product_line_id"],
            ["product_line.id"],
            name=op.f("fk_price_policy_product_line_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_policy")),
        sa.UniqueConstraint("code", name=op.f("uq_price_policy_code")),
    )
    op.create_index(
        "ix_price_policy_alive",
        "price_policy",
        ["id"],
        unique=False,
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index("ix_price_policy_department_id", "price_policy", ["department_id"], unique=False)
    op.create_index("ix_price_policy_name_id", "price_policy", ["name", "id"], unique=False)
    op.create_index("ix_price_policy_owner_id", "price_policy", ["owner_id"], unique=False)
    op.create_index("ix_price_policy_product_line_id", "price_policy", ["product_line_id"], unique=False)
    op.create_index("ix_price_policy_status_id", "price_policy", ["status", "id"], unique=False)
    op.create_index(
        "uq_price_policy_in_force",
        "price_policy",
        ["product_line_id", "period_no"],
        unique=True,
        sqlite_where=sa.text("status = 'in_force'"),
        postgresql_where=sa.text("status = 'in_force'"),
    )
    op.create_table(
        "pricing_rule",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("basis", sa.String(length=16), nullable=False),
        sa.Column("adjust_percent", sa.BigInteger(), nullable=True),
        sa.Column("adjust_amount", sa.BigInteger(), nullable=True),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("product_line_id", sa.Integer(), nullable=True),
        sa.Column("product_id", sa.Integer(), nullable=True),
        sa.Column("channel_id", sa.Integer(), nullable=True),
        sa.Column("region_id", sa.Integer(), nullable=True),
        sa.Column("customer_grade", sa.String(length=1), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column(
            "scope_key",
            sa.String(length=80),
            sa.Computed(
                "CAST(coalesce(product_line_id, 0) AS VARCHAR(12)) || '/' || CAST(coalesce(product_id, 0) AS VARCHAR(12)) || '/' || CAST(coalesce(channel_id, 0) AS VARCHAR(12)) || '/' || CAST(coalesce(region_id, 0) AS VARCHAR(12)) || '/' || coalesce(customer_grade, '')",
                persisted=True,
            ),
            nullable=False,
        ),
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
            "basis <> 'segment' OR customer_grade IS NOT NULL",
            name=op.f("ck_pricing_rule_segment_needs_grade"),
        ),
        sa.CheckConstraint(
            "basis IS NOT NULL AND basis IN ('product_feature', 'segment', 'demand', 'competition')",
            name=op.f("ck_pricing_rule_basis"),
        ),
        sa.CheckConstraint(
            "customer_grade IS NULL OR customer_grade IN ('A', 'B', 'C', 'D')",
            name=op.f("ck_pricing_rule_customer_grade"),
        ),
        sa.CheckConstraint(
            "status IS NOT NULL AND status IN ('draft', 'in_review', 'returned', 'withdrawn', 'rejected', 'in_force', 'closed', 'superseded')",
            name=op.f("ck_pricing_rule_status"),
        ),
        sa.CheckConstraint(
            "status NOT IN ('in_force', 'closed', 'superseded') OR (approved_at IS NOT NULL AND approved_sha256 IS NOT NULL)",
            name=op.f("ck_pricing_rule_approved_needs_proof"),
        ),
        sa.CheckConstraint(
            "(adjust_percent IS NOT NULL AND adjust_amount IS NULL AND adjust_percent <> 0 AND adjust_percent > -10000 AND adjust_percent <= 100000) OR (adjust_percent IS NULL AND adjust_amount IS NOT NULL AND adjust_amount <> 0)",
            name=op.f("ck_pricing_rule_one_adjustment"),
        ),
        sa.CheckConstraint("priority BETWEEN 1 AND 999", name=op.f("ck_pricing_rule_priority")),
        sa.CheckConstraint(
            "product_line_id IS NULL OR product_id IS NULL", name=op.f("ck_pricing_rule_line_or_product")
        ),
        sa.CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name=op.f("ck_pricing_rule_dates")),
        sa.ForeignKeyConstraint(
            ["changed_by_id"], ["ab_user.id"], name=op.f("fk_pricing_rule_changed_by_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channel.id"], name=op.f("fk_pricing_rule_channel_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["ab_user.id"], name=op.f("fk_pricing_rule_created_by_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["department.id"],
            name=op.f("fk_pricing_rule_department_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["employee.id"], name=op.f("fk_pricing_rule_owner_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_pricing_rule_product_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["product_line_id"],
            ["product_line.id"],
            name=op.f("fk_pricing_rule_product_line_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["region_id"], ["region.id"], name=op.f("fk_pricing_rule_region_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pricing_rule")),
        sa.UniqueConstraint("code", name=op.f("uq_pricing_rule_code")),
    )
    op.create_index(
        "ix_pricing_rule_alive",
        "pricing_rule",
        ["id"],
        unique=False,
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index("ix_pricing_rule_channel_id", "pricing_rule", ["channel_id"], unique=False)
    op.create_index("ix_pricing_rule_department_id", "pricing_rule", ["department_id"], unique=False)
    op.create_index("ix_pricing_rule_name_id", "pricing_rule", ["name", "id"], unique=False)
    op.create_index("ix_pricing_rule_owner_id", "pricing_rule", ["owner_id"], unique=False)
    op.create_index("ix_pricing_rule_priority", "pricing_rule", ["priority", "valid_from"], unique=False)
    op.create_index("ix_pricing_rule_product_id", "pricing_rule", ["product_id"], unique=False)
    op.create_index("ix_pricing_rule_product_line_id", "pricing_rule", ["product_line_id"], unique=False)
    op.create_index("ix_pricing_rule_region_id", "pricing_rule", ["region_id"], unique=False)
    op.create_index("ix_pricing_rule_status_id", "pricing_rule", ["status", "id"], unique=False)
    op.create_index(
        "uq_pricing_rule_scope",
        "pricing_rule",
        ["scope_key", "priority", "valid_from"],
        unique=True,
        sqlite_where=sa.text("deleted_at IS NULL AND status NOT IN ('rejected', 'closed', 'superseded')"),
        postgresql_where=sa.text("deleted_at IS NULL AND status NOT IN ('rejected', 'closed', 'superseded')"),
    )


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("pricing_rule")
    op.drop_table("price_policy")
    op.drop_table("price_list")
    op.drop_table("marketing_plan")
