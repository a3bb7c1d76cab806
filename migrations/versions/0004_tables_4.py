"""Tables, part 4 of 10: import_batch to employee_assignment.

Revision: 0004
Follows: 0003
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "import_batch",
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("read_rows", sa.Integer(), nullable=False),
        sa.Column("stored_rows", sa.Integer(), nullable=False),
        sa.Column("unchanged_rows", sa.Integer(), nullable=False),
        sa.Column("refused_rows", sa.Integer(), nullable=False),
        sa.Column("mapping", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("problems", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("custom_data", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(status = 'dry_run' AND posted_at IS NULL AND undone_at IS NULL) OR (status = 'posted' AND posted_at IS NOT NULL AND undone_at IS NULL) OR (status = 'undone' AND posted_at IS NOT NULL AND undone_at IS NOT NULL AND undone_at >= posted_at)",
            name=op.f("ck_import_batch_times_of_status"),
        ),
        sa.CheckConstraint(
            "kind IS NOT NULL AND kind IN ('customers', 'purchases')", name=op.f("ck_import_batch_kind")
        ),
        sa.CheckConstraint(
            "status IS NOT NULL AND status IN ('dry_run', 'posted', 'undone')",
            name=op.f("ck_import_batch_status"),
        ),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_import_batch_sha256")),
        sa.CheckConstraint(
            "stored_rows >= 0 AND unchanged_rows >= 0 AND refused_rows >= 0 AND stored_rows + unchanged_rows + refused_rows = read_rows",
            name=op.f("ck_import_batch_rows"),
        ),
        sa.ForeignKeyConstraint(
            ["changed_by_id"], ["ab_user.id"], name=op.f("fk_import_batch_changed_by_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["ab_user.id"], name=op.f("fk_import_batch_created_by_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["customer_source.id"], name=op.f("fk_import_batch_source_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_batch")),
    )
    op.create_index("ix_import_batch_sha256", "import_batch", ["sha256"], unique=False)
    op.create_index("ix_import_batch_source_id", "import_batch", ["source_id"], unique=False)
    op.create_index(
        "uq_import_batch_posted",
        "import_batch",
        ["kind", "sha256"],
        unique=True,
        sqlite_where=sa.text("status = 'posted'"),
        postgresql_where=sa.text("status = 'posted'"),
    )
    op.create_table(
        "product",
        sa.Column("sku", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("name_en", sa.String(length=160), nullable=True),
        sa.Column("product_line_id", sa.Integer(), nullable=False),
        sa.Column("season", sa.String(length=10), nullable=False),
        sa.Column("launch_year", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("unit", sa.String(length=20), nullable=False),
        sa.Column("features", sa.Text(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("custom_data", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "season IS NOT NULL AND season IN ('spring', 'summer', 'autumn', 'winter', 'all_year')",
            name=op.f("ck_product_season"),
        ),
        sa.CheckConstraint("sku <> ''", name=op.f("ck_product_sku")),
        sa.CheckConstraint(
            "status IS NOT NULL AND status IN ('planned', 'on_sale', 'discontinued')",
            name=op.f("ck_product_status"),
        ),
        sa.CheckConstraint(
            "launch_year IS NULL OR launch_year BETWEEN 2000 AND 2100", name=op.f("ck_product_launch_year")
        ),
        sa.ForeignKeyConstraint(
            ["changed_by_id"], ["ab_user.id"], name=op.f("fk_product_changed_by_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["ab_user.id"], name=op.f("fk_product_created_by_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["product_line_id"],
            ["product_line.id"],
            name=op.f("fk_product_product_line_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product")),
        sa.UniqueConstraint("sku", name=op.f("uq_product_sku")),
    )
    op.create_index(
        "ix_product_alive",
        "product",
        ["id"],
        unique=False,
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index("ix_product_name_id", "product", ["name", "id"], unique=False)
    op.create_index("ix_product_product_line_id", "product", ["product_line_id"], unique=False)
    op.create_table(
        "approval_instance",
        sa.Column("record_type", sa.String(length=40), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("record_title", sa.String(length=240), nullable=False),
        sa.Column("amount_text", sa.String(length=40), nullable=True),
        sa.Column("flow_version_id", sa.Integer(), nullable=False),
        sa.Column("submitter_id", sa.Integer(), nullable=False),
        sa.Column("submitter_department_id", sa.Integer(), nullable=False),
        sa.Column("round_no", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("needs_administrator", sa.Boolean(), nullable=False),
        sa.Column("snapshot_id", sa.Integer(), nullable=False),
        sa.Column("expected_route", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("custom_data", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "state IS NOT NULL AND state IN ('in_review', 'approved', 'rejected', 'returned', 'withdrawn', 'cancelled')",
            name=op.f("ck_approval_instance_state"),
        ),
        sa.ForeignKeyConstraint(
            ["changed_by_id"],
            ["ab_user.id"],
            name=op.f("fk_approval_instance_changed_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["ab_user.id"],
            name=op.f("fk_approval_instance_created_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["flow_version_id"],
            ["flow_version.id"],
            name=op.f("fk_approval_instance_flow_version_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["snapshot_id"],
            ["record_snapshot.id"],
            name=op.f("fk_approval_instance_snapshot_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["submitter_department_id"],
            ["department.id"],
            name=op.f("fk_approval_instance_submitter_department_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["submitter_id"],
            ["employee.id"],
            name=op.f("fk_approval_instance_submitter_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_instance")),
        sa.UniqueConstraint("id", "submitter_id", name=op.f("uq_approval_instance_id_submitter_id")),
    )
    op.create_index(
        "ix_approval_instance_record", "approval_instance", ["record_type", "record_id", "id"], unique=False
    )
    op.create_index(
        "ix_approval_instance_submitter", "approval_instance", ["submitter_id", "id"], unique=False
    )
    op.create_index(
        "uq_approval_instance_running",
        "approval_instance",
        ["record_type", "record_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('in_review', 'returned')"),
        postgresql_where=sa.text("state IN ('in_review', 'returned')"),
    )
    op.create_table(
        "competitor_price",
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("competitor_name", sa.String(length=80), nullable=False),
        sa.Column("price_amount", sa.BigInteger(), nullable=False),
        sa.Column("currency_code", sa.String(length=3), nullable=False),
        sa.Column("seen_on", sa.Date(), nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("custom_data", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("competitor_name <> ''", name=op.f("ck_competitor_price_competitor")),
        sa.CheckConstraint("length(currency_code) = 3", name=op.f("ck_competitor_price_currency")),
        sa.CheckConstraint("price_amount > 0", name=op.f("ck_competitor_price_price")),
        sa.ForeignKeyConstraint(
            ["changed_by_id"],
            ["ab_user.id"],
            name=op.f("fk_competitor_price_changed_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["ab_user.id"],
            name=op.f("fk_competitor_price_created_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_competitor_price_product_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_competitor_price")),
        sa.UniqueConstraint(
            "product_id",
            "competitor_name",
            "seen_on",
            "source",
            name=op.f("uq_competitor_price_product_id_competitor_name_seen_on_source"),
        ),
    )
    op.create_index("ix_competitor_price_seen_on_id", "competitor_price", ["seen_on", "id"], unique=False)
    op.create_table(
        "customer",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("gender", sa.String(length=8), nullable=True),
        sa.Column("birthday", sa.Date(), nullable=True),
        sa.Column("grade", sa.String(length=1), nullable=True),
        sa.Column("country", sa.String(length=60), nullable=True),
        sa.Column("region_id", sa.Integer(), nullable=True),
        sa.Column("city", sa.String(length=60), nullable=True),
        sa.Column("address", sa.String(length=200), nullable=True),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("source_customer_no", sa.String(length=60), nullable=True),
        sa.Column("completeness", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("merged_into_id", sa.Integer(), nullable=True),
        sa.Column("import_batch_id", sa.Integer(), nullable=True),
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
            "(status = 'merged' AND merged_into_id IS NOT NULL AND merged_into_id <> id) OR (status <> 'merged' AND merged_into_id IS NULL)",
            name=op.f("ck_customer_merged"),
        ),
        sa.CheckConstraint(
            "gender IS NULL OR gender IN ('female', 'male', 'other')", name=op.f("ck_customer_gender")
        ),
        sa.CheckConstraint("grade IS NULL OR grade IN ('A', 'B', 'C', 'D')", name=op.f("ck_customer_grade")),
        sa.CheckConstraint(
            "kind = 'person' OR (gender IS NULL AND birthday IS NULL)",
            name=op.f("ck_customer_company_without_person_data"),
        ),
        sa.CheckConstraint(
            "kind IS NOT NULL AND kind IN ('person', 'company')", name=op.f("ck_customer_kind")
        ),
        sa.CheckConstraint("name <> ''", name=op.f("ck_customer_name")),
        sa.CheckConstraint(
            "status <> 'erased' OR (name = code AND gender IS NULL AND birthday IS NULL AND address IS NULL AND city IS NULL AND source_customer_no IS NULL AND note IS NULL)",
            name=op.f("ck_customer_erased_is_empty"),
        ),
        sa.CheckConstraint(
            "status IS NOT NULL AND status IN ('active', 'merged', 'erased')", name=op.f("ck_customer_status")
        ),
        sa.CheckConstraint("completeness BETWEEN 0 AND 100", name=op.f("ck_customer_completeness")),
        sa.ForeignKeyConstraint(
            ["changed_by_id"], ["ab_user.id"], name=op.f("fk_customer_changed_by_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["ab_user.id"], name=op.f("fk_customer_created_by_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_customer_department_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["import_batch_id"],
            ["import_batch.id"],
            name=op.f("fk_customer_import_batch_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["merged_into_id"], ["customer.id"], name=op.f("fk_customer_merged_into_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["employee.id"], name=op.f("fk_customer_owner_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["region_id"], ["region.id"], name=op.f("fk_customer_region_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["customer_source.id"], name=op.f("fk_customer_source_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer")),
        sa.UniqueConstraint("code", name=op.f("uq_customer_code")),
        sa.UniqueConstraint(
            "source_id", "source_customer_no", name=op.f("uq_customer_source_id_source_customer_no")
        ),
    )
    op.create_index(
        "ix_customer_alive",
        "customer",
        ["id"],
        unique=False,
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_customer_bin",
        "customer",
        ["deleted_at", "id"],
        unique=False,
        sqlite_where=sa.text("deleted_at IS NOT NULL"),
        postgresql_where=sa.text("deleted_at IS NOT NULL"),
    )
    op.create_index(
        "ix_customer_created_at_id",
        "customer",
        ["created_at", "id"],
        unique=False,
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index("ix_customer_department_id", "customer", ["department_id"], unique=False)
    op.create_index(
        "ix_customer_grade_id",
        "customer",
        ["grade", "id"],
        unique=False,
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_customer_import_batch_id",
        "customer",
        ["import_batch_id"],
        unique=False,
        sqlite_where=sa.text("import_batch_id IS NOT NULL"),
        postgresql_where=sa.text("import_batch_id IS NOT NULL"),
    )
    op.create_index(
        "ix_customer_merged_into_id",
        "customer",
        ["merged_into_id"],
        unique=False,
        sqlite_where=sa.text("merged_into_id IS NOT NULL"),
        postgresql_where=sa.text("merged_into_id IS NOT NULL"),
    )
    op.create_index(
        "ix_customer_name_id",
        "customer",
        ["name", "id"],
        unique=False,
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index("ix_customer_owner_id", "customer", ["owner_id"], unique=False)
    op.create_index("ix_customer_region_id", "customer", ["region_id"], unique=False)
    op.create_table(
        "employee_assignment",
        sa.Column("employee_id", sa.Integer(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("position_id", sa.Integer(), nullable=False),
        sa.Column("superior_id", sa.Integer(), nullable=True),
        sa.Column("start_on", sa.Date(), nullable=False),
        sa.Column("end_on", sa.Date(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("custom_data", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("end_on IS NULL OR end_on > start_on", name=op.f("ck_employee_assignment_dates")),
        sa.CheckConstraint(
            "superior_id IS NULL OR superior_id <> employee_id",
            name=op.f("ck_employee_assignment_not_own_superior"),
        ),
        sa.ForeignKeyConstraint(
            ["changed_by_id"],
            ["ab_user.id"],
            name=op.f("fk_employee_assignment_changed_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["ab_user.id"],
            name=op.f("fk_employee_assignment_created_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["department.id"],
            name=op.f("fk_employee_assignment_department_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["employee_id"],
            ["employee.id"],
            name=op.f("fk_employee_assignment_employee_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["position_id"],
            ["position.id"],
            name=op.f("fk_employee_assignment_position_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["superior_id"],
            ["employee.id"],
            name=op.f("fk_employee_assignment_superior_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_employee_assignment")),
        sa.UniqueConstraint(
            "employee_id", "start_on", name=op.f("uq_employee_assignment_employee_id_start_on")
        ),
    )
    op.create_index(
        "uq_employee_assignment_open",
        "employee_assignment",
        ["employee_id"],
        unique=True,
        sqlite_where=sa.text("end_on IS NULL"),
        postgresql_where=sa.text("end_on IS NULL"),
    )


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("employee_assignment")
    op.drop_table("customer")
    op.drop_table("competitor_price")
    op.drop_table("approval_instance")
    op.drop_table("product")
    op.drop_table("import_batch")
