"""Tables, part 9 of 10: sales_promotion to promotion_tier.

Revision: 0009
Follows: 0008
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "sales_promotion",
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("activity_id", sa.Integer(), nullable=True),
        sa.Column("plan_id", sa.Integer(), nullable=True),
        sa.Column("method", sa.String(length=12), nullable=False),
        sa.Column("discount_percent", sa.BigInteger(), nullable=True),
        sa.Column("discount_amount", sa.BigInteger(), nullable=True),
        sa.Column("is_repeating", sa.Boolean(), nullable=False),
        sa.Column("is_stackable", sa.Boolean(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("max_uses", sa.Integer(), nullable=True),
        sa.Column("used_count", sa.Integer(), nullable=False),
        sa.Column("max_cost_amount", sa.BigInteger(), nullable=True),
        sa.Column("spent_amount", sa.BigInteger(), nullable=False),
        sa.Column("currency_code", sa.String(length=3), nullable=False),
        sa.Column("start_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("end_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("market_need", sa.Text(), nullable=True),
        sa.Column("strategy_text", sa.Text(), nullable=True),
        sa.Column("tier_count", sa.Integer(), nullable=False),
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
            "(method = 'discount' AND NOT is_repeating AND ((discount_percent IS NOT NULL AND discount_amount IS NULL AND discount_percent > 0 AND discount_percent <= 10000) OR (discount_percent IS NULL AND discount_amount IS NOT NULL AND discount_amount > 0))) OR (method = 'gift' AND discount_percent IS NULL AND discount_amount IS NULL) OR (method = 'spend_save' AND discount_percent IS NULL AND discount_amount IS NULL)",
            name=op.f("ck_sales_promotion_fields_of_method"),
        ),
        sa.CheckConstraint(
            "(used_count = 0 AND spent_amount = 0) OR status IN ('in_force', 'closed', 'superseded')",
            name=op.f("ck_sales_promotion_use_needs_approval"),
        ),
        sa.CheckConstraint(
            "method <> 'discount' OR tier_count = 0", name=op.f("ck_sales_promotion_discount_without_tiers")
        ),
        sa.CheckConstraint(
            "method IS NOT NULL AND method IN ('discount', 'gift', 'spend_save')",
            name=op.f("ck_sales_promotion_method"),
        ),
        sa.CheckConstraint(
            "status = 'draft' OR (market_need IS NOT NULL AND market_need <> '' AND strategy_text IS NOT NULL AND strategy_text <> '')",
            name=op.f("ck_sales_promotion_need_and_strategy_after_draft"),
        ),
        sa.CheckConstraint(
            "status = 'draft' OR method = 'discount' OR tier_count > 0",
            name=op.f("ck_sales_promotion_tiers_after_draft"),
        ),
        sa.CheckConstraint(
            "status IS NOT NULL AND status IN ('draft', 'in_review', 'returned', 'withdrawn', 'rejected', 'in_force', 'closed', 'superseded')",
            name=op.f("ck_sales_promotion_status"),
        ),
        sa.CheckConstraint(
            "status NOT IN ('in_force', 'closed', 'superseded') OR (approved_at IS NOT NULL AND approved_sha256 IS NOT NULL)",
            name=op.f("ck_sales_promotion_approved_needs_proof"),
        ),
        sa.CheckConstraint(
            "(activity_id IS NULL) <> (plan_id IS NULL)", name=op.f("ck_sales_promotion_activity_or_plan")
        ),
        sa.CheckConstraint("end_at > start_at", name=op.f("ck_sales_promotion_dates")),
        sa.CheckConstraint("length(currency_code) = 3", name=op.f("ck_sales_promotion_currency")),
        sa.CheckConstraint(
            "max_cost_amount IS NULL OR max_cost_amount > 0", name=op.f("ck_sales_promotion_max_cost")
        ),
        sa.CheckConstraint("max_uses IS NULL OR max_uses > 0", name=op.f("ck_sales_promotion_max_uses")),
        sa.CheckConstraint("priority BETWEEN 1 AND 999", name=op.f("ck_sales_promotion_priority")),
        sa.CheckConstraint(
            "spent_amount >= 0 AND (max_cost_amount IS NULL OR spent_amount <= max_cost_amount)",
            name=op.f("ck_sales_promotion_spent_within"),
        ),
        sa.CheckConstraint(
            "used_count >= 0 AND (max_uses IS NULL OR used_count <= max_uses)",
            name=op.f("ck_sales_promotion_used_within"),
        ),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activity.id"], name=op.f("fk_sales_promotion_activity_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["changed_by_id"],
            ["ab_user.id"],
            name=op.f("fk_sales_promotion_changed_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["ab_user.id"],
            name=op.f("fk_sales_promotion_created_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["department.id"],
            name=op.f("fk_sales_promotion_department_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["employee.id"], name=op.f("fk_sales_promotion_owner_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["marketing_plan.id"], name=op.f("fk_sales_promotion_plan_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_promotion")),
        sa.UniqueConstraint("code", name=op.f("uq_sales_promotion_code")),
        sa.UniqueConstraint("id", "method", name=op.f("uq_sales_promotion_id_method")),
    )
    op.create_index("ix_sales_promotion_activity_id", "sales_promotion", ["activity_id"], unique=False)
    op.create_index(
        "ix_sales_promotion_alive",
        "sales_promotion",
        ["id"],
        unique=False,
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index("ix_sales_promotion_department_id", "sales_promotion", ["department_id"], unique=False)
    op.create_index("ix_sales_promotion_name_id", "sales_promotion", ["name", "id"], unique=False)
    op.create_index("ix_sales_promotion_owner_id", "sales_promotion", ["owner_id"], unique=False)
    op.create_index("ix_sales_promotion_plan_id", "sales_promotion", ["plan_id"], unique=False)
    op.create_index("ix_sales_promotion_start_at_id", "sales_promotion", ["start_at", "id"], unique=False)
    op.create_index("ix_sales_promotion_status_id", "sales_promotion", ["status", "id"], unique=False)
    op.create_table(
        "agreement_obligation",
        sa.Column("agreement_id", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(length=4), nullable=False),
        sa.Column("duty", sa.String(length=300), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("custom_data", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("duty <> ''", name=op.f("ck_agreement_obligation_duty")),
        sa.CheckConstraint(
            "side IS NOT NULL AND side IN ('us', 'them')", name=op.f("ck_agreement_obligation_side")
        ),
        sa.ForeignKeyConstraint(
            ["agreement_id"],
            ["partner_agreement.id"],
            name=op.f("fk_agreement_obligation_agreement_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["changed_by_id"],
            ["ab_user.id"],
            name=op.f("fk_agreement_obligation_changed_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["ab_user.id"],
            name=op.f("fk_agreement_obligation_created_by_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_obligation")),
        sa.UniqueConstraint(
            "agreement_id", "side", "duty", name=op.f("uq_agreement_obligation_agreement_id_side_duty")
        ),
    )
    op.create_index(
        "ix_agreement_obligation_due",
        "agreement_obligation",
        ["due_on", "id"],
        unique=False,
        sqlite_where=sa.text("done_on IS NULL"),
        postgresql_where=sa.text("done_on IS NULL"),
    )
    op.create_table(
        "appraisal_score",
        sa.Column("appraisal_id", sa.Integer(), nullable=False),
        sa.Column("criterion_id", sa.Integer(), nullable=False),
        sa.Column("scheme_id", sa.Integer(), nullable=False),
        sa.Column("weight", sa.BigInteger(), nullable=False),
        sa.Column("score", sa.BigInteger(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("custom_data", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("score BETWEEN 0 AND 10000", name=op.f("ck_appraisal_score_score")),
        sa.ForeignKeyConstraint(
            ["appraisal_id", "scheme_id"],
            ["appraisal.id", "appraisal.scheme_id"],
            name=op.f("fk_appraisal_score_appraisal_id_scheme_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["appraisal_id"],
            ["appraisal.id"],
            name=op.f("fk_appraisal_score_appraisal_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["changed_by_id"],
            ["ab_user.id"],
            name=op.f("fk_appraisal_score_changed_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["ab_user.id"],
            name=op.f("fk_appraisal_score_created_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["criterion_id", "scheme_id", "weight"],
            ["appraisal_criterion.id", "appraisal_criterion.scheme_id", "appraisal_criterion.weight"],
            name=op.f("fk_appraisal_score_criterion_id_scheme_id_weight"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["criterion_id"],
            ["appraisal_criterion.id"],
            name=op.f("fk_appraisal_score_criterion_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appraisal_score")),
        sa.UniqueConstraint(
            "appraisal_id", "criterion_id", name=op.f("uq_appraisal_score_appraisal_id_criterion_id")
        ),
    )
    op.create_index("ix_appraisal_score_criterion_id", "appraisal_score", ["criterion_id"], unique=False)
    op.create_table(
        "approval_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("instance_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("round_no", sa.Integer(), nullable=False),
        sa.Column("verb", sa.String(length=16), nullable=False),
        sa.Column("step_key", sa.String(length=40), nullable=True),
        sa.Column("actor_kind", sa.String(length=16), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("on_behalf_of_id", sa.Integer(), nullable=True),
        sa.Column("assignment_id", sa.Integer(), nullable=True),
        sa.Column("capacity", sa.String(length=20), nullable=True),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("details", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("snapshot_sha256", sa.String(length=64), nullable=False),
        sa.Column("flow_sha256", sa.String(length=64), nullable=False),
        sa.Column("request_key", sa.String(length=64), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("prev_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "(actor_kind = 'system') = (actor_id IS NULL)", name=op.f("ck_approval_event_actor")
        ),
        sa.CheckConstraint(
            "actor_kind IS NOT NULL AND actor_kind IN ('person', 'proxy', 'administrator', 'system')",
            name=op.f("ck_approval_event_actor_kind"),
        ),
        sa.CheckConstraint(
            "verb IS NOT NULL AND verb IN ('submit', 'step_opened', 'step_skipped', 'approve', 'reject', 'return', 'withdraw', 'reassign', 'hold', 'finish')",
            name=op.f("ck_approval_event_verb"),
        ),
        sa.CheckConstraint(
            "verb NOT IN ('return', 'reject') OR (comment IS NOT NULL AND comment <> '')",
            name=op.f("ck_approval_event_needs_reason"),
        ),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["employee.id"], name=op.f("fk_approval_event_actor_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["assignment_id"],
            ["assignment.id"],
            name=op.f("fk_approval_event_assignment_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["instance_id"],
            ["approval_instance.id"],
            name=op.f("fk_approval_event_instance_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["on_behalf_of_id"],
            ["employee.id"],
            name=op.f("fk_approval_event_on_behalf_of_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_event")),
        sa.UniqueConstraint(
            "instance_id", "request_key", name=op.f("uq_approval_event_instance_id_request_key")
        ),
        sa.UniqueConstraint("instance_id", "seq", name=op.f("uq_approval_event_instance_id_seq")),
    )
    op.create_table(
        "promotion_product",
        sa.Column("promotion_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=True),
        sa.Column("product_line_id", sa.Integer(), nullable=True),
        sa.Column("is_excluded", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("custom_data", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(product_id IS NULL) <> (product_line_id IS NULL)",
            name=op.f("ck_promotion_product_product_or_line"),
        ),
        sa.ForeignKeyConstraint(
            ["changed_by_id"],
            ["ab_user.id"],
            name=op.f("fk_promotion_product_changed_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["ab_user.id"],
            name=op.f("fk_promotion_product_created_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_promotion_product_product_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["product_line_id"],
            ["product_line.id"],
            name=op.f("fk_promotion_product_product_line_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["promotion_id"],
            ["sales_promotion.id"],
            name=op.f("fk_promotion_product_promotion_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promotion_product")),
        sa.UniqueConstraint(
            "promotion_id", "product_id", name=op.f("uq_promotion_product_promotion_id_product_id")
        ),
        sa.UniqueConstraint(
            "promotion_id", "product_line_id", name=op.f("uq_promotion_product_promotion_id_product_line_id")
        ),
    )
    op.create_index(
        "ix_promotion_product_product_id",
        "promotion_product",
        ["product_id"],
        unique=False,
        sqlite_where=sa.text("product_id IS NOT NULL"),
        postgresql_where=sa.text("product_id IS NOT NULL"),
    )
    op.create_table(
        "promotion_tier",
        sa.Column("promotion_id", sa.Integer(), nullable=False),
        sa.Column("method", sa.String(length=12), nullable=False),
        sa.Column("threshold_amount", sa.BigInteger(), nullable=False),
        sa.Column("discount_percent", sa.BigInteger(), nullable=True),
        sa.Column("discount_amount", sa.BigInteger(), nullable=True),
        sa.Column("gift_product_id", sa.Integer(), nullable=True),
        sa.Column("gift_quantity", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("custom_data", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(method = 'spend_save' AND threshold_amount > 0 AND gift_product_id IS NULL AND gift_quantity IS NULL AND ((discount_percent IS NOT NULL AND discount_amount IS NULL AND discount_percent > 0 AND discount_percent <= 10000) OR (discount_percent IS NULL AND discount_amount IS NOT NULL AND discount_amount > 0 AND discount_amount < threshold_amount))) OR (method = 'gift' AND gift_product_id IS NOT NULL AND gift_quantity IS NOT NULL AND gift_quantity > 0 AND discount_percent IS NULL AND discount_amount IS NULL)",
            name=op.f("ck_promotion_tier_fields_of_method"),
        ),
        sa.CheckConstraint("threshold_amount >= 0", name=op.f("ck_promotion_tier_threshold")),
        sa.ForeignKeyConstraint(
            ["changed_by_id"],
            ["ab_user.id"],
            name=op.f("fk_promotion_tier_changed_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["ab_user.id"],
            name=op.f("fk_promotion_tier_created_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["gift_product_id"],
            ["product.id"],
            name=op.f("fk_promotion_tier_gift_product_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["promotion_id", "method"],
            ["sales_promotion.id", "sales_promotion.method"],
            name=op.f("fk_promotion_tier_promotion_id_method"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["promotion_id"],
            ["sales_promotion.id"],
            name=op.f("fk_promotion_tier_promotion_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promotion_tier")),
        sa.UniqueConstraint(
            "promotion_id", "threshold_amount", name=op.f("uq_promotion_tier_promotion_id_threshold_amount")
        ),
    )


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("promotion_tier")
    op.drop_table("promotion_product")
    op.drop_table("approval_event")
    op.drop_table("appraisal_score")
    op.drop_table("agreement_obligation")
    op.drop_table("sales_promotion")
