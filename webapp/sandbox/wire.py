"""HTTP/1.1 on one connection: read a request, call the application, send its answer.

Only what the sandbox needs: bodies with a Content-Length, no trailers, no upgrades.
"""

from __future__ import annotations

import io
import socket
import struct
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any, BinaryIO
from urllib.parse import unquote_to_bytes

from flask import Flask

from webapp.sandbox.delivery import ENVIRON_KEY, Delivery

LONGEST_LINE = 64 * 1024
MOST_HEADERS = 200
LARGEST_BODY = 8 * 1024 * 1024
LINGER_ZERO = struct.pack("ii", 1, 0)
DRIPS_PER_SECOND = 20


class BadRequest(Exception):  # noqa: N818 (the name HTTP gives it)
    """What came in is not a request that this server understands."""


def exchange(app: Flask, wire: socket.socket, stream: BinaryIO, environ: dict[str, Any]) -> bool:
    """Answer one request.

    Args:
        app: the application.
        wire: the connection.
        stream: a buffered reader over it.
        environ: what is known of the connection; completed here.

    Returns:
        True when another request may follow on the connection.

    Raises:
        BadRequest: not HTTP, or too large.
        OSError: the connection broke.
        Abandoned: the sandbox stopped in the middle of a slow answer.
    """
    wants_more = _read_request(stream, environ)
    if wants_more is None:
        return False
    delivery = Delivery()
    environ[ENVIRON_KEY] = delivery
    head, answer = _call(app, environ, keeps_open=wants_more)
    try:
        if not delivery.silent:
            _send(wire, head, iter(answer), delivery)
    finally:
        if hasattr(answer, "close"):
            answer.close()
    if delivery.ending == "reset_next":
        stream.read(1)
    if delivery.ending in ("reset", "reset_next"):
        reset(wire)
    return wants_more and delivery.ending == "keep" and b"\r\nContent-Length: " in head


def reset(wire: socket.socket) -> None:
    """Make the coming close a reset (RST) instead of an orderly end (FIN)."""
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_ZERO)


def _read_request(stream: BinaryIO, environ: dict[str, Any]) -> bool | None:
    """Complete the environ; returns whether the client keeps the connection, None at its end."""
    line = stream.readline(LONGEST_LINE)
    if not line:
        return None
    try:
        method, target, protocol = line.decode("latin-1").split()
    except ValueError:
        raise BadRequest(line[:80]) from None
    path, _, query = target.partition("?")
    headers = _read_headers(stream)
    length = headers.get("HTTP_CONTENT_LENGTH", "0")
    if not length.isdigit() or int(length) > LARGEST_BODY or "HTTP_TRANSFER_ENCODING" in headers:
        raise BadRequest(f"body of {length[:20]} bytes")
    if headers.get("HTTP_EXPECT"):
        raise BadRequest("Expect is not spoken here")
    body = stream.read(int(length))
    if len(body) < int(length):
        raise BadRequest("the body ended early")
    environ |= headers
    environ |= {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query,
        "SERVER_PROTOCOL": protocol,
        "CONTENT_LENGTH": length,
        "CONTENT_TYPE": headers.get("HTTP_CONTENT_TYPE", ""),
        "wsgi.version": (1, 0),
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    wish = headers.get("HTTP_CONNECTION", "").lower()
    return protocol == "HTTP/1.1" and wish != "close"


def _read_headers(stream: BinaryIO) -> dict[str, str]:
    headers: dict[str, str] = {}
    for _ in range(MOST_HEADERS):
        line = stream.readline(LONGEST_LINE)
        if line in (b"\r\n", b"\n"):
            return headers
        name, colon, value = line.decode("latin-1").partition(":")
        if not colon:
            break
        headers["HTTP_" + name.strip().upper().replace("-", "_")] = value.strip()
    raise BadRequest("headers")


def _call(
    app: Flask, environ: dict[str, Any], *, keeps_open: bool
) -> tuple[bytes, Iterable[bytes]]:
    """Run the application; returns the head as bytes, and the body."""
    lines: list[str] = []

    def start_response(
        status: str, headers: list[tuple[str, str]], _: object = None
    ) -> Callable[[bytes], object]:
        lines[:] = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers)]
        has_length = any(name.lower() == "content-length" for name, _ in headers)
        if not (keeps_open and has_length):
            lines.append("Connection: close")
        return _no_write

    answer = app(environ, start_response)
    return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace"), answer


def _no_write(_: bytes) -> object:
    raise NotImplementedError("the sandbox's views return their bodies")


def _send(wire: socket.socket, head: bytes, body: Iterator[bytes], delivery: Delivery) -> None:
    """Send an answer, whole or as the delivery says."""
    share, rate = delivery.cut, delivery.drip
    if share is not None:
        whole = b"".join(body)
        if delivery.part == "head":
            wire.sendall(head[: int(len(head) * share)])
        else:
            wire.sendall(head + whole[: int(len(whole) * share)])
    elif rate is not None and delivery.part == "head":
        _drip(wire, head, rate, delivery)
        wire.sendall(b"".join(body))
    elif rate is not None:
        wire.sendall(head)
        _drip(wire, b"".join(body), rate, delivery)
    else:
        wire.sendall(head + next(body, b""))
        for piece in body:
            wire.sendall(piece)


def _drip(wire: socket.socket, content: bytes, rate: float, delivery: Delivery) -> None:
    """Send slowly, in pieces of a twentieth of a second, a byte at least."""
    step = max(1, int(rate / DRIPS_PER_SECOND))
    for start in range(0, len(content), step):
        wire.sendall(content[start : start + step])
        delivery.pause(step / rate)
