"""The database fixtures themselves: real engines, empty, and apart from each other."""

import socket
import warnings

import pytest
from pytest_socket import SocketConnectBlockedError
from sqlalchemy import create_engine, inspect, text
from time_machine import Traveller

from app.core.clock import utc_now


@pytest.mark.parametrize("turn", [1, 2])
def test_every_test_gets_an_empty_database(database_url: str, turn: int) -> None:
    engine = create_engine(database_url)
    assert inspect(engine).get_table_names() == []
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE kept (turn INTEGER)"))
        connection.execute(text("INSERT INTO kept VALUES (:turn)"), {"turn": turn})
    assert inspect(engine).get_table_names() == ["kept"]
    engine.dispose()


def test_postgresql_is_a_real_server_with_durable_commits(postgres_url: str) -> None:
    engine = create_engine(postgres_url)
    with engine.connect() as connection:
        assert int(connection.execute(text("SHOW server_version_num")).scalar_one()) >= 180000
        assert connection.execute(text("SHOW synchronous_commit")).scalar_one() == "on"
        assert connection.execute(text("SHOW server_encoding")).scalar_one() == "UTF8"
    engine.dispose()


def test_the_outside_cannot_be_called() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the guard also warns, for code that swallows its error
        with pytest.raises(SocketConnectBlockedError, match="192"), socket.socket() as outside:
            outside.connect(("192.0.2.1", 80))


def test_the_clock_stands_and_moves(clock: Traveller) -> None:
    from_start = utc_now()
    clock.shift(3600)
    assert (from_start.isoformat(), (utc_now() - from_start).seconds) == ("2026-03-10T02:00:00+00:00", 3600)
