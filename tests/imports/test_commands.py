"""The command line: summary, refused rows, exit codes."""

from pathlib import Path

from click.testing import Result
from flask import Flask
from sqlalchemy import func, select

from app.imports.commands import import_group
from models.purchases import Purchase
from tests.imports.conftest import Desk
from tests.imports.test_purchases import GOOD, HEADER, line


def run(app: Flask, *arguments: object) -> Result:
    return app.test_cli_runner().invoke(import_group, [str(argument) for argument in arguments])


def purchases(desk: Desk) -> int:
    return desk.session.scalar(select(func.count()).select_from(Purchase)) or 0


def test_dry_run_import_repeat_and_undo(app: Flask, desk: Desk) -> None:
    path = desk.file(GOOD)
    options = ("--zone", "Europe/London", "--currency", "gbp", "--owner", "E-1")
    tried = run(app, "purchases", path, "--dry-run", *options)
    assert (tried.exit_code, purchases(desk)) == (0, 0), tried.output
    assert "nothing was stored" in tried.output
    done = run(app, "purchases", path, *options)
    assert (done.exit_code, purchases(desk)) == (0, 3), done.output
    number = done.output.split("Imported as batch ")[1].split(".")[0]
    again = run(app, "purchases", path, *options)
    assert again.exit_code == 0
    assert f"imported before, as batch {number}" in again.output
    undone = run(app, "undo", number)
    assert (undone.exit_code, purchases(desk)) == (0, 0), undone.output
    assert run(app, "undo", number).exit_code == 1


def test_refused_rows_are_told_and_written(app: Flask, desk: Desk, tmp_path: Path) -> None:
    path = desk.file(HEADER + line("OK") + line("BAD", quantity="=2"))
    errors = tmp_path / "errors.csv"
    answer = run(app, "purchases", path, "--source", "官网", "--owner", "E-1", "--errors", errors)
    assert answer.exit_code == 3, answer.output
    assert "line 3, Quantity “=2”: This is not a number." in answer.output
    assert (
        errors.read_text(encoding="utf-8").splitlines()[1].startswith("3,Quantity,'=2,This is not a number.")
    )


def test_a_mapping_by_hand(app: Flask, desk: Desk) -> None:
    path = desk.file("a;b\n7;Mary\n", "people.csv")
    answer = run(app, "customers", path, "--owner", "E-1", "--map", "name=b", "--map", "source_customer_no=a")
    assert answer.exit_code == 0, answer.output
    assert desk.found("Mary") == ["Mary"]


def test_what_cannot_be_done_is_one_sentence(app: Flask, desk: Desk) -> None:
    good, page = desk.file(GOOD), desk.file("<html>", "page.csv")
    for arguments, code, words in (
        (("purchases", good, "--source", "nowhere"), 1, "There are: 官网"),
        (("purchases", good, "--owner", "nobody"), 1, "responsible"),
        (("purchases", good, "--owner", "E-1", "--zone", "Mars"), 1, "Europe/London"),
        (("purchases", page, "--owner", "E-1"), 1, "no readable text"),
        (("purchases", good, "--owner", "E-1", "--map", "sku"), 2, "FIELD=HEADER"),
        (("purchases", "missing.csv"), 2, "does not exist"),
        (("undo", "999999"), 1, "no import batch"),
    ):
        answer = run(app, *arguments)
        assert answer.exit_code == code, answer.output
        assert words in answer.output
        assert "Traceback" not in answer.output
    assert purchases(desk) == 0
