"""Reads: the same on the sandbox and on NeroPay."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import pytest

from webapp.neropay import Misconfigured, NotFound, Refused

if TYPE_CHECKING:
    from tests.contract.conftest import Side

GENTLE_PAGES = 3


def test_the_account_is_known(side: Side) -> None:
    account = side.client().account.get()
    assert account.account_id.startswith("NP")
    assert account.name


def test_customers_come_in_pages(side: Side) -> None:
    pages = list(islice(side.client().customers.pages(limit=100), GENTLE_PAGES))
    ids = [customer.id for page in pages for customer in page.items]
    assert ids
    assert len(ids) == len(set(ids))
    assert all(customer.name for page in pages for customer in page.items)
    assert not any(page.set_aside for page in pages)


def test_the_first_page_is_the_same_twice(side: Side) -> None:
    client = side.client()
    first, again = (next(client.customers.pages(limit=20)) for _ in range(2))
    assert first == again


def test_the_limit_is_kept_or_ignored(side: Side) -> None:
    page = next(side.client().customers.pages(limit=5))
    assert len(page.items) == 5 or len(page.items) > 5


def test_one_customer_agrees_with_its_row(side: Side) -> None:
    """Where enabled: a refusal must then be one that the client understands."""
    client = side.client()
    row = next(client.customers.pages(limit=5)).items[0]
    try:
        customer = client.customers.get(row.id)
    except Refused:
        assert side.sandbox is None
        return
    assert (customer.id, customer.name, customer.email) == (row.id, row.name, row.email)


def test_nobody_has_this_id(side: Side) -> None:
    with pytest.raises((NotFound, Refused)):
        side.client().customers.get("999999999999")


def test_categories_have_position_and_state(side: Side) -> None:
    categories = side.client().categories.list()
    assert not categories.set_aside
    ids = [category.id for category in categories.items]
    assert len(ids) == len(set(ids))
    assert all(category.name for category in categories.items)


def test_a_wrong_key_is_our_mistake(side: Side) -> None:
    with pytest.raises(Misconfigured) as caught:
        side.client(secret_key="sk_this_key_is_wrong").account.get()
    assert caught.value.code == "authentication_failed"


def test_an_account_that_is_not_ours_is_our_mistake(side: Side) -> None:
    with pytest.raises(Misconfigured) as caught:
        side.client(account="NP00000000_0000").account.get()
    assert caught.value.code == "account_not_found"


def test_the_clocks_agree(side: Side) -> None:
    client = side.client()
    client.account.get()
    assert client.health.clock_offset is not None
    assert abs(client.health.clock_offset) < 60
