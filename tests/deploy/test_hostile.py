"""What only a socket can send: each gets an answer with our headers, and fails nothing of ours."""

from __future__ import annotations

import re
import socket
from typing import TYPE_CHECKING

import pytest

from tests.servers.gunicorn import flask, production, running_gunicorn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.servers.gunicorn import Web

pytestmark = pytest.mark.server

HOST = b"Host: till.example"
LINES = (
    *(b"GET http://[ HTTP/1.1", b"GET //[/login HTTP/1.1", b"GET * HTTP/1.1", b"GET ?q HTTP/1.1"),
    *(b"GET /%00 HTTP/1.1", b"GET /%ff%fe HTTP/1.1", b"GET /\xff HTTP/1.1", b"\x16\x03\x01\x02"),
    *(b"CONNECT till.example:443 HTTP/1.1", b"TRACE /login HTTP/1.1", b"OPTIONS * HTTP/1.1"),
    *(
        b"get /login HTTP/1.1",
        b"G\xe9T /login HTTP/1.1",
        b"GET /login?q=\xff HTTP/1.1",
        b"GET /customers?q=\xff HTTP/1.1",
        b"PRI * HTTP/2.0",
        b"POST /login HTTP/1.1",
    ),
    *(b"POST /static/app.css HTTP/1.1", b"GET /static/%00 HTTP/1.1", b"HEAD /nothing HTTP/1.1"),
)
HOSTS = (
    *(b"Host: " + b"a" * 64, b"Host: a..b", b"Host: .till.example", b"Host: [", b"Host: [:.]"),
    *(b"Host:", b"Host: \xff", b"Host: till.example\r\nHost: evil.example", b"Host : a", b"X: y"),
    *(b"Host: till.example:x", b"Host: a\x00b", b"Host: " + b"a." * 2000),
)
HEADERS = (
    *(b"Origin: http://[", b"Referer: http://[", b"HX-Request: true\r\nHX-Current-URL: http://["),
    *(b"X-Forwarded-Proto: http://[", b"X-Forwarded-For: http://[", b"X-Forwarded-For: \xff\xff"),
    *(
        b"Range: bytes=99999999-",
        b"If-Modified-Since: Fri, 31 Dec 2100 00:00:00 GMT",
        b"X-Y: a\x01",
    ),
    *(b"Expect: x", b"Cookie: __Host-session=\xff", b"Content-Length: -1", b"Content-Length: x"),
    *(b"Accept-Encoding: br;q=nan", b"Upgrade: websocket", b"X-Y", b": x", b"X-Request-ID: \xff"),
)
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
CHUNKED = FORM + b"Transfer-Encoding: chunked"
CHUNKS = (
    *(
        b"zz\r\nabc\r\n0\r\n\r\n",
        b"-1\r\nabc\r\n0\r\n\r\n",
        b"\r\n",
        b"5\r\nab",
        b"5\r\nabcdefgh\r\n",
    ),
    *(b"f" * 30 + b"\r\nab", b"3\r\na=b\r\n0\r\nX\r\n\r\n", b"3;" + b"a" * 20_000 + b"\r\na=b\r\n"),
    *(b"3\r\na=b\r\n0\r\nX: " + b"a" * 20_000, b"20000\r\n" + b"a" * 0x20000 + b"\r\n0\r\n\r\n"),
)
FILES = CHUNKED.replace(b"application/x-www-form-urlencoded", b"multipart/form-data; boundary=x")


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    folder = tmp_path_factory.mktemp("hostile")
    env = production(folder)
    flask(env, "db", "upgrade")
    with running_gunicorn(env, folder) as running:
        yield running


def ask(web: Web, line: bytes, *headers: bytes, body: bytes = b"") -> int:
    """Send it, check the answer; give the status."""
    request = b"\r\n".join([line, *headers, b"Connection: close", b"", body])
    answer = b""
    with socket.create_connection(("127.0.0.1", web.port), timeout=20) as client:
        client.sendall(request)
        client.shutdown(socket.SHUT_WR)
        while piece := client.recv(65_536):
            answer += piece
    what = (request[:80], body[:40], answer[:60])
    head, _, _ = answer.partition(b"\r\n\r\n")
    status = re.match(rb"HTTP/1\.1 ([1-4]\d\d) ", head)
    assert status, what
    assert re.search(rb"(?m)^X-Request-ID: [0-9a-f]{16}\r?$", head), what
    for name in (b"Content-Security-Policy", b"X-Content-Type-Options", b"Cache-Control"):
        assert head.count(b"\r\n" + name + b": ") == 1, (name, what)
    assert head.count(b"\r\nStrict-Transport-Security: max-age=") == 1, what
    return int(status[1])


@pytest.fixture(autouse=True)
def _no_failure_is_logged(web: Web) -> Iterator[None]:
    before = len(web.logged())
    yield
    failures = [line for line in web.logged()[before:] if line["level"] not in {"info", "warning"}]
    assert not failures


def test_any_line(web: Web) -> None:
    for line in LINES:
        ask(web, line, HOST)


@pytest.mark.parametrize("path", [b"/login", b"/healthz", b"/nothing"])
def test_any_host(web: Web, path: bytes) -> None:
    for host in HOSTS:
        status = ask(web, b"GET " + path + b" HTTP/1.1", host)
        assert status == 400 or path == b"/healthz", host


def test_any_header(web: Web) -> None:
    for header in HEADERS:
        for what in (b"GET /login", b"GET /static/app.css", b"GET /customers", b"POST /lock"):
            ask(web, what + b" HTTP/1.1", HOST, header)


@pytest.mark.parametrize("path", [b"/login", b"/customers/new", b"/nothing", b"/healthz"])
def test_any_body_in_chunks(web: Web, path: bytes) -> None:
    """The server finds out while the form is read; for the client it is a request that is none."""
    for body in CHUNKS:
        for headers in (CHUNKED, FILES):
            ask(web, b"POST " + path + b" HTTP/1.1", HOST, headers, body=body)


def test_a_form_with_thirty_thousand_fields_is_refused_unread(web: Web) -> None:
    body = b"&a" * 30_000
    length = b"Content-Length: %d" % len(body)
    assert ask(web, b"POST /login HTTP/1.1", HOST, FORM + length, body=body) == 413
