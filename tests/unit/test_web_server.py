"""The server around any Flask application: ports that cannot be opened, and stops that lose no answer."""

import http.client
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import pytest
from flask import Flask, request

from app.web_server import PortalServer, StartError, listen


class Running:
    """A server in a thread of its own, and what its run() gave."""

    def __init__(self, app: Flask, *, drain_seconds: float, proxy: str) -> None:
        self.listener = listen("127.0.0.1", 0)
        self.port: int = self.listener.getsockname()[1]
        self.server = PortalServer(
            app, self.listener, threads=4, most_bytes=1024, proxy=proxy, drain_seconds=drain_seconds
        )
        self.cut: int | None = None
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self) -> None:
        self.cut = self.server.run()

    def stop(self) -> float:
        """Stop; gives the seconds it took."""
        started = time.monotonic()
        self.server.stop()
        self.thread.join(timeout=20)
        assert not self.thread.is_alive()
        return time.monotonic() - started


@contextmanager
def running(view: Callable[[], str], *, drain_seconds: float = 10.0, proxy: str = "") -> Iterator[Running]:
    app = Flask("served")
    app.add_url_rule("/", view_func=view, endpoint="page")
    found = Running(app, drain_seconds=drain_seconds, proxy=proxy)
    try:
        yield found
    finally:
        found.stop()


def get(port: int, **headers: str) -> tuple[int, bytes, dict[str, str]]:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=15)) as connection:
        connection.request("GET", "/", headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read(), dict(answer.getheaders())


def test_answers_without_naming_itself() -> None:
    with running(lambda: "here") as found:
        status, body, headers = get(found.port)
    assert (status, body) == (200, b"here")
    assert "Server" not in headers


@pytest.mark.parametrize("size", [10, 4_000_000])
def test_running_requests_end_with_their_whole_answer_and_new_ones_are_refused(size: int) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow() -> str:
        begun.set()
        go_on.wait(timeout=10)
        return "x" * size

    answers: list[int] = []
    with running(slow) as found:
        client = threading.Thread(target=lambda: answers.append(len(get(found.port)[1])))
        client.start()
        assert begun.wait(timeout=5)
        stopper = threading.Thread(target=found.stop)
        stopper.start()
        deadline = time.monotonic() + 5
        while _is_open(found.port) and time.monotonic() < deadline:
            time.sleep(0.05)
        is_open = _is_open(found.port)
        go_on.set()
        client.join(timeout=10)
        stopper.join(timeout=10)
    assert not is_open
    assert answers == [size]
    assert found.cut == 0


def test_queued_requests_are_answered_too() -> None:
    """More requests than threads at the moment of the stop: none may be dropped."""
    begun = threading.Semaphore(0)

    def slow() -> str:
        begun.release()
        time.sleep(0.3)
        return "done"

    answers: list[bytes] = []
    with running(slow) as found:
        clients = [threading.Thread(target=lambda: answers.append(get(found.port)[1])) for _ in range(12)]
        for client in clients:
            client.start()
        assert begun.acquire(timeout=5)
        time.sleep(0.2)  # the others have connected and wait for a thread
        found.stop()
        for client in clients:
            client.join(timeout=10)
    assert answers == [b"done"] * 12


def test_idle_connections_do_not_hold_up_a_stop() -> None:
    with (
        running(lambda: "here") as found,
        socket.create_connection(("127.0.0.1", found.port)),
        closing(http.client.HTTPConnection("127.0.0.1", found.port)) as kept,
    ):
        kept.request("GET", "/")
        kept.getresponse().read()
        assert found.stop() < 3


def test_a_request_that_never_ends_is_cut_off_and_counted() -> None:
    begun, go_on = threading.Event(), threading.Event()

    def endless() -> str:
        begun.set()
        go_on.wait(timeout=30)
        return ""

    def call() -> None:
        with pytest.raises((http.client.HTTPException, OSError)):
            get(found.port)

    with running(endless, drain_seconds=0.3) as found:
        client = threading.Thread(target=call)
        client.start()
        assert begun.wait(timeout=5)
        found.stop()
        assert found.cut == 1
        go_on.set()
        client.join(timeout=5)
        found.server._server.trigger.close()  # what the end of the process does for a request that is cut off


def test_forwarded_headers_count_only_from_the_named_proxy() -> None:
    def seen() -> str:
        return f"{request.scheme} {request.remote_addr}"

    forged = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}
    with running(seen) as found:
        assert get(found.port, **forged)[1] == b"http 127.0.0.1"
    with running(seen, proxy="127.0.0.1") as found:
        assert get(found.port, **forged)[1] == b"https 203.0.113.9"


def test_port_in_use_is_told_with_the_cure() -> None:
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(StartError, match=rf"^Port {port} on 127\.0\.0\.1 is in use: .*YINGCE_PORT"):
            listen("127.0.0.1", port)


def test_foreign_address_is_told_with_the_cure() -> None:
    with pytest.raises(StartError, match="no such address: set YINGCE_HOST"):
        listen("192.0.2.1", 8080)


def test_wrong_name_is_told_with_the_cure() -> None:
    with pytest.raises(StartError, match="YINGCE_HOST is 'no such host'"):
        listen("no such host", 8080)


def _is_open(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
