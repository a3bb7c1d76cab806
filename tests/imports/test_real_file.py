"""The real invoice lines: figures, the same again, undo. The whole file on SQLite, its beginning on PostgreSQL."""

from collections.abc import Callable
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select, text

from app.core.db import db
from app.imports.undo import undo_import
from models.purchases import Purchase, PurchaseLine
from tests.imports.conftest import Desk

WHOLE = (209_029, 10_783, 2_767)
"""Rows, receipts and customers, counted in the file by other means."""


def test_the_real_file(
    app: Flask, desk: Desk, real_file: Path, some_real_lines: Callable[[int], Path]
) -> None:
    is_sqlite = db.engine.dialect.name == "sqlite"
    path = real_file if is_sqlite else some_real_lines(30_000)
    before = desk.digests()
    outcome = desk.run(path)
    assert outcome.refused == 0
    if is_sqlite:
        made = (outcome.stored, outcome.created["purchase"], outcome.created["customer"])
        assert made == WHOLE
        assert outcome.read == WHOLE[0]
    else:
        assert (outcome.read, outcome.stored) == (30_000, 30_000)
    total, sums = (
        desk.session.connection()
        .execute(
            text(
                "SELECT (SELECT sum(total_amount) FROM purchase), (SELECT sum(line_total) FROM purchase_line)"
            )
        )
        .one()
    )
    assert total == sums
    again = desk.run(path)
    assert again.is_repeated
    assert desk.session.scalar(select(func.count()).select_from(PurchaseLine)) == outcome.stored
    undo_import(batch_id=outcome.batch_id or 0)
    assert desk.session.scalar(select(func.count()).select_from(Purchase)) == 0
    assert desk.digests() == before
