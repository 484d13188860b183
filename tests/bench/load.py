"""The load: keep-alive connections that send prepared requests one after the other.

Runs in a process of its own, without anything of the product in it, so that it disturbs what it
measures as little as it can on the same two cores.
"""

from __future__ import annotations

import gc
import re
import selectors
import socket
from collections import Counter
from dataclasses import dataclass, field
from itertools import cycle, islice, takewhile
from math import inf
from time import perf_counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)\r\n", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked\r\n", re.IGNORECASE)


@dataclass(slots=True)
class Burst:
    """What came of some requests."""

    seconds: float
    latencies: list[float]  # seconds, one for each request
    statuses: Counter[int]
    sample: bytes  # the last answer, head and body

    @property
    def per_second(self) -> float:
        return len(self.latencies) / self.seconds

    def quantile(self, share: float) -> float:
        """A latency in milliseconds that `share` of the requests stayed under."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000


@dataclass(slots=True)
class _Connection:
    port: int
    socket: socket.socket = field(init=False)
    received: bytearray = field(default_factory=bytearray)
    sent_at: float = 0.0
    is_between: bool = False  # what is waited for now is not measured

    def __post_init__(self) -> None:
        self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, request: bytes) -> None:
        self.received.clear()
        self.sent_at = perf_counter()
        self.socket.sendall(request)

    def is_complete(self) -> bool:
        """Read what is there; whether the answer is whole now."""
        piece = self.socket.recv(262_144)
        if not piece:
            raise ConnectionError(f"closed within an answer: {bytes(self.received[:200])!r}")
        self.received += piece
        head = self.received.find(b"\r\n\r\n")
        if head < 0:
            return False
        length = _LENGTH.search(self.received, 0, head + 2)
        if length:
            return len(self.received) >= head + 4 + int(length[1])
        if _CHUNKED.search(self.received, 0, head + 2):
            return self.received.endswith(b"\r\n0\r\n\r\n")
        return self.received[9:12] in {b"204", b"304"}

    def status(self) -> int:
        return int(self.received[9:12])


def run(
    port: int,
    requests: Sequence[bytes],
    connections: int,
    count: int,
    between: bytes = b"",
    *,
    seconds: float = inf,
) -> Burst:
    """Send requests over kept-alive connections.

    Args:
        port: Of the server, on 127.0.0.1.
        requests: Whole requests; used in turn, from the first again when they run out.
        connections: How many at once, each waiting for its answer before it sends the next.
        count: How many requests in all.
        between: A request to send after each of them, not measured; none when empty.
        seconds: Send no more after these, even if there are some.

    Returns:
        What came of them.
    """
    gc.disable()
    end = perf_counter() + seconds
    pending = takewhile(lambda _: perf_counter() < end, islice(cycle(requests), count))
    pool = [_Connection(port) for _ in range(connections)]
    try:
        if connections == 1:
            return _one(pool[0], pending, between)
        return _several(pool, pending, between)
    finally:
        for connection in pool:
            connection.socket.close()
        gc.enable()


def _one(connection: _Connection, pending: Iterator[bytes], between: bytes) -> Burst:
    burst = Burst(0.0, [], Counter(), b"")
    began = perf_counter()
    for request in pending:
        connection.send(request)
        while not connection.is_complete():
            pass
        burst.latencies.append(perf_counter() - connection.sent_at)
        burst.statuses[connection.status()] += 1
        burst.sample = bytes(connection.received)
        if between:
            connection.send(between)
            while not connection.is_complete():
                pass
    burst.seconds = perf_counter() - began
    return burst


def _several(pool: list[_Connection], pending: Iterator[bytes], between: bytes) -> Burst:
    burst = Burst(0.0, [], Counter(), b"")
    began = perf_counter()
    with selectors.EpollSelector() as selector:
        for connection, request in zip(pool, pending, strict=False):
            selector.register(connection.socket, selectors.EVENT_READ, connection)
            connection.send(request)
        while selector.get_map():
            for key, _ in selector.select():
                connection = key.data
                if not connection.is_complete():
                    continue
                if not connection.is_between:
                    burst.latencies.append(perf_counter() - connection.sent_at)
                    burst.statuses[connection.status()] += 1
                    burst.sample = bytes(connection.received)
                connection.is_between = bool(between) and not connection.is_between
                request = between if connection.is_between else next(pending, b"")
                if request:
                    connection.send(request)
                else:
                    selector.unregister(connection.socket)
    burst.seconds = perf_counter() - began
    return burst
