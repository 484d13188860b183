"""Customers: create, one, update; what is stored, and what is refused."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.sandbox.calls import code_of, data_of

if TYPE_CHECKING:
    from tests.sandbox.calls import Caller
    from webapp.sandbox.testing import Sandbox

JANE = {
    "name": "Siân O'Neill-Łukasz 李 🙂",
    "email": "sian@example.com",
    "phone": "07700 900123",
    "address1": "1 High Street",
    "city": "Leeds",
    "postcode": "LS1 4AP",
}
LENGTHS = {"name": 255, "email": 254, "phone": 32, "address1": 255, "city": 120, "postcode": 16}


def long_value(field: str, length: int) -> str:
    return "é" * (length - 12) + "@example.com" if field == "email" else "é" * length


def test_a_create_answers_the_whole_record(sandbox: Sandbox, caller: Caller) -> None:
    response = caller.post("/customers", JANE)
    record = data_of(response)
    assert response.status_code == 201
    assert record.pop("id") == 1001
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", record.pop("created_at"))
    assert record == JANE
    assert data_of(caller.get("/customers/1001")) == data_of(response)
    assert sandbox.get_customer(1001) == data_of(response)


def test_ids_go_up_by_one(caller: Caller) -> None:
    ids = [data_of(caller.post("/customers", {"name": "A"}))["id"] for _ in range(3)]
    assert ids == [1001, 1002, 1003]


def test_only_the_name_is_required(caller: Caller) -> None:
    record = data_of(caller.post("/customers", {"name": "Cher", "email": "", "phone": None}))
    assert record["name"] == "Cher"
    assert [record[field] for field in LENGTHS if field != "name"] == [None] * 5


def test_unknown_fields_are_ignored(caller: Caller) -> None:
    record = data_of(caller.post("/customers", {"name": "A", "id": 7, "created_at": "x", "y": []}))
    assert record["id"] == 1001
    assert "y" not in record


@pytest.mark.parametrize("name", [None, "", "  \t"])
@pytest.mark.parametrize("is_new", [True, False])
def test_a_name_cannot_be_empty(
    sandbox: Sandbox, caller: Caller, name: str | None, *, is_new: bool
) -> None:
    sandbox.seed(customers=1)
    path = "/customers" if is_new else "/customers/1001"
    response = caller.write("POST" if is_new else "PATCH", path, {"name": name})
    assert (response.status_code, code_of(response)) == (422, "validation_failed")
    assert response.json()["error"]["message"] == "The name field is required."
    assert response.json()["error"]["details"] == {"name": ["The name field is required."]}
    assert sandbox.ledger() == []


def test_a_create_without_a_name_is_refused(caller: Caller) -> None:
    assert caller.post("/customers", {"city": "Leeds"}).json()["error"]["details"]["name"]


@pytest.mark.parametrize(("field", "length"), LENGTHS.items())
def test_lengths_count_characters(caller: Caller, field: str, length: int) -> None:
    fits = {"name": "A", field: long_value(field, length)}
    assert data_of(caller.post("/customers", fits))[field] == fits[field]
    refused = caller.post("/customers", {"name": "A", field: long_value(field, length + 1)})
    assert refused.json()["error"]["details"] == {
        field: [f"The {field} may not be greater than {length} characters."]
    }


@pytest.mark.parametrize(
    "email", ["jane", "jane@", "@example.com", "a b@example.com", "a@b", "a@b@c.d"]
)
def test_an_email_has_its_form(caller: Caller, email: str) -> None:
    response = caller.post("/customers", {"name": "A", "email": email})
    assert response.json()["error"]["details"] == {
        "email": ["The email must be a valid email address."]
    }


@pytest.mark.parametrize("field", LENGTHS)
@pytest.mark.parametrize("value", [b"5", b"true", b"[]", b"{}", b'"\\ud800"'])
def test_a_field_is_text(caller: Caller, field: str, value: bytes) -> None:
    body = b'{"name": "A", "%s": %s}' % (field.encode(), value)
    response = caller.post("/customers", body)
    assert response.json()["error"]["details"] == {field: [f"The {field} must be a string."]}


def test_every_problem_is_told_at_once(caller: Caller) -> None:
    response = caller.post("/customers", {"email": "x", "phone": "1" * 33})
    assert set(response.json()["error"]["details"]) == {"name", "email", "phone"}


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'"x"', b"\xff\xfe", b'{"name": NaN}', b"[" * 100_000]
)
def test_a_body_is_a_json_object(sandbox: Sandbox, caller: Caller, body: bytes) -> None:
    response = caller.post("/customers", body)
    assert (response.status_code, code_of(response)) == (422, "validation_failed")
    assert response.json()["error"]["details"] is None
    assert sandbox.ledger() == []


def test_a_body_is_declared_as_json(caller: Caller) -> None:
    response = caller.post("/customers", JANE, **{"Content-Type": "text/plain"})
    assert code_of(response) == "validation_failed"


def test_an_update_changes_what_was_sent(sandbox: Sandbox, caller: Caller) -> None:
    created = data_of(caller.post("/customers", JANE))
    changed = data_of(caller.patch("/customers/1001", {"city": "York", "phone": None, "x": 1}))
    assert changed == created | {"city": "York", "phone": None}
    assert sandbox.get_customer(1001) == changed


@pytest.mark.parametrize(
    ("clears", "value", "is_cleared"),
    [
        ("both", None, True),
        ("both", "", True),
        ("null", None, True),
        ("null", "", False),
        ("empty", None, False),
        ("empty", "", True),
    ],
)
def test_what_clears_a_field_is_a_switch(
    sandbox: Sandbox, caller: Caller, clears: str, value: str | None, *, is_cleared: bool
) -> None:
    sandbox.switch(clears=clears)
    caller.post("/customers", JANE)
    city = data_of(caller.patch("/customers/1001", {"city": value}))["city"]
    assert city == (None if is_cleared else "Leeds")


@pytest.mark.parametrize(
    "customer_id", ["1", "1002", "x", "-1001", "1001.0", "9" * 30, "\u0661\u0660\u0660\u0661"]
)
@pytest.mark.parametrize("method", ["GET", "PATCH"])
def test_who_is_not_there_is_not_found(
    sandbox: Sandbox, caller: Caller, method: str, customer_id: str
) -> None:
    sandbox.seed(customers=1)
    response = caller.write(method, f"/customers/{customer_id}", {"city": "York"})
    assert (response.status_code, code_of(response)) == (404, "resource_not_found")


def test_there_is_no_delete(sandbox: Sandbox, caller: Caller) -> None:
    sandbox.seed(customers=1)
    assert caller.delete("/customers/1001").status_code == 405
    assert sandbox.get_customer(1001)
