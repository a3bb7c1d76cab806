# ruff: noqa: S608  every statement is made of this file's own constants
"""Whatever is done to the stored trail behind the portal's back, the proof finds and names it."""

import json
import random
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.audit.canonical import instant_text, json_text, link_of_text
from app.audit.chain import record
from app.audit.checkpoint import Checkpoint, CheckpointError, read_checkpoints, write_checkpoint
from app.audit.commands import BROKEN, COULD_NOT_RUN, INTACT, audit
from app.audit.entries import TABLE, body_text
from app.audit.keys import SIGNING_FILE, personal_key, public_key_text, signing_key
from app.audit.stored import StoredChain
from app.audit.verify import Damage, checkpoint, verify
from app.core.actor import Actor, acting_as
from migrations.triggers import drop_triggers

SIZE = 30
FLIPS = 150
"""Random bits flipped on each database; a thousand were run when this was written."""


@pytest.fixture
def trail(session: Session) -> Connection:
    """A chain of SIZE entries on a connection on which nothing protects it any more."""
    for number in range(SIZE):
        actor = Actor(
            user_id=number,
            name=f"李明 {number}",
            session_id="s",
            address="192.0.2.1",
            request_id=f"r{number}",
        )
        with acting_as(actor):
            record(
                session,
                action="plan.submit",
                record_type="marketing_plan",
                record_id=number,
                record_version=number + 1,
                changes={"名称": ["旧", f"新 {number}"], "amount": ["1.5", None], "n": number},
                reason=f"理由 é {number}",
                acting_for="王总",
            )
        if number % 10 == 9:
            session.commit()
    connection = session.connection()
    drop_triggers(connection)
    return connection


@contextmanager
def tampered(connection: Connection, *statements: str, **values: Any) -> Iterator[None]:
    """Run statements and undo them afterwards."""
    savepoint = connection.begin_nested()
    for statement in statements:
        connection.execute(text(statement), values)
    yield
    savepoint.rollback()


def found(connection: Connection, **options: Any) -> tuple[int, str] | None:
    finding = verify(bind=connection, **options).finding
    return (finding.seq, str(finding.damage)) if finding else None


def test_an_untouched_trail_is_intact(trail: Connection) -> None:
    proof = verify(bind=trail)
    assert proof.is_intact
    assert (proof.entries, proof.size) == (SIZE, SIZE)
    assert (
        proof.head
        == trail.execute(text("SELECT hash FROM audit_event ORDER BY seq DESC LIMIT 1")).scalar_one()
    )
    assert verify(since=SIZE - 4, bind=trail).entries == 5
    assert verify(since=SIZE + 1, bind=trail).is_intact


@pytest.mark.parametrize(
    "change",
    [
        "user_id = 99",
        "user_id = NULL",
        "actor_name = '王总'",
        "acting_for = NULL",
        "session_id = 't'",
        "address = '192.0.2.9'",
        "request_id = 'r'",
        "action = 'plan.approve'",
        "record_type = 'activity'",
        "record_id = '77'",
        "record_version = 7",
        "changes = '{}'",
        "reason = NULL",
        "reason = ''",
        "algorithm = 'sm3'",
        "algorithm = 'md5'",
        "prev_hash = hash",
        "hash = 'ff'",
        "at = '2020-01-01 00:00:00.000000'",
    ],
)
@pytest.mark.parametrize("seq", [1, 17, SIZE])
def test_each_changed_column_is_found(trail: Connection, change: str, seq: int) -> None:
    with tampered(trail, f"UPDATE audit_event SET {change} WHERE seq = {seq}"):
        finding = found(trail)
    assert finding is not None
    assert finding[0] == seq
    assert finding[1] in {"changed", "inserted"} if change.startswith("prev") else finding[1] == "changed"
    assert found(trail) is None


def test_random_flipped_bits_are_all_found(trail: Connection) -> None:
    dice = random.Random(20260501)
    missed, flipped = [], 0
    for _ in range(FLIPS):
        seq, column = dice.randint(1, SIZE), dice.choice([c.name for c in TABLE.columns])
        savepoint = trail.begin_nested()
        if flip(trail, seq, column, dice):
            flipped += 1
            finding = found(trail)
            if finding is None or finding[0] != seq:
                missed.append((seq, column, finding))
        savepoint.rollback()
    assert missed == []
    assert flipped > FLIPS // 3
    assert found(trail) is None


def flip(connection: Connection, seq: int, column: str, dice: random.Random) -> bool:
    """Flip one bit of a stored value; False when the database does not take the result."""
    is_number = column in {"seq", "user_id", "record_version"}
    where = {"seq": seq}
    if is_number:
        bit = 1 << dice.randint(5, 30)
        statement = (
            f"UPDATE audit_event SET {column} = ({column} | :bit) - ({column} & :bit) WHERE seq = :seq"
        )
        connection.execute(text(statement), {**where, "bit": bit})
        return True
    is_sqlite = connection.dialect.name == "sqlite"
    blob = "CAST({} AS BLOB)" if is_sqlite else "convert_to(CAST({} AS text), 'UTF8')"
    old = connection.execute(
        text(f"SELECT {blob.format(column)} FROM audit_event WHERE seq = :seq"), where
    ).scalar_one()
    place = dice.randrange(len(old))
    new = old[:place] + bytes([old[place] ^ (1 << dice.randrange(8))]) + old[place + 1 :]
    if is_sqlite:
        connection.execute(
            text(f"UPDATE audit_event SET {column} = CAST(:new AS TEXT) WHERE seq = :seq"),
            {**where, "new": new},
        )
        return True
    return _flip_on_postgresql(connection, column, where, old, new)


def _flip_on_postgresql(
    connection: Connection, column: str, where: dict[str, int], old: bytes, new: bytes
) -> bool:
    # PostgreSQL refuses text, JSON and instants that are none; only what it takes can be a change.
    kind = {"changes": "jsonb", "at": "timestamptz"}.get(column, "text")
    statement = f"UPDATE audit_event SET {column} = CAST(:new AS {kind}) WHERE seq = :seq"
    try:
        old_text, new_text = old.decode(), new.decode()
        with connection.begin_nested():
            is_other: bool = connection.execute(
                text(f"SELECT CAST(:old AS {kind}) <> CAST(:new AS {kind})"),
                {"old": old_text, "new": new_text},
            ).scalar_one()
            connection.execute(text(statement), {**where, "new": new_text})
    except (UnicodeDecodeError, DBAPIError):
        return False
    return is_other


@pytest.mark.parametrize("seq", [1, 2, 17])
def test_a_removed_entry_is_found(trail: Connection, seq: int) -> None:
    with tampered(trail, f"DELETE FROM audit_event WHERE seq = {seq}"):
        assert found(trail) == (seq, "removed")
    closed = (
        f"DELETE FROM audit_event WHERE seq = {seq}",
        f"UPDATE audit_event SET seq = seq + 1000 WHERE seq > {seq}",
        "UPDATE audit_event SET seq = seq - 1001 WHERE seq > 1000",
    )
    with tampered(trail, *closed):
        assert found(trail) == (seq, "removed")


@pytest.mark.parametrize(("one", "other"), [(1, 2), (7, 8), (5, 20), (29, 30)])
def test_swapped_entries_are_found(trail: Connection, one: int, other: int) -> None:
    swap = (
        f"UPDATE audit_event SET seq = 1000 WHERE seq = {one}",
        f"UPDATE audit_event SET seq = {one} WHERE seq = {other}",
        f"UPDATE audit_event SET seq = {other} WHERE seq = 1000",
    )
    with tampered(trail, *swap):
        proof = verify(bind=trail)
        assert proof.finding is not None
        assert (proof.finding.seq, proof.finding.damage) == (one, Damage.SWAPPED)
        assert str(other) in proof.finding.text
        assert proof.entries == one - 1


COLUMNS = ", ".join(
    column.name for column in TABLE.columns if column.name not in {"seq", "hash", "prev_hash"}
)


@pytest.mark.parametrize("seq", [1, 17, SIZE])
@pytest.mark.parametrize("prev", ["prev_hash", "hash"])
def test_an_inserted_entry_is_found(trail: Connection, seq: int, prev: str) -> None:
    insert = (
        f"UPDATE audit_event SET seq = seq + 1001 WHERE seq >= {seq}",
        "UPDATE audit_event SET seq = seq - 1000 WHERE seq > 1000",
        (
            f"INSERT INTO audit_event (seq, hash, prev_hash, {COLUMNS})"
            f" SELECT {seq}, '{'ab' * 32}', {prev}, {COLUMNS} FROM audit_event WHERE seq = 9"
        ),
    )
    with tampered(trail, *insert):
        assert found(trail) == (seq, "inserted")


def test_a_forged_entry_at_the_end_is_found(trail: Connection) -> None:
    forged = (
        f"INSERT INTO audit_event (seq, hash, prev_hash, {COLUMNS}) "
        f"SELECT {SIZE + 1}, '{'ab' * 32}', hash, {COLUMNS} FROM audit_event WHERE seq = {SIZE}"
    )
    with tampered(trail, forged):
        finding = found(trail)
    assert finding is not None
    assert finding[0] == SIZE + 1


def test_a_cut_off_end_shows_against_a_checkpoint(app: Flask, trail: Connection, tmp_path: Path) -> None:
    with app.app_context():
        file = checkpoint(tmp_path, bind=trail)
        assert verify(checkpoint_file=file, bind=trail).checkpoints == 1
        with tampered(trail, f"DELETE FROM audit_event WHERE seq > {SIZE - 3}"):
            assert found(trail) is None  # nothing in the database tells it
            assert found(trail, checkpoint_file=file) == (SIZE - 2, "truncated")
        with tampered(trail, "DELETE FROM audit_event"):
            assert found(trail, checkpoint_file=file) == (1, "truncated")
        assert found(trail, checkpoint_file=file) is None


def test_a_chain_written_anew_shows_against_checkpoints(
    app: Flask, trail: Connection, tmp_path: Path
) -> None:
    with app.app_context():
        with tampered(trail, f"DELETE FROM audit_event WHERE seq > {SIZE - 10}"):
            checkpoint(tmp_path, bind=trail)
        checkpoint(tmp_path, bind=trail)
        savepoint = trail.begin_nested()
        rewrite(trail, SIZE - 5)
        assert found(trail) is None  # every hash is correct
        assert found(trail, checkpoint_file=tmp_path) == (SIZE - 9, "rewritten")
        savepoint.rollback()
        assert verify(checkpoint_file=tmp_path, bind=trail).checkpoints == 2


def rewrite(connection: Connection, first: int) -> None:
    """Change an entry and compute every later hash anew, as somebody would who owns the database."""
    chain = StoredChain(connection)
    before = chain.at(first - 1)
    assert before is not None
    link = before.hash
    connection.execute(text("UPDATE audit_event SET reason = 'forged' WHERE seq = :seq"), {"seq": first})
    for entry in list(chain.entries(first)):
        new = link_of_text(link, body_text(entry.row, entry.at, entry.changes))
        connection.execute(
            text("UPDATE audit_event SET prev_hash = :prev, hash = :new WHERE seq = :seq"),
            {"prev": link, "new": new, "seq": entry.seq},
        )
        link = new


def test_a_checkpoint_of_another_hand_is_not_believed(app: Flask, trail: Connection, tmp_path: Path) -> None:
    with app.app_context():
        file = checkpoint(tmp_path / "own", bind=trail)
        [genuine] = read_checkpoints(file)
        forged = write_checkpoint(replace(genuine, size=SIZE - 1), tmp_path / "forged")
        assert found(trail, checkpoint_file=forged) == (SIZE - 1, "false checkpoint")
        stranger = signing_key(folder(tmp_path / "stranger"))
        bare = replace(genuine, public_key=stranger.public_key().public_bytes_raw().hex())
        signed = replace(bare, signature=stranger.sign(bare.signed_bytes()).hex())
        assert signed.is_authentic(bare.public_key)
        file = write_checkpoint(signed, tmp_path / "signed")
        assert found(trail, checkpoint_file=file) == (SIZE, "false checkpoint")
        assert found(trail, checkpoint_file=file, public_key=bare.public_key) is None


def folder(path: Path) -> Path:
    path.mkdir()
    return path


@pytest.mark.parametrize("field", ["size", "head", "time", "public_key", "signature"])
def test_each_field_of_a_checkpoint_is_signed(tmp_path: Path, field: str) -> None:
    key = signing_key(tmp_path)
    bare = Checkpoint(
        size=3, head="ab" * 32, time="2026-05-01T00:00:00.000000Z", public_key=public_key_text(tmp_path)
    )
    genuine = replace(bare, signature=key.sign(bare.signed_bytes()).hex())
    assert genuine.is_authentic(genuine.public_key)
    value = asdict(genuine)[field]
    other = Checkpoint(**{**asdict(genuine), field: value + 1 if isinstance(value, int) else value[1:] + "1"})
    assert not other.is_authentic(genuine.public_key)


@pytest.mark.parametrize("content", ["", "{}", "[]", "null", '{"size": 1}', "\x00", None])
def test_a_file_that_is_no_checkpoint_is_named(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "audit-x.json"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(CheckpointError, match=r"audit-x\.json"):
        read_checkpoints(path)
    wrong = {"size": "3", "head": "", "time": "", "public_key": "", "signature": ""}
    path.write_text(json.dumps(wrong), encoding="utf-8")
    with pytest.raises(CheckpointError, match="wrong type"):
        read_checkpoints(path)
    with pytest.raises(CheckpointError, match="no checkpoint in"):
        read_checkpoints(folder(tmp_path / "empty"))


def test_keys_are_made_once_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    first = public_key_text(tmp_path)
    assert public_key_text(tmp_path) == first
    assert personal_key(tmp_path) == personal_key(tmp_path)
    assert len(personal_key(tmp_path)) == 32
    files = sorted(tmp_path.iterdir())
    assert [file.name for file in files] == ["audit-personal.key", SIGNING_FILE]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_the_stored_text_is_what_was_hashed(trail: Connection) -> None:
    entry = StoredChain(trail).at(3)
    assert entry is not None
    assert json.loads(body_text(entry.row, entry.at, entry.changes))["reason"] == "理由 é 2"
    assert entry.changes == json_text({"amount": ["1.5", None], "n": 2, "名称": ["旧", "新 2"]})
    written = trail.execute(select(TABLE.c.at).where(TABLE.c.seq == 3)).scalar_one()
    assert entry.at == instant_text(written)


def test_the_command_line_tells_by_its_exit_code(app: Flask, tmp_path: Path) -> None:
    runner = app.test_cli_runner()
    result = runner.invoke(audit, ["checkpoint", "--folder", str(tmp_path)])
    assert result.exit_code == INTACT
    assert "Public key of this instance" in result.output
    [file] = tmp_path.iterdir()
    result = runner.invoke(audit, ["verify", "--checkpoint", str(tmp_path)])
    assert (result.exit_code, result.output.split(":")[0]) == (INTACT, "INTACT")
    data = json.loads(file.read_text())
    file.write_text(json.dumps({**data, "size": data["size"] + 5}))
    result = runner.invoke(audit, ["verify", "--checkpoint", str(tmp_path)])
    assert result.exit_code == BROKEN
    assert result.output.startswith("BROKEN at entry ")
    file.write_text("nothing")
    result = runner.invoke(audit, ["verify", "--checkpoint", str(tmp_path)])
    assert result.exit_code == COULD_NOT_RUN
    assert len(result.output.strip().splitlines()) == 1
    assert runner.invoke(audit, ["verify", "--since", "0"]).exit_code == COULD_NOT_RUN
