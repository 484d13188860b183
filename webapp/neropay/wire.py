"""The sockets of one request: connecting, knowing what was sent, and a deadline that holds.

Nothing of HTTP beyond what urllib3's connection does. Imported by `transport` only.
"""

from __future__ import annotations

import math
import os
import socket
import threading
import time
from contextlib import suppress
from typing import Any, Final

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import NewConnectionError

CONNECT_TIMEOUT: Final = 3.0
# A server that closes idle connections does so after this; a fresh one spares us the doubt
# whether a write on a closing connection arrived.
IDLE_LIMIT: Final = 20.0

_local = threading.local()


class Wire:
    """The sockets of one request: what was sent on them, and the means to cut them.

    A socket's own time-out counts from byte to byte, so an answer that drips would never end.
    At the deadline the watchdog shuts the connection down, wherever it is: TLS handshake,
    headers or body. It does so through a duplicate, which stays valid while the original is
    wrapped, closed or handed back to the pool.
    """

    def __init__(self, seconds: float) -> None:
        self.deadline = time.monotonic() + seconds
        self.was_sent = False
        self.is_expired = False
        self.code = "not_connected"
        self._lock = threading.Lock()
        self._duplicate: socket.socket | None = None

    def __enter__(self) -> Wire:
        _watchdog().watch(self)
        _local.wire = self
        return self

    def __exit__(self, *_exception: object) -> None:
        _local.wire = None
        _watchdog().forget(self)
        with self._lock:
            if self._duplicate is not None:
                self._duplicate.close()
                self._duplicate = None

    def remaining(self) -> float:
        """Seconds left, never zero or less: sockets take that for "do not wait"."""
        return max(0.001, self.deadline - time.monotonic())

    def attach(self, sock: socket.socket) -> None:
        """Put a connection under the deadline."""
        # Not sock.dup(): that would set the time-out of the original, which they share.
        duplicate = socket.socket(fileno=os.dup(sock.fileno()))
        with self._lock:
            if self._duplicate is not None:
                self._duplicate.close()
            self._duplicate = duplicate
        if self.is_expired:
            self.expire()

    def expire(self) -> None:
        """Cut the connection, and any that is attached from now on."""
        self.is_expired = True
        with self._lock:
            if self._duplicate is not None:
                # The other side may have closed it meanwhile: then the read has ended too.
                with suppress(OSError):
                    self._duplicate.shutdown(socket.SHUT_RDWR)


class Watchdog:
    """One thread for a process that cuts every wire whose deadline has come.

    A thread for each call would cost more than all else that we do for it. The thread is only
    woken when a deadline comes before the one that it waits for.
    """

    def __init__(self) -> None:
        self.pid = os.getpid()
        self._condition = threading.Condition()
        self._wires: set[Wire] = set()
        self._wakes_at = 0.0  # no deadline is before it: the thread is not waiting yet
        threading.Thread(target=self._run, name="neropay-deadlines", daemon=True).start()

    def watch(self, wire: Wire) -> None:
        """Cut a wire at its deadline, unless it is forgotten before."""
        with self._condition:
            self._wires.add(wire)
            if wire.deadline < self._wakes_at:
                self._wakes_at = wire.deadline
                self._condition.notify()

    def forget(self, wire: Wire) -> None:
        """Let go of a wire whose answer is there."""
        with self._condition:
            self._wires.discard(wire)

    def _run(self) -> None:
        while True:
            for wire in self._wait():
                wire.expire()

    def _wait(self) -> list[Wire]:
        """Sleep until the next deadline; give the wires whose time has come."""
        with self._condition:
            deadlines = [wire.deadline for wire in self._wires]
            self._wakes_at = min(deadlines, default=math.inf)
            left = min(self._wakes_at - time.monotonic(), threading.TIMEOUT_MAX)
            if left > 0:
                self._condition.wait(left)
            moment = time.monotonic()
            due = [wire for wire in self._wires if wire.deadline <= moment]
            self._wires.difference_update(due)
        return due


_watchdogs: list[Watchdog] = []
_starting = threading.Lock()


def _watchdog() -> Watchdog:
    """Give this process's watchdog; threads of a parent are not there after a fork."""
    if not _watchdogs or _watchdogs[0].pid != os.getpid():
        with _starting:
            if not _watchdogs or _watchdogs[0].pid != os.getpid():
                _watchdogs[:] = [Watchdog()]
    return _watchdogs[0]


class Watched(HTTPConnection):
    """A connection that puts its sockets under the deadline and notes what it sends."""

    _used_at: float | None = None
    _held: list[Any] | None = None  # pieces of a request that go out together

    def _new_conn(self) -> socket.socket:
        wire: Wire = _local.wire
        try:
            sock = _connect(self._dns_host.strip("[]"), self.port, wire)
        except OSError as error:
            raise NewConnectionError(self, "not connected") from error
        for option in self.socket_options or ():
            sock.setsockopt(*option)
        wire.attach(sock)
        wire.code = "tls_failed"  # what a failure means from here until something is sent
        return sock

    def send(self, data: Any) -> None:
        """Send, noting before the first byte that from now on nothing is certain."""
        if self._held is not None:
            self._held.append(data)
            return
        if self.sock is None:
            self.connect()
        _local.wire.was_sent = True
        self._used_at = time.monotonic()
        super().send(data)

    def request(self, *args: Any, **kwargs: Any) -> None:
        """Start a request, on a used connection only if it has not idled for long."""
        if self.sock is not None:
            if self._used_at is not None and time.monotonic() - self._used_at > IDLE_LIMIT:
                self.close()
            else:
                _local.wire.attach(self.sock)
        # Head and body in one piece: the other side is woken once, no half is acknowledged late.
        held = self._held = []
        try:
            super().request(*args, **kwargs)
        finally:
            self._held = None
        self.send(b"".join(held))


class WatchedTls(Watched, HTTPSConnection):
    """The same over TLS."""


def _connect(host: str, port: int, wire: Wire) -> socket.socket:
    """Connect to the first address that answers, all within the connect time-out."""
    limit = time.monotonic() + min(CONNECT_TIMEOUT, wire.remaining())
    wire.code = "name_not_resolved"
    addresses = _resolve(host, port, limit)
    for index, (family, kind, protocol, _name, address) in enumerate(addresses):
        left = limit - time.monotonic()
        # An address that swallows packets must leave time for the others.
        patience = min(left, max(0.75, left / (len(addresses) - index)))
        if left <= 0:
            break
        sock = socket.socket(family, kind, protocol)
        try:
            sock.settimeout(patience)
            sock.connect(address)
        except OSError as error:
            sock.close()
            is_slow = isinstance(error, TimeoutError)
            wire.code = "connect_timed_out" if is_slow else "connection_refused"
        else:
            return sock
    raise OSError(wire.code)


def _resolve(host: str, port: int, limit: float) -> list[Any]:
    """Look a name up, in a thread: the system's own time-out may be half a minute."""
    with suppress(socket.gaierror):
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    found: list[Any] = []

    def look_up() -> None:
        with suppress(OSError, UnicodeError):
            found.extend(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))

    thread = threading.Thread(target=look_up, name="neropay-lookup", daemon=True)
    thread.start()
    thread.join(max(0.0, limit - time.monotonic()))
    return list(found)
