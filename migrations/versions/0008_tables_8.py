"""Tables, part 8 of 10: appraisal to purchase_line.

Revision: 0008
Follows: 0007
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "appraisal",
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("scheme_id", sa.Integer(), nullable=False),
        sa.Column("subject_kind", sa.String(length=12), nullable=False),
        sa.Column("subject_employee_id", sa.Integer(), nullable=True),
        sa.Column("subject_department_id", sa.Integer(), nullable=True),
        sa.Column("subject_activity_id", sa.Integer(), nullable=True),
        sa.Column("reviewer_id", sa.Integer(), nullable=False),
        sa.Column("self_score", sa.BigInteger(), nullable=True),
        sa.Column("final_score", sa.BigInteger(), nullable=True),
        sa.Column("level_id", sa.Integer(), nullable=True),
        sa.Column(
            "confirmed_level_id",
            sa.Integer(),
            sa.Computed(
                "CASE WHEN status IN ('in_force', 'closed', 'superseded') THEN level_id END", persisted=True
            ),
            nullable=True,
        ),
        sa.Column("scored_weight", sa.BigInteger(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
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
            "(subject_kind = 'employee' AND subject_employee_id IS NOT NULL AND subject_department_id IS NULL AND subject_activity_id IS NULL) OR (subject_kind = 'department' AND subject_employee_id IS NULL AND subject_department_id IS NOT NULL AND subject_activity_id IS NULL) OR (subject_kind = 'activity' AND subject_employee_id IS NULL AND subject_department_id IS NULL AND subject_activity_id IS NOT NULL)",
            name=op.f("ck_appraisal_one_subject"),
        ),
        sa.CheckConstraint(
            "status = 'draft' OR (final_score IS NOT NULL AND scored_weight = 10000)",
            name=op.f("ck_appraisal_scored_after_draft"),
        ),
        sa.CheckConstraint(
            "status IS NOT NULL AND status IN ('draft', 'in_review', 'returned', 'withdrawn', 'rejected', 'in_force', 'closed', 'superseded')",
            name=op.f("ck_appraisal_status"),
        ),
        sa.CheckConstraint(
            "status NOT IN ('in_force', 'closed', 'superseded') OR (approved_at IS NOT NULL AND approved_sha256 IS NOT NULL)",
            name=op.f("ck_appraisal_approved_needs_proof"),
        ),
        sa.CheckConstraint(
            "(final_score IS NULL) = (level_id IS NULL)", name=op.f("ck_appraisal_level_with_score")
        ),
        sa.CheckConstraint(
            "final_score IS NULL OR final_score BETWEEN 0 AND 10000", name=op.f("ck_appraisal_final_score")
        ),
        sa.CheckConstraint(
            "self_score IS NULL OR self_score BETWEEN 0 AND 10000", name=op.f("ck_appraisal_self_score")
        ),
        sa.CheckConstraint(
            "subject_employee_id IS NULL OR reviewer_id <> subject_employee_id",
            name=op.f("ck_appraisal_reviewer_not_subject"),
        ),
        sa.ForeignKeyConstraint(
            ["changed_by_id"], ["ab_user.id"], name=op.f("fk_appraisal_changed_by_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["ab_user.id"], name=op.f("fk_appraisal_created_by_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["appraisal_cycle.id"], name=op.f("fk_appraisal_cycle_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_appraisal_department_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["level_id", "scheme_id"],
            ["appraisal_level.id", "appraisal_level.scheme_id"],
            name=op.f("fk_appraisal_level_id_scheme_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["employee.id"], name=op.f("fk_appraisal_owner_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["reviewer_id"], ["employee.id"], name=op.f("fk_appraisal_reviewer_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["scheme_id", "subject_kind"],
            ["appraisal_scheme.id", "appraisal_scheme.subject_kind"],
            name=op.f("fk_appraisal_scheme_id_subject_kind"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["scheme_id"], ["appraisal_scheme.id"], name=op.f("fk_appraisal_scheme_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["subject_activity_id"],
            ["activity.id"],
            name=op.f("fk_appraisal_subject_activity_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["subject_department_id"],
            ["department.id"],
            name=op.f("fk_appraisal_subject_department_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["subject_employee_id"],
            ["employee.id"],
            name=op.f("fk_appraisal_subject_employee_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appraisal")),
        sa.UniqueConstraint("code", name=op.f("uq_appraisal_code")),
        sa.UniqueConstraint("id", "confirmed_level_id", name=op.f("uq_appraisal_id_confirmed_level_id")),
        sa.UniqueConstraint("id", "scheme_id", name=op.f("uq_appraisal_id_scheme_id")),
    )
    op.create_index(
        "ix_appraisal_alive",
        "appraisal",
        ["id"],
        unique=False,
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index("ix_appraisal_cycle_id", "appraisal", ["cycle_id"], unique=False)
    op.create_index("ix_appraisal_department_id", "appraisal", ["department_id"], unique=False)
    op.create_index("ix_appraisal_final_score_id", "appraisal", ["final_score", "id"], unique=False)
    op.create_index("ix_appraisal_owner_id", "appraisal", ["owner_id"], unique=False)
    op.create_index("ix_appraisal_reviewer_id", "appraisal", ["reviewer_id"], unique=False)
    op.create_index("ix_appraisal_scheme_id", "appraisal", ["scheme_id"], unique=False)
    op.create_index("ix_appraisal_status_id", "appraisal", ["status", "id"], unique=False)
    op.create_index("ix_appraisal_subject_activity_id", "appraisal", ["subject_activity_id"], unique=False)
    op.create_index(
        "ix_appraisal_subject_department_id", "appraisal", ["subject_department_id"], unique=False
    )
    op.create_index("ix_appraisal_subject_employee_id", "appraisal", ["subject_employee_id"], unique=False)
    op.create_index(
        "uq_appraisal_activity",
        "appraisal",
        ["cycle_id", "subject_activity_id"],
        unique=True,
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "uq_appraisal_department",
        "appraisal",
        ["cycle_id", "subject_department_id"],
        unique=True,
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "uq_appraisal_employee",
        "appraisal",
        ["cycle_id", "subject_employee_id"],
        unique=True,
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_table(
        "assignment",
        sa.Column("step_run_id", sa.Integer(), nullable=False),
        sa.Column("instance_id", sa.Integer(), nullable=False),
        sa.Column("submitter_id", sa.Integer(), nullable=False),
        sa.Column("assignee_id", sa.Integer(), nullable=False),
        sa.Column("on_behalf_of_id", sa.Integer(), nullable=True),
        sa.Column("is_self_allowed", sa.Boolean(), nullable=False),
        sa.Column("capacity", sa.String(length=20), nullable=False),
        sa.Column("order_no", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("custom_data", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "capacity IS NOT NULL AND capacity IN ('direct_superior', 'higher_level', 'department_leader', 'role_holder', 'named', 'administrator')",
            name=op.f("ck_assignment_capacity"),
        ),
        sa.CheckConstraint(
            "state IS NOT NULL AND state IN ('waiting', 'open', 'approved', 'rejected', 'returned', 'cancelled')",
            name=op.f("ck_assignment_state"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('approved', 'rejected', 'returned') OR decided_at IS NOT NULL",
            name=op.f("ck_assignment_decided"),
        ),
        sa.CheckConstraint(
            "assignee_id <> submitter_id OR is_self_allowed", name=op.f("ck_assignment_no_self_approval")
        ),
        sa.ForeignKeyConstraint(
            ["assignee_id"], ["employee.id"], name=op.f("fk_assignment_assignee_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["changed_by_id"], ["ab_user.id"], name=op.f("fk_assignment_changed_by_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["ab_user.id"], name=op.f("fk_assignment_created_by_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["instance_id", "submitter_id"],
            ["approval_instance.id", "approval_instance.submitter_id"],
            name=op.f("fk_assignment_instance_id_submitter_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["on_behalf_of_id"],
            ["employee.id"],
            name=op.f("fk_assignment_on_behalf_of_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["step_run_id"], ["step_run.id"], name=op.f("fk_assignment_step_run_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
        sa.UniqueConstraint("step_run_id", "assignee_id", name=op.f("uq_assignment_step_run_id_assignee_id")),
    )
    op.create_index("ix_assignment_decided", "assignment", ["assignee_id", "decided_at", "id"], unique=False)
    op.create_index(
        "ix_assignment_inbox",
        "assignment",
        ["assignee_id", "created_at", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index("ix_assignment_instance_id", "assignment", ["instance_id"], unique=False)
    op.create_table(
        "partner_agreement",
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("start_on", sa.Date(), nullable=False),
        sa.Column("end_on", sa.Date(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency_code", sa.String(length=3), nullable=False),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("effect_text", sa.Text(), nullable=True),
        sa.Column("our_duties", sa.Integer(), nullable=False),
        sa.Column("their_duties", sa.Integer(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("evaluated_on", sa.Date(), nullable=True),
        sa.Column("evaluation_score", sa.BigInteger(), nullable=True),
        sa.Column("lessons", sa.Text(), nullable=True),
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
            "(evaluated_on IS NULL AND evaluation_score IS NULL AND lessons IS NULL) OR (evaluated_on IS NOT NULL AND evaluation_score IS NOT NULL AND lessons IS NOT NULL AND lessons <> '' AND evaluation_score BETWEEN 0 AND 10000)",
            name=op.f("ck_partner_agreement_evaluation_whole"),
        ),
        sa.CheckConstraint(
            "signed_on IS NULL OR status IN ('in_force', 'closed', 'superseded')",
            name=op.f("ck_partner_agreement_signed_approved"),
        ),
        sa.CheckConstraint(
            "status <> 'closed' OR evaluated_on IS NOT NULL",
            name=op.f("ck_partner_agreement_closed_needs_evaluation"),
        ),
        sa.CheckConstraint(
            "status = 'draft' OR (content IS NOT NULL AND content <> '' AND effect_text IS NOT NULL AND effect_text <> '')",
            name=op.f("ck_partner_agreement_complete_after_draft"),
        ),
        sa.CheckConstraint(
            "status = 'draft' OR (our_duties > 0 AND their_duties > 0)",
            name=op.f("ck_partner_agreement_duties_of_both_sides"),
        ),
        sa.CheckConstraint(
            "status IS NOT NULL AND status IN ('draft', 'in_review', 'returned', 'withdrawn', 'rejected', 'in_force', 'closed', 'superseded')",
            name=op.f("ck_partner_agreement_status"),
        ),
        sa.CheckConstraint(
            "status NOT IN ('in_force', 'closed', 'superseded') OR (approved_at IS NOT NULL AND approved_sha256 IS NOT NULL)",
            name=op.f("ck_partner_agreement_approved_needs_proof"),
        ),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_partner_agreement_amount")),
        sa.CheckConstraint("end_on >= start_on", name=op.f("ck_partner_agreement_dates")),
        sa.CheckConstraint("length(currency_code) = 3", name=op.f("ck_partner_agreement_currency")),
        sa.ForeignKeyConstraint(
            ["changed_by_id"],
            ["ab_user.id"],
            name=op.f("fk_partner_agreement_changed_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["ab_user.id"],
            name=op.f("fk_partner_agreement_created_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["department.id"],
            name=op.f("fk_partner_agreement_department_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["employee.id"], name=op.f("fk_partner_agreement_owner_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_partner_agreement_partner_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_agreement")),
        sa.UniqueConstraint("code", name=op.f("uq_partner_agreement_code")),
    )
    op.create_index(
        "ix_partner_agreement_alive",
        "partner_agreement",
        ["id"],
        unique=False,
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_partner_agreement_department_id", "partner_agreement", ["department_id"], unique=False
    )
    op.create_index(
        "ix_partner_agreement_ending",
        "partner_agreement",
        ["end_on", "id"],
        unique=False,
        sqlite_where=sa.text("status = 'in_force'"),
        postgresql_where=sa.text("status = 'in_force'"),
    )
    op.create_index("ix_partner_agreement_owner_id", "partner_agreement", ["owner_id"], unique=False)
    op.create_index("ix_partner_agreement_partner_id", "partner_agreement", ["partner_id"], unique=False)
    op.create_index("ix_partner_agreement_status_id", "partner_agreement", ["status", "id"], unique=False)
    op.create_index("ix_partner_agreement_title_id", "partner_agreement", ["title", "id"], unique=False)
    op.create_table(
        "purchase_line",
        sa.Column("purchase_id", sa.Integer(), nullable=False),
        sa.Column("line_no", sa.Integer(), nullable=False),
        sa.Column("sku", sa.String(length=40), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=True),
        sa.Column("description", sa.String(length=200), nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("unit_price", sa.BigInteger(), nullable=False),
        sa.Column("line_total", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("custom_data", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("sku <> ''", name=op.f("ck_purchase_line_sku")),
        sa.CheckConstraint("line_no >= 1", name=op.f("ck_purchase_line_line_no")),
        sa.CheckConstraint("line_total = quantity * unit_price", name=op.f("ck_purchase_line_line_total")),
        sa.CheckConstraint("quantity <> 0", name=op.f("ck_purchase_line_quantity")),
        sa.CheckConstraint("unit_price >= 0", name=op.f("ck_purchase_line_unit_price")),
        sa.ForeignKeyConstraint(
            ["changed_by_id"],
            ["ab_user.id"],
            name=op.f("fk_purchase_line_changed_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["ab_user.id"],
            name=op.f("fk_purchase_line_created_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_purchase_line_product_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["purchase_id"], ["purchase.id"], name=op.f("fk_purchase_line_purchase_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchase_line")),
        sa.UniqueConstraint("purchase_id", "line_no", name=op.f("uq_purchase_line_purchase_id_line_no")),
    )
    op.create_index(
        "ix_purchase_line_product_id",
        "purchase_line",
        ["product_id"],
        unique=False,
        sqlite_where=sa.text("product_id IS NOT NULL"),
        postgresql_where=sa.text("product_id IS NOT NULL"),
    )
    op.create_index("ix_purchase_line_sku", "purchase_line", ["sku"], unique=False)


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("purchase_line")
    op.drop_table("partner_agreement")
    op.drop_table("assignment")
    op.drop_table("appraisal")
