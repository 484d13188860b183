"""Faults on the wire: refused, reset, closed, cut, dripped; with and without an effect."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.sandbox.calls import data_of

if TYPE_CHECKING:
    from tests.sandbox.calls import Caller
    from webapp.sandbox.testing import Sandbox

JANE = {"name": "Jane Customer"}


@pytest.mark.parametrize(
    ("spec", "effects"),
    [
        ({"action": "refuse"}, 0),
        ({"action": "reset", "when": "before"}, 0),
        ({"action": "close", "when": "before"}, 0),
        ({"action": "reset", "when": "after"}, 1),
        ({"action": "reset", "when": "during"}, 1),
        ({"action": "close", "when": "after"}, 1),
        ({"action": "cut"}, 1),
        ({"action": "cut", "at": 0}, 1),
        ({"action": "cut", "at": 0.99}, 1),
    ],
)
def test_an_answer_that_does_not_come(
    sandbox: Sandbox, caller: Caller, spec: dict[str, Any], effects: int
) -> None:
    sandbox.fault(**spec)
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        caller.post("/customers", JANE, key="k1")
    assert len(sandbox.ledger()) == effects
    assert sandbox.requests()[0]["status"] is None
    assert sandbox.requests()[0]["fault"] == spec["action"]
    assert data_of(caller.post("/customers", JANE, key="k1"))["id"] == 1001
    assert len(sandbox.ledger()) == 1


def connect(sandbox: Sandbox) -> socket.socket:
    return socket.create_connection(("127.0.0.1", sandbox.port), timeout=10)


def question(sandbox: Sandbox) -> bytes:
    lines = f"GET /v2/account HTTP/1.1\r\nAuthorization: Bearer {sandbox.secret_key}\r\n\r\n"
    return lines.encode()


def talk(sandbox: Sandbox) -> bytes:
    """Ask on a plain connection; returns what came until the answer or the connection ended."""
    answer = b""
    with connect(sandbox) as connection:
        connection.sendall(question(sandbox))
        while not answer.endswith(b"}}"):
            piece = connection.recv(65536)
            if not piece:
                break
            answer += piece
    return answer


def test_cut_in_the_head(sandbox: Sandbox) -> None:
    sandbox.fault(action="cut", part="head", at=0.5)
    assert talk(sandbox).startswith(b"HTTP/1.1 200 OK\r\n")
    sandbox.fault(action="cut", part="head", at=0.5)
    assert b"\r\n\r\n" not in talk(sandbox)


def test_a_whole_answer_then_a_reset(sandbox: Sandbox) -> None:
    sandbox.fault(action="reset", when="sent")
    assert talk(sandbox).endswith(b"}}")
    assert sandbox.requests()[0]["status"] == 200


def test_an_idle_connection_closed_without_a_word(sandbox: Sandbox) -> None:
    sandbox.fault(action="idle", when="now")
    with connect(sandbox) as connection:
        connection.sendall(question(sandbox))
        with connection.makefile("rb") as stream:
            answer = stream.read()
    assert answer.endswith(b"}}")
    assert b"connection: close" not in answer.lower()


def test_an_idle_connection_reset_when_used_again(sandbox: Sandbox, caller: Caller) -> None:
    sandbox.fault(action="idle", when="next")
    with connect(sandbox) as connection:
        connection.sendall(question(sandbox))
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")
        caller.get("/account")
        connection.setblocking(False)
        with pytest.raises(BlockingIOError):
            connection.recv(1)  # still open
        connection.setblocking(True)
        connection.sendall(question(sandbox))
        with pytest.raises(ConnectionResetError):
            connection.recv(1)
    assert len(sandbox.requests()) == 2


@pytest.mark.parametrize(("part", "end"), [("head", b"H"), ("body", b"\r\n\r\n{")])
def test_a_drip_begins_in_its_part(sandbox: Sandbox, part: str, end: bytes) -> None:
    sandbox.fault(action="drip", part=part, rate=0.001)
    with connect(sandbox) as connection:
        connection.sendall(question(sandbox))
        sandbox.await_waiting()
        assert connection.recv(65536).endswith(end)


@pytest.mark.parametrize("part", ["head", "body"])
def test_a_drip_arrives_whole_but_in_pieces(sandbox: Sandbox, caller: Caller, part: str) -> None:
    whole = caller.get("/account").content
    sandbox.fault(action="drip", part=part, rate=20_000)
    assert talk(sandbox).endswith(whole)


def test_a_drip_ends_when_the_sandbox_stops(sandbox: Sandbox, caller: Caller) -> None:
    sandbox.fault(action="drip", part="body", rate=0.001)
    with caller.session.get(
        sandbox.url + "/account",
        headers={"Authorization": f"Bearer {sandbox.secret_key}"},
        stream=True,
        timeout=20,
    ) as response:
        sandbox.await_waiting()
        sandbox.stop()
        with pytest.raises(requests.exceptions.ChunkedEncodingError):
            assert response.content


def test_a_stopped_sandbox_is_refused_by_the_system(sandbox: Sandbox, caller: Caller) -> None:
    sandbox.stop()
    with pytest.raises(requests.ConnectionError, match="refused"):
        caller.get("/account")
    sandbox.start()
    assert data_of(caller.get("/account"))
