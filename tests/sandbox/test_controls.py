"""The controls over HTTP, as scripts and the browser tests use them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.calls import data_of

if TYPE_CHECKING:
    from tests.sandbox.calls import Caller
    from webapp.sandbox.testing import Sandbox


def control(caller: Caller, method: str, path: str, content: object = None) -> Any:
    return data_of(caller.control(method, path, content))


def test_faults_can_be_added_listed_and_cleared(caller: Caller) -> None:
    one = {"action": "status", "status": 503, "times": 2}
    assert control(caller, "POST", "/faults", one)[0]["left"] == 2
    assert len(control(caller, "POST", "/faults", [one, one])) == 3
    assert caller.get("/account").status_code == 503
    assert [fault["left"] for fault in control(caller, "GET", "/faults")] == [1, 2, 2]
    assert control(caller, "DELETE", "/faults") == []
    assert caller.get("/account").status_code == 200


def test_controls_meet_no_fault_and_are_no_requests(sandbox: Sandbox, caller: Caller) -> None:
    control(caller, "POST", "/faults", {"action": "refuse", "times": 0})
    assert control(caller, "GET", "/requests") == []
    assert control(caller, "POST", "/release") is None


def test_seed_and_reset(sandbox: Sandbox, caller: Caller) -> None:
    assert control(caller, "POST", "/seed?customers=30&categories=14") == {
        "customers": 30,
        "categories": 14,
    }
    assert (len(sandbox.customers()), len(sandbox.categories())) == (30, 14)
    control(caller, "POST", "/switches", {"order": "desc"})
    caller.post("/customers", {"name": "A"}, key="k1")
    control(caller, "POST", "/reset")
    assert (
        sandbox.customers() == sandbox.categories() == sandbox.ledger() == sandbox.requests() == []
    )
    assert control(caller, "GET", "/switches")["order"] == "asc"
    assert data_of(caller.post("/customers", {"name": "A"}, key="k1"))["id"] == 1001
    assert control(caller, "GET", "/ledger")[0]["seq"] == 1


def test_ledger_and_requests(caller: Caller) -> None:
    caller.post("/customers", {"name": "A"}, key="k1")
    caller.get("/customers?limit=5")
    assert [row["key"] for row in control(caller, "GET", "/ledger")] == ["k1"]
    received = control(caller, "GET", "/requests")
    assert [
        (entry["method"], entry["path"], entry["key"], entry["status"]) for entry in received
    ] == [
        ("POST", "/v2/customers", "k1", 201),
        ("GET", "/v2/customers", None, 200),
    ]
    assert received[1]["query"] == "limit=5"


def test_records_change_behind_our_back(sandbox: Sandbox, caller: Caller) -> None:
    sandbox.seed(customers=2)
    changed = control(caller, "POST", "/customers/1001", {"phone": "x" * 99, "email": None})
    assert data_of(caller.get("/customers/1001")) == changed
    assert changed["phone"] == "x" * 99
    assert control(caller, "DELETE", "/customers/1002") is None
    assert caller.get("/customers/1002").status_code == 404
    assert control(caller, "POST", "/categories/31", {"in_use": 1})["in_use"] == 1
    assert caller.delete("/categories/31").status_code == 409
    assert sandbox.ledger() == []


@pytest.mark.parametrize(
    ("method", "path", "content"),
    [
        ("POST", "/faults", [{"action": "nonsense"}]),
        ("POST", "/switches", {"nonsense": 1}),
        ("POST", "/switches", [1]),
        ("POST", "/seed?customers=many", None),
        ("POST", "/seed?customers=-1", None),
        ("POST", "/customers/1001", {"id": 5}),
        ("POST", "/customers/9", {"name": "A"}),
        ("DELETE", "/customers/9", None),
        ("POST", "/categories/9", {"name": "A"}),
    ],
)
def test_a_control_that_cannot_be_meant_is_a_400(
    sandbox: Sandbox, caller: Caller, method: str, path: str, content: object
) -> None:
    sandbox.seed(customers=1)
    response = caller.control(method, path, content)
    assert response.status_code == 400
    assert response.json()["error"]["code"] == "bad_control"
