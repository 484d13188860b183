"""What only gunicorn shows: which headers count, what is refused, counts of several processes."""

from __future__ import annotations

import http.client
import json
import os
import re
import socket
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.servers.gunicorn import environment, flask, running_gunicorn
from tests.servers.processes import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.servers.gunicorn import Web

pytestmark = pytest.mark.server

SMUGGLING = (
    b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc"
)
MADE = re.compile(r"[0-9a-f]{16}")


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    folder = tmp_path_factory.mktemp("gunicorn")
    env = environment(folder, HOME=str(folder), XDG_RUNTIME_DIR=str(folder))
    flask(env, "db", "upgrade")
    with running_gunicorn(env, folder) as running:
        yield running


def ask(web: Web, path: str, **headers: str) -> tuple[http.client.HTTPResponse, str]:
    connection = http.client.HTTPConnection("127.0.0.1", web.port, timeout=20)
    named = {name.replace("__", "-"): value for name, value in headers.items()}
    connection.request("GET", path, headers=named)
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    return answer, body


def send(web: Web, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", web.port), timeout=20) as client:
        client.sendall(request)
        answer = b""
        while piece := client.recv(65_536):
            answer += piece
    return answer


@pytest.mark.parametrize(
    "path", ["/healthz", "/login", "/nothing", "/static/app.css", "/static/none"]
)
def test_every_answer_carries_an_id_and_the_security_headers(web: Web, path: str) -> None:
    answer, _ = ask(web, path)
    assert MADE.fullmatch(answer.headers["X-Request-ID"])
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_a_client_cannot_say_who_or_where_it_is(web: Web) -> None:
    answer, _ = ask(
        web,
        "/customers",
        X__Forwarded__Proto="https",
        X__Forwarded__For="203.0.113.9",
        X__Request__ID="mine",
        SCRIPT_NAME="/elsewhere",
        PATH_INFO="/healthz",
        REMOTE_USER="owner",
    )
    assert answer.status == 303
    assert answer.headers["Location"] == "/login?next=/customers"
    assert answer.headers["X-Request-ID"] != "mine"


@pytest.mark.parametrize(
    ("status", "request_"),
    [
        (414, b"GET /?q=" + b"Lovelace" * 1250 + b" HTTP/1.1\r\nHost: x\r\n\r\n"),
        (431, b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + b"Lovelace" * 1100 + b"\r\n\r\n"),
        (431, b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: Lovelace\r\n" * 70 + b"\r\n"),
        (400, b"Lovelace / HTTP/9.9\r\n\r\n"),
        (400, SMUGGLING),
    ],
    ids=["long line", "long field", "many fields", "no http", "smuggling"],
)
def test_what_is_no_request_is_refused_with_our_page_and_quoted_nowhere(
    web: Web, status: int, request_: bytes
) -> None:
    answer = send(web, request_)
    assert answer.startswith(b"HTTP/1.1 %d " % status), answer[:200]
    head, _, body = answer.partition(b"\r\n\r\n")
    assert re.search(rb"(?m)^X-Request-ID: [0-9a-f]{16}\r$", head)
    assert b"Content-Security-Policy: default-src 'none'" in head
    assert b"Set-Cookie" not in head
    assert b"http_%d" % status in body
    assert body.rstrip().endswith(b"</html>")
    assert b"Lovelace" not in answer + web.log.read_bytes()


def test_a_search_of_seven_thousand_characters_reaches_us(web: Web) -> None:
    answer, _ = ask(web, "/customers?q=" + "x" * 7_000)
    assert answer.status == 303
    assert MADE.fullmatch(answer.headers["X-Request-ID"])


def test_the_log_is_json_without_query_or_header(web: Web) -> None:
    ask(web, "/customers?q=Lovelace", User__Agent="Lovelace\tForged")
    logged = web.logged()  # reads every line as JSON
    assert any(line.get("route") == "/customers" for line in logged)
    assert "Lovelace" not in json.dumps(logged)


def test_counts_of_both_workers_are_added_up(web: Web) -> None:
    for _ in range(40):  # a connection each: both workers get some
        ask(web, "/healthz")
    counted = set()
    for _ in range(10):
        _, told = ask(web, "/metrics")
        match = re.search(
            r'requests_total\{method="GET",route="/healthz",status="2xx"\} (\d+)', told
        )
        assert match
        counted.add(int(match[1]))
    assert len(counted) == 1, f"the answer depends on who gives it: {counted}"
    assert counted.pop() >= 40


def test_kept_connections_are_shared_between_the_workers(web: Web) -> None:
    # Who has fewer gets a moment to be first; on a busy machine it may oversleep once.
    shares = [taken_of_twelve(web) for _ in range(3)]
    assert all(sum(taken) >= 10 for taken in shares)
    assert any(min(taken) >= 2 for taken in shares), f"one took nearly all of them: {shares}"


def taken_of_twelve(web: Web) -> list[int]:
    """Open twelve connections that are kept; give how many each worker has of them."""
    before = {pid: sockets(pid) for pid in children(web)}
    opened = []
    for _ in range(12):
        connection = http.client.HTTPConnection("127.0.0.1", web.port, timeout=20)
        connection.connect()
        opened.append(connection)
    for connection in opened:
        connection.request("GET", "/healthz")
        connection.getresponse().read()
    taken = [sockets(pid) - count for pid, count in before.items()]
    for connection in opened:
        connection.close()
    wait_until(lambda: all(sockets(pid) <= count for pid, count in before.items()), "their end")
    return taken


def opened_by(pid: int) -> list[str]:
    """What the process has open; it may close some while we look."""
    names = []
    for path in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):
            names.append(str(path.readlink()))
    return names


def sockets(pid: int) -> int:
    return sum(name.startswith("socket:") for name in opened_by(pid))


def test_no_control_socket_is_open(web: Web) -> None:
    home = web.log.parent
    assert not list(home.rglob("*.ctl"))
    pids = [web.process.pid, *children(web)]
    listening = Path("/proc/net/unix").read_text()
    for pid in pids:
        inodes = {name[8:-1] for name in opened_by(pid) if name.startswith("socket:")}
        rows = [line.split() for line in listening.splitlines()[1:]]
        assert not [row for row in rows if row[6] in inodes and len(row) > 7]


def test_a_worker_that_dies_is_replaced_and_the_counts_go_on(web: Web) -> None:
    before = children(web)
    os.kill(before[0], 9)
    wait_until(lambda: len(children(web)) == 2 and before[0] not in children(web), "a new worker")
    for _ in range(10):
        answer, _ = ask(web, "/readyz")
        assert answer.status == 200


def children(web: Web) -> list[int]:
    pid = web.process.pid
    return [int(c) for c in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
