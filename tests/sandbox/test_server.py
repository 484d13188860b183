"""The server and the start: HTTP as clients speak it, production, signals."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests

import webapp.sandbox
from tests.sandbox.calls import data_of
from webapp.sandbox import create_sandbox
from webapp.sandbox.cli import run
from webapp.sandbox.testing import running_sandbox

if TYPE_CHECKING:
    from tests.sandbox.calls import Caller
    from webapp.sandbox.testing import Sandbox

STARTER = """
import sys
from pathlib import Path
from webapp.sandbox.cli import run
print("starting", flush=True)
run("127.0.0.1", int(sys.argv[1]), Path(sys.argv[2]), "sk_test", "demo")
print("stopped", flush=True)
"""


def ask(sandbox: Sandbox, *requests_: bytes) -> bytes:
    """Send raw bytes and return all that comes until the server closes."""
    with socket.create_connection(("127.0.0.1", sandbox.port), timeout=10) as connection:
        connection.sendall(b"".join(requests_))
        connection.shutdown(socket.SHUT_WR)
        with connection.makefile("rb") as stream:
            return stream.read()


def test_connections_are_kept(sandbox: Sandbox, caller: Caller) -> None:
    request = b"GET /v2/account HTTP/1.1\r\n\r\n"
    assert ask(sandbox, request, request, request).count(b"HTTP/1.1 401 ") == 3
    closing = b"GET /v2/account HTTP/1.1\r\nConnection: close\r\n\r\n"
    assert ask(sandbox, closing, request).count(b"HTTP/1.1 401 ") == 1
    assert ask(sandbox, b"GET /v2/account HTTP/1.0\r\n\r\n", request).count(b"HTTP/1.1 ") == 1


def test_a_head_has_no_body(sandbox: Sandbox) -> None:
    answer = ask(sandbox, b"HEAD /_sandbox/ledger HTTP/1.1\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert answer.endswith(b"\r\n\r\n")


@pytest.mark.parametrize(
    "request_",
    [
        b"nonsense\r\n\r\n",
        b"POST /v2/customers HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        b"POST /v2/customers HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n",
        b"POST /v2/customers HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /v2/customers HTTP/1.1\r\nContent-Length: 5\r\n\r\nabc",
        b"POST /v2/customers HTTP/1.1\r\nExpect: 100-continue\r\n\r\n",
        b"GET /v2/customers HTTP/1.1\r\nno colon\r\n\r\n",
        b"GET /v2/customers HTTP/1.1\r\n" + b"A: b\r\n" * 300 + b"\r\n",
    ],
)
def test_what_is_not_http_gets_no_answer(sandbox: Sandbox, request_: bytes) -> None:
    assert ask(sandbox, request_) == b""
    assert sandbox.requests() == []


@pytest.mark.parametrize("path", ["/nonsense", "/customers/1/2", "/customers/"])
def test_an_unknown_path_is_not_found(caller: Caller, path: str) -> None:
    response = caller.get(path)
    assert response.status_code == 404
    assert response.json()["error"]["code"] == "resource_not_found"


def test_a_body_has_its_limit(sandbox: Sandbox, caller: Caller) -> None:
    response = caller.post("/customers", b"x" * 1_100_000)
    assert (response.status_code, response.json()["error"]["code"]) == (413, "payload_too_large")


def test_a_stop_leaves_the_file_in_one_piece(sandbox: Sandbox, caller: Caller) -> None:
    """SQLite removes the -wal file when the last connection closes."""
    beside = sandbox.path.with_name(sandbox.path.name + "-wal")
    caller.post("/customers", {"name": "A"})
    assert beside.exists()
    sandbox.stop()
    assert not beside.exists()
    sandbox.stop()


def test_it_refuses_production(tmp_path: Path, sandbox: Sandbox) -> None:
    path = tmp_path / "refused.sqlite3"
    with pytest.raises(RuntimeError, match="production"):
        create_sandbox(path=path, secret_key="k", app_env="production")
    with pytest.raises(RuntimeError, match="production"):
        run("127.0.0.1", sandbox.port, path, "k", "production")
    assert not path.exists()


def test_a_taken_port_is_an_error(tmp_path: Path, sandbox: Sandbox) -> None:
    with pytest.raises(OSError, match="in use"), running_sandbox(tmp_path / "b", port=sandbox.port):
        pass


def test_another_merchant(tmp_path: Path) -> None:
    options = {"secret_key": "sk_other", "account_id": None}
    with running_sandbox(tmp_path / "other", **options) as other:
        headers = {"Authorization": "Bearer sk_other"}
        account = data_of(requests.get(other.url + "/account", headers=headers, timeout=20))
    assert (account["account_id"], account["neroconnect_enabled"]) == (None, False)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_cleanly_on_a_signal(tmp_path: Path, number: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-c", STARTER, str(port), str(tmp_path / "sandbox.sqlite3")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=Path(webapp.sandbox.__file__).parents[2],
        env=os.environ | {"PYTHONPATH": str(Path(webapp.sandbox.__file__).parents[2])},
    )
    try:
        answer = _first_answer(port, process)
        process.send_signal(number)
        output, errors = process.communicate(timeout=20)
    finally:
        process.kill()
    assert answer == 401
    assert (process.returncode, errors) == (0, b"")
    assert output == b"starting\nstopped\n"


def _first_answer(port: int, process: subprocess.Popen[bytes]) -> int:
    while process.poll() is None:
        try:
            return requests.get(f"http://127.0.0.1:{port}/v2/account", timeout=20).status_code
        except requests.ConnectionError:
            continue
    raise AssertionError(process.stderr and process.stderr.read())
