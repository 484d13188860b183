"""Categories: list, create, delete if allowed; and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.sandbox.calls import code_of, data_of

if TYPE_CHECKING:
    from tests.sandbox.calls import Caller
    from webapp.sandbox.testing import Sandbox


def test_a_create_answers_the_category(sandbox: Sandbox, caller: Caller) -> None:
    response = caller.post("/categories", {"name": "Drinks", "sort_order": 1, "is_active": 0})
    assert response.status_code == 201
    assert data_of(response) == {"id": 20, "name": "Drinks", "sort_order": 1, "is_active": 0}
    assert data_of(caller.get("/categories")) == [data_of(response)]


def test_position_and_state_have_defaults(caller: Caller) -> None:
    category = data_of(caller.post("/categories", {"name": "Drinks"}))
    assert (category["sort_order"], category["is_active"]) == (0, 1)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": None}, "name"),
        ({"name": 5}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"name": "A", "sort_order": "1"}, "sort_order"),
        ({"name": "A", "sort_order": 1.5}, "sort_order"),
        ({"name": "A", "sort_order": True}, "sort_order"),
        ({"name": "A", "sort_order": None}, "sort_order"),
        ({"name": "A", "sort_order": 2**63}, "sort_order"),
        ({"name": "A", "is_active": 2}, "is_active"),
        ({"name": "A", "is_active": True}, "is_active"),
        ({"name": "A", "is_active": "1"}, "is_active"),
    ],
)
def test_a_category_has_rules(
    sandbox: Sandbox, caller: Caller, fields: dict[str, object], field: str
) -> None:
    response = caller.post("/categories", fields)
    assert (response.status_code, code_of(response)) == (422, "validation_failed")
    assert set(response.json()["error"]["details"]) == {field}
    assert sandbox.categories() == []


def test_the_longest_name_fits(caller: Caller) -> None:
    assert data_of(caller.post("/categories", {"name": "é" * 120, "sort_order": -5}))


def test_an_id_is_not_given_twice(sandbox: Sandbox, caller: Caller) -> None:
    caller.post("/categories", {"name": "A"})
    assert data_of(caller.delete("/categories/20")) == {"id": 20, "deleted": True}
    assert sandbox.categories() == []
    assert data_of(caller.post("/categories", {"name": "A"}))["id"] == 21


def test_a_category_in_use_stays(sandbox: Sandbox, caller: Caller) -> None:
    sandbox.seed(customers=0)
    response = caller.delete("/categories/20")
    assert (response.status_code, code_of(response)) == (409, "category_in_use")
    assert len(sandbox.categories()) == 12
    assert sandbox.ledger() == []
    sandbox.set_category(20, in_use=0)
    assert caller.delete("/categories/20").status_code == 200
    assert sandbox.categories()[0]["id"] == 21


@pytest.mark.parametrize("category_id", ["19", "x", "9" * 30])
def test_what_is_not_there_is_not_found(caller: Caller, category_id: str) -> None:
    response = caller.delete(f"/categories/{category_id}")
    assert (response.status_code, code_of(response)) == (404, "resource_not_found")


@pytest.mark.parametrize("method", ["PATCH", "PUT", "GET"])
def test_there_is_no_edit(sandbox: Sandbox, caller: Caller, method: str) -> None:
    sandbox.seed(customers=0)
    response = caller.write(method, "/categories/20", {"name": "B"})
    assert (response.status_code, code_of(response)) == (405, "method_not_allowed")
