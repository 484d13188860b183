"""One key, one effect: replay, conflict, restart, concurrency, and all of it or nothing."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.sandbox.calls import Caller, code_of, data_of
from webapp.sandbox.store import Store

if TYPE_CHECKING:
    from pathlib import Path

    from tests.sandbox.conftest import Clock
    from webapp.sandbox.testing import Sandbox

JANE = {"name": "Jane Customer"}


def test_the_first_answer_is_given_again(sandbox: Sandbox, caller: Caller) -> None:
    first = caller.post("/customers", JANE, key="k1")
    sandbox.set_customer(1001, name="Changed meanwhile")
    again = caller.post("/customers", JANE, key="k1")
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert len(sandbox.ledger()) == len(sandbox.customers()) == 1
    assert [entry["replayed"] for entry in sandbox.requests()] == [False, True]


@pytest.mark.parametrize(
    ("method", "path", "fields"),
    [
        ("POST", "/customers", {"name": "Somebody else"}),
        ("POST", "/categories", JANE),
        ("PATCH", "/customers/1001", JANE),
        ("DELETE", "/categories/31", None),
    ],
)
def test_a_key_is_for_one_request_only(
    sandbox: Sandbox, caller: Caller, method: str, path: str, fields: object
) -> None:
    sandbox.seed(customers=1)
    caller.post("/customers", JANE, key="k1")
    response = caller.write(method, path, fields, key="k1")
    assert (response.status_code, code_of(response)) == (409, "idempotency_conflict")
    assert len(sandbox.ledger()) == 1


def test_keys_survive_a_restart(sandbox: Sandbox, caller: Caller) -> None:
    first = caller.post("/customers", JANE, key="k1")
    port = sandbox.port
    sandbox.restart()
    assert sandbox.port == port
    assert caller.post("/customers", JANE, key="k1").content == first.content
    assert code_of(caller.post("/customers", {"name": "x"}, key="k1")) == "idempotency_conflict"
    assert len(sandbox.ledger()) == 1


def test_a_delete_is_replayed_too(sandbox: Sandbox, caller: Caller) -> None:
    sandbox.seed(customers=0)
    first = caller.delete("/categories/31", key="k1")
    assert first.status_code == 200
    assert caller.delete("/categories/31", key="k1").content == first.content
    assert code_of(caller.delete("/categories/31")) == "resource_not_found"
    assert len(sandbox.ledger()) == 1


def test_a_refusal_is_remembered(sandbox: Sandbox, caller: Caller) -> None:
    first = caller.post("/customers", {"name": ""}, key="k1")
    assert first.status_code == 422
    assert caller.post("/customers", {"name": ""}, key="k1").content == first.content
    assert code_of(caller.post("/customers", JANE, key="k1")) == "idempotency_conflict"
    assert sandbox.ledger() == []


def test_a_key_is_forgotten_after_a_day(sandbox: Sandbox, caller: Caller, clock: Clock) -> None:
    caller.post("/customers", JANE, key="k1")
    clock.ahead = 86_390
    caller.post("/customers", JANE, key="k1", at=clock())
    assert len(sandbox.ledger()) == 1
    clock.ahead = 86_410
    caller.post("/customers", JANE, key="k1", at=clock())
    assert len(sandbox.ledger()) == 2


def test_concurrent_calls_with_one_key_have_one_effect(sandbox: Sandbox) -> None:
    def call(_: int) -> bytes:
        caller = Caller(sandbox)
        with caller.session:
            return caller.post("/customers", JANE, key="k1").content

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(call, range(16)))
    assert len(answers) == len(sandbox.ledger()) == len(sandbox.customers()) == 1


@pytest.mark.parametrize("key", [None, "", "x" * 256, "a b"])
def test_a_write_needs_a_key(sandbox: Sandbox, caller: Caller, key: str | None) -> None:
    response = caller.post("/customers", JANE, **{"Idempotency-Key": key})
    assert (response.status_code, code_of(response)) == (422, "validation_failed")
    assert sandbox.customers() == []


def test_the_ledger_tells_each_effect(sandbox: Sandbox, caller: Caller, clock: Clock) -> None:
    customer = data_of(caller.post("/customers", JANE, key="k1"))
    caller.patch(f"/customers/{customer['id']}", {"city": "Leeds"}, key="k2")
    category = data_of(caller.post("/categories", {"name": "Bread"}, key="k3"))
    caller.delete(f"/categories/{category['id']}", key="k4")
    ledger = sandbox.ledger()
    assert [
        (row["seq"], row["key"], row["method"], row["path"], row["record_id"]) for row in ledger
    ] == [
        (1, "k1", "POST", "/v2/customers", 1001),
        (2, "k2", "PATCH", "/v2/customers/1001", 1001),
        (3, "k3", "POST", "/v2/categories", 20),
        (4, "k4", "DELETE", "/v2/categories/20", 20),
    ]
    assert ledger[0]["body_sha256"] == hashlib.sha256(json.dumps(JANE).encode()).hexdigest()
    assert abs(ledger[0]["at"] - clock()) < 60


def test_a_write_takes_the_lock_before_it_looks(tmp_path: Path) -> None:
    """Otherwise two calls with one key could both look before either wrote."""
    store = Store(tmp_path / "store")
    with closing(sqlite3.connect(store.path, timeout=0)) as other:
        with store.transaction(), pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        other.execute("BEGIN IMMEDIATE")
    store.close()


@pytest.mark.parametrize("table", ["ledger", "idempotency"])
def test_all_of_a_write_happens_or_none(sandbox: Sandbox, caller: Caller, table: str) -> None:
    """A disk that fails on the last row must not leave the first one behind."""
    with closing(sqlite3.connect(sandbox.path)) as connection:
        connection.execute(
            f"CREATE TRIGGER broken BEFORE INSERT ON {table}"
            " BEGIN SELECT RAISE(ABORT, 'no more space'); END"
        )
        connection.commit()
        assert caller.post("/customers", JANE, key="k1").status_code == 500
        assert sandbox.customers() == sandbox.ledger() == []
        connection.execute("DROP TRIGGER broken")
        connection.commit()
    assert data_of(caller.post("/customers", JANE, key="k1"))["id"] == 1001
