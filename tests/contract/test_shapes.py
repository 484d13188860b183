"""Whatever NeroPay turns out to be like, the client makes the same of it.

On the sandbox only: the real NeroPay has one shape, and we do not know it.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest

from webapp.neropay import BadResponse, OutcomeUnknown, Refused, Unavailable, encode_body

if TYPE_CHECKING:
    from tests.contract.conftest import Side
    from webapp.sandbox.testing import Sandbox

JANE = encode_body({"name": "Jane Customer"})


def sandbox_of(side: Side) -> Sandbox:
    assert side.sandbox is not None
    return side.sandbox


def walk(side: Side) -> list[str]:
    pages = list(side.client().customers.pages(limit=100))
    assert [page.has_more for page in pages] == [True] * (len(pages) - 1) + [False]
    return [customer.id for page in pages for customer in page.items]


@pytest.mark.parametrize("paging", ["none", "page", "meta", "next_page", "links"])
@pytest.mark.parametrize(
    "switches", [{}, {"max_limit": 50}, {"order": "desc"}, {"id_type": "string"}]
)
def test_every_customer_comes_once(ours: Side, paging: str, switches: dict[str, Any]) -> None:
    sandbox_of(ours).switch(paging=paging, **switches)
    expected = [str(number) for number in range(1001, 1231)]
    assert sorted(walk(ours)) == expected


def test_pages_may_repeat(ours: Side) -> None:
    sandbox_of(ours).fault(action="page", loop=2, times=0)
    assert walk(ours) == [str(number) for number in range(1001, 1201)]


def test_brief_rows_say_what_they_lack(ours: Side) -> None:
    sandbox_of(ours).switch(list_rows="brief")
    row = next(ours.client().customers.pages(limit=5)).items[0]
    assert row.present == {"id", "name", "email"}
    assert "phone" in ours.client().customers.get(row.id).present


@pytest.mark.parametrize("status", [False, 403, 404, 405, 409, 422, 501])
def test_not_enabled_is_a_refusal(ours: Side, status: object) -> None:
    sandbox_of(ours).switch(get_by_id=status, patch=status, category_delete=status)
    client = ours.client()
    with pytest.raises(Refused):
        client.customers.get("1001")
    with pytest.raises(Refused):
        client.customers.update("1001", JANE, key=uuid.uuid4().hex)
    with pytest.raises(Refused):
        client.categories.delete("31", key=uuid.uuid4().hex)
    assert sandbox_of(ours).ledger() == []


def test_a_category_in_use_is_a_refusal(ours: Side) -> None:
    with pytest.raises(Refused) as caught:
        ours.client().categories.delete("20", key=uuid.uuid4().hex)
    assert "products" in caught.value.message


@pytest.mark.parametrize(
    "fault",
    [
        {"action": "reset", "when": "after"},
        {"action": "reset", "when": "during"},
        {"action": "close", "when": "after"},
        {"action": "cut"},
        {"action": "cut", "part": "head"},
        {"action": "status", "status": 500, "effect": True},
        {"action": "html", "effect": True},
        {"action": "broken", "effect": True},
        {"action": "empty", "effect": True},
        {"action": "contradict", "status": 400, "effect": True},
        {"action": "redirect", "status": 307, "effect": True},
        {"action": "shape", "data": "text", "effect": True},
        {"action": "huge", "effect": True},
        {"action": "gzip_bomb", "effect": True},
        {"action": "hostile", "kind": "nested"},
    ],
    ids=lambda fault: "-".join(str(value) for value in fault.values()),
)
def test_an_unclear_answer_to_a_write_makes_one_customer(ours: Side, fault: dict[str, Any]) -> None:
    """Either a further try with the same key got the answer, or the outcome is unknown."""
    sandbox_of(ours).fault(**fault)
    client, key = ours.client(), uuid.uuid4().hex
    try:
        customer = client.customers.create(JANE, key=key)
    except OutcomeUnknown:
        customer = client.customers.create(JANE, key=key)
    assert customer.id == "1231"
    assert [row["key"] for row in sandbox_of(ours).ledger()] == [key]


@pytest.mark.parametrize(
    "fault",
    [
        {"action": "refuse"},
        {"action": "status", "status": 503},
        {"action": "html"},
        {"action": "broken"},
        {"action": "cut"},
        {"action": "gzip_bomb"},
        {"action": "huge"},
    ],
    ids=lambda fault: str(fault["action"]),
)
def test_a_read_that_goes_on_failing_fails_typed(ours: Side, fault: dict[str, Any]) -> None:
    sandbox_of(ours).fault(**fault, times=0)
    with pytest.raises((Unavailable, BadResponse)):
        ours.client().account.get()
    assert 1 <= len(sandbox_of(ours).requests()) <= 3
