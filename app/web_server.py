"""One waitress server: opens its port early, and stops without cutting off a request."""

import errno
import socket
import time

from flask import Flask
from waitress import create_server, wasyncore
from waitress.channel import HTTPChannel
from waitress.server import BaseWSGIServer

DRAIN_SECONDS = 30.0
"""How long a stop waits for running requests."""
_BACKLOG = 1024
_TICK_SECONDS = 0.1
_PORT_ERRORS = {
    errno.EADDRINUSE: "is in use: stop the program that uses it, or set YINGCE_PORT to another port",
    errno.EACCES: "may be opened by the administrator only: set YINGCE_PORT to 1024 or more",
    errno.EADDRNOTAVAIL: "cannot be opened, this machine has no such address: set YINGCE_HOST to one it has",
}


class StartError(Exception):
    """The portal cannot start; the text is one plain line that says what to do."""


def listen(host: str, port: int) -> socket.socket:
    """A listening socket, opened before anything slow so that a port in use shows at once.

    Raises:
        StartError: the port or the address cannot be used.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host.strip("[]"), port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except socket.gaierror as error:
        raise StartError(
            f"YINGCE_HOST is {host!r}, which is no address of this machine: try 127.0.0.1."
        ) from error
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        reason = _PORT_ERRORS.get(error.errno or 0, f"cannot be opened ({error.strerror})")
        raise StartError(f"Port {port} on {host} {reason}.") from error
    return listener


class PortalServer:
    """One waitress server around a socket that already listens.

    Args:
        app: the WSGI application.
        listener: from :func:`listen`.
        threads: requests served at the same time.
        most_bytes: largest request that the application itself accepts.
        proxy: address of the reverse proxy whose X-Forwarded headers are believed, or "".
        drain_seconds: how long a stop waits for running requests.
    """

    def __init__(
        self,
        app: Flask,
        listener: socket.socket,
        *,
        threads: int,
        most_bytes: int,
        proxy: str = "",
        drain_seconds: float = DRAIN_SECONDS,
    ) -> None:
        options = {}
        if proxy:
            options = {
                "trusted_proxy": proxy,
                "trusted_proxy_headers": "x-forwarded-for x-forwarded-proto x-forwarded-host",
            }
        self._is_stopping = False
        self._drain_seconds = drain_seconds
        self._server: BaseWSGIServer = create_server(
            app,
            sockets=[listener],
            threads=threads,
            ident="",
            # a little above Flask's own limit, so that the portal's page answers and not the server's bare line
            max_request_body_size=most_bytes + 1024 * 1024,
            connection_limit=500,
            asyncore_use_poll=True,
            clear_untrusted_proxy_headers=True,
            **options,
        )

    def stop(self) -> None:
        """Ask the loop to end, once; safe inside a signal handler."""
        if not self._is_stopping:
            self._is_stopping = True
            self._server.pull_trigger()

    def run(self) -> int:
        """Serve until :meth:`stop`, then drain; gives the number of requests that were cut off."""
        while not self._is_stopping:
            self._poll(1.0)
        return self._drain()

    def _poll(self, seconds: float) -> None:
        wasyncore.loop(timeout=seconds, use_poll=True, map=self._server._map, count=1)

    def _drain(self) -> int:
        for _ in range(_BACKLOG // 16):  # connections that the system has accepted already get their answer
            self._poll(0)
        wasyncore.dispatcher.close(self._server)  # the listening socket only, not the loop's own pipe
        deadline = time.monotonic() + self._drain_seconds
        while (busy := self._close_idle()) and time.monotonic() < deadline:
            self._poll(_TICK_SECONDS)
        self._poll(0)
        self._server.task_dispatcher.shutdown(cancel_pending=True, timeout=1)
        for channel in list(self._server.active_channels.values()):
            channel.handle_close()
        if not busy:  # a request that was cut off may still want to wake the loop
            self._server.trigger.close()
        return busy

    def _close_idle(self) -> int:
        """Close connections without work; gives the number of those that still have some."""
        busy = 0
        for channel in list(self._server.active_channels.values()):
            if _is_busy(channel):
                busy += 1
            else:
                channel.will_close = True
        return busy


def _is_busy(channel: HTTPChannel) -> bool:
    """Whether a request is being read or answered, or an answer is still going out."""
    return bool(channel.requests or channel.total_outbufs_len or channel.request is not None)
