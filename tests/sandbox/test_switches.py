"""What can be switched off, and how it is refused then."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.sandbox.calls import code_of

if TYPE_CHECKING:
    from tests.sandbox.calls import Caller
    from webapp.sandbox.testing import Sandbox

STATUSES = (403, 404, 405, 409, 422, 501)
FUNCTIONS = [
    ("get_by_id", "GET", "/customers/1001"),
    ("patch", "PATCH", "/customers/1001"),
    ("category_delete", "DELETE", "/categories/31"),
]


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: str(function[0]))
@pytest.mark.parametrize("refusal", [(False, 403), *((status, status) for status in STATUSES)])
def test_not_enabled(
    caller: Caller, function: tuple[str, str, str], refusal: tuple[object, int]
) -> None:
    (switch, method, path), (value, status) = function, refusal
    sandbox = caller.sandbox
    sandbox.seed(customers=1)
    sandbox.switch(**{switch: value})
    fields = {"city": "York"} if method == "PATCH" else None
    refused = caller.write(method, path, fields, key="k1")
    assert (refused.status_code, code_of(refused)) == (status, "not_enabled")
    assert sandbox.ledger() == []
    sandbox.switch(**{switch: True})
    assert caller.write(method, path, fields, key="k1").status_code == 200


def test_switches_survive_a_restart_but_not_a_reset(sandbox: Sandbox, caller: Caller) -> None:
    sandbox.seed(customers=1)
    sandbox.switch(get_by_id=False)
    sandbox.restart()
    assert caller.get("/customers/1001").status_code == 403
    sandbox.reset()
    assert caller.get("/customers/1001").status_code == 404
    sandbox.restart()
    assert caller.get("/customers/1001").status_code == 404


@pytest.mark.parametrize(
    "switches",
    [
        {"nonsense": 1},
        {"paging": "cursor"},
        {"patch": 500},
        {"patch": 1},
        {"max_limit": 0},
        {"max_limit": True},
        {"key_memory": "1"},
    ],
)
def test_a_switch_knows_its_values(sandbox: Sandbox, switches: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"takes|unknown"):
        sandbox.switch(order="desc", **switches)
    sandbox.switch()
