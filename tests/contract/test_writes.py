"""Signed writes: the same on the sandbox and, when it is allowed, on NeroPay."""

from __future__ import annotations

import time
import uuid
from typing import TYPE_CHECKING

import pytest

from webapp.neropay import (
    IdempotencyConflict,
    Invalid,
    Misconfigured,
    NotFound,
    Refused,
    encode_body,
)

if TYPE_CHECKING:
    from tests.contract.conftest import Side
    from webapp.neropay import Customer

JANE = {
    "name": "Siân O'Neill-Łukasz 李",
    "email": "contract@example.com",
    "phone": "07700 900123",
    "address1": "1 High Street",
    "city": "Leeds",
    "postcode": "LS1 4AP",
}


def key() -> str:
    return uuid.uuid4().hex


def add_jane(side: Side) -> Customer:
    return side.client().customers.create(encode_body(JANE), key=key())


def fields(customer: Customer) -> dict[str, str | None]:
    return {name: getattr(customer, name) for name in JANE}


def test_a_customer_is_created_as_sent(writable: Side) -> None:
    customer = add_jane(writable)
    assert fields(customer) == JANE
    assert customer.created_at is not None


def test_the_same_key_makes_one_customer(writable: Side) -> None:
    client, body, once = writable.client(), encode_body(JANE), key()
    first = client.customers.create(body, key=once)
    assert client.customers.create(body, key=once) == first
    if writable.sandbox is not None:
        assert len(writable.sandbox.ledger()) == 1


def test_the_same_key_with_another_body_is_a_conflict(writable: Side) -> None:
    client, once = writable.client(), key()
    client.customers.create(encode_body(JANE), key=once)
    with pytest.raises(IdempotencyConflict):
        client.customers.create(encode_body({"name": "Somebody else"}), key=once)


@pytest.mark.parametrize("body", [{}, {"name": ""}, {"email": "no name@example.com"}])
def test_a_name_is_required(writable: Side, body: dict[str, str]) -> None:
    with pytest.raises(Invalid) as caught:
        writable.client().customers.create(encode_body(body), key=key())
    assert caught.value.code == "validation_failed"
    assert caught.value.fields["name"]


def test_an_update_changes_only_what_was_sent(writable: Side) -> None:
    customer = add_jane(writable)
    body = encode_body({"city": "York", "phone": None})
    try:
        changed = writable.client().customers.update(customer.id, body, key=key())
    except Refused:
        assert writable.sandbox is None
        return
    assert fields(changed) == JANE | {"city": "York", "phone": None}
    assert changed.id == customer.id


def test_nobody_can_be_updated(writable: Side) -> None:
    body = encode_body({"city": "York"})
    with pytest.raises((NotFound, Refused)):
        writable.client().customers.update("999999999999", body, key=key())


def test_a_category_comes_and_goes(writable: Side) -> None:
    client = writable.client()
    body = encode_body({"name": "Contract test", "sort_order": 900, "is_active": 0})
    category = client.categories.create(body, key=key())
    assert (category.name, category.sort_order, category.is_active) == ("Contract test", 900, False)
    assert category in client.categories.list().items
    try:
        client.categories.delete(category.id, key=key())
    except Refused:
        assert writable.sandbox is None
        return
    assert category not in client.categories.list().items
    with pytest.raises((NotFound, Refused)):
        client.categories.delete(category.id, key=key())


def test_a_clock_that_is_off_is_our_mistake(writable: Side) -> None:
    late = writable.client(clock=lambda: time.time() - 3600)
    with pytest.raises(Misconfigured) as caught:
        late.customers.create(encode_body(JANE), key=key())
    assert caught.value.code == "invalid_signature"
    assert writable.sandbox is None or writable.sandbox.ledger() == []
