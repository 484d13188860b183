"""Customers as NeroPay gives them, and a copy filled with them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from webapp.customers.models import FIELDS
from webapp.customers.store import Source, upsert_all
from webapp.extensions import db
from webapp.neropay import Customer

if TYPE_CHECKING:
    from collections.abc import Sequence

NOON = datetime(2026, 4, 22, 12, tzinfo=UTC)
JANE: dict[str, str | None] = {
    "name": "Jane",
    "email": "jane@example.com",
    "phone": "01632 960001",
    "address1": "1 High Street",
    "city": "Leeds",
    "postcode": "LS1 1AA",
}


def make_customer(id: int | str, name: str = "Jane Customer", **fields: Any) -> Customer:  # noqa: A002  # what the model calls it
    """A customer with all fields told; those not given are null."""
    values = dict.fromkeys(("email", "phone", "address1", "city", "postcode"))
    present = fields.pop("present", frozenset(FIELDS))
    return Customer(
        id=str(id),
        name=name,
        created_at=fields.pop("created_at", NOON),
        present=frozenset(present),
        **{**values, **fields},
    )


def fill(customers: Sequence[Customer], *, now: datetime = NOON) -> None:
    """Put customers into the copy of the current application."""
    with db.write() as connection:
        upsert_all(connection, customers, Source(now))


SHOP = (
    make_customer(
        1001,
        "Siobhán O’Brien",
        email="Siobhan.OBrien@Example.com",
        phone="+44 (0)7700 900123",
        address1="Flat 2, 14 Mill Lane",
        city="Leeds",
        postcode="LS1 4AP",
    ),
    make_customer(
        1002,
        "Jane Smith",
        email="jane@example.com",
        phone="020 7946 0123",
        address1="1 High Street",
        city="York",
        postcode="yo17hh",
    ),
    make_customer(1003, "Ann Smithers", email="joann@example.com", phone="07700 900456"),
    make_customer(1004, "Łukasz Blacksmith", email=None, city="Bath", postcode="BA1 1AA"),
    make_customer(1005, "Zoë Smith-Jones", email="ann@example.com", phone=None, city="leeds"),
)
