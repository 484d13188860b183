"""A server on loopback that answers byte for byte as told, and misbehaves where a real one can."""

from __future__ import annotations

import json
import socket
import struct
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


@dataclass(frozen=True)
class Received:
    """One request as it arrived; header names in lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    connection: int


@dataclass(frozen=True)
class Reply:
    """What to do with a request.

    `chunks` are sent one by one with `pause` seconds between them, then `ending` happens:
    `keep` the connection, `close` it, or `reset` it.
    """

    chunks: Iterable[bytes]
    pause: float = 0.0
    ending: str = "keep"


@dataclass
class Server:
    """Answers the replies in order, the last one for ever; keeps what it received."""

    replies: list[Reply | Callable[[Received], Reply]]
    received: list[Received] = field(default_factory=list)
    base_path: str = "/v2"

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._connections: list[socket.socket] = []
        self.port: int = self._listener.getsockname()[1]
        self._start(self._accept)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}{self.base_path}"

    def stop(self) -> None:
        if self._stopped.is_set():
            return
        self._stopped.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._connections:
            with suppress(OSError):  # it may be gone already
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)

    def _start(self, target: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._stopped.is_set():
            try:
                connection, _address = self._listener.accept()
            except OSError:
                return
            self._connections.append(connection)
            self._start(self._serve, connection, len(self._connections))

    def _serve(self, connection: socket.socket, number: int) -> None:
        try:
            with connection, connection.makefile("rb") as stream:
                while (request := _read_request(stream, number)) is not None:
                    if not self._answer(connection, request):
                        return
        except (OSError, ValueError):
            return

    def _answer(self, connection: socket.socket, request: Received) -> bool:
        with self._lock:
            reply = self.replies[min(len(self.received), len(self.replies) - 1)]
            self.received.append(request)
        if callable(reply):
            reply = reply(request)
        for chunk in reply.chunks:
            connection.sendall(chunk)
            if reply.pause and self._stopped.wait(reply.pause):
                return False
        if reply.ending == "reset":
            linger = struct.pack("ii", 1, 0)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        if reply.ending != "keep":
            connection.shutdown(socket.SHUT_RD)
        return reply.ending == "keep"


def _read_request(stream: object, number: int) -> Received | None:
    read_line = stream.readline  # type: ignore[attr-defined]  # a buffered socket file
    first = read_line().decode("ascii")
    if not first:
        return None
    method, target, _version = first.split(" ", 2)
    headers: dict[str, str] = {}
    while (line := read_line().decode("latin-1").strip()) != "":
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    length = int(headers.get("content-length", "0"))
    body: bytes = stream.read(length)  # type: ignore[attr-defined]  # as above
    return Received(method, target, headers, body, number)


def raw(status: int, body: bytes, *headers: str) -> bytes:
    """An answer with a right Content-Length."""
    head = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(head).encode("latin-1") + b"\r\n\r\n" + body


def noting_the_end(chunks: tuple[bytes, ...], is_over: threading.Event) -> Iterator[bytes]:
    """Chunks for one reply; the event says whether it came to the last of them."""
    yield from chunks[:-1]
    is_over.set()
    yield chunks[-1]


def answer(status: int, body: object, *headers: str) -> Reply:
    """A JSON answer."""
    encoded = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Reply((raw(status, encoded, "Content-Type: application/json", *headers),))


def success(data: object, *headers: str, **more: object) -> Reply:
    """NeroPay's documented success."""
    return answer(200, {"success": True, "data": data, **more}, *headers)


def failure(status: int, code: str, *headers: str, **error: object) -> Reply:
    """NeroPay's documented failure."""
    told = {"code": code, "message": "Said.", "details": None, **error}
    return answer(status, {"success": False, "error": told}, *headers)


JANE = {"id": 1001, "name": "Jane Customer", "email": "jane@example.com"}
CUT = Reply((raw(200, b"x" * 90)[:-60],), ending="close")
RESET = Reply((), ending="reset")
