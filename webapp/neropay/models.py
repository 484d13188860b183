"""What the client hands out: frozen records, no behaviour. They are made in `parsing` only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from datetime import datetime

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer as NeroPay gave it.

    Empty texts are None. `present` names the fields that the answer really carried (null
    counts): a list row may hold only `id`, `name` and `email` (documented), so a field that is
    None and not in `present` is not known, rather than empty. Of a record that was asked for by
    its id, what is absent is empty, and so is in `present`.
    """

    id: str
    name: str
    email: str | None
    phone: str | None
    address1: str | None
    city: str | None
    postcode: str | None
    created_at: datetime | None
    present: frozenset[str]


@dataclass(frozen=True, slots=True)
class Category:
    """A category of orders, products and the tills."""

    id: str
    name: str
    sort_order: int
    is_active: bool


@dataclass(frozen=True, slots=True)
class Account:
    """The merchant that the secret key belongs to (GET /account, documented)."""

    account_id: str
    name: str | None
    email: str | None
    country: str | None
    status: str | None
    neroconnect_enabled: bool | None


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list.

    Attributes:
        items: The records that no earlier page of the same run had.
        set_aside: How many rows could not be read.
        has_more: Whether another page will be asked for; False on the last one only.
        number: 1 for the first page.
        total: How many records there are, if NeroPay said so.
    """

    items: tuple[T, ...]
    set_aside: int
    has_more: bool
    number: int
    total: int | None


@dataclass(frozen=True, slots=True)
class Health:
    """How the line to NeroPay looks from this process.

    Attributes:
        is_open: Whether the breaker is open: calls are refused at once, but for a probe.
        since: When it opened (aware, UTC); None when it is closed.
        last_error_code: The code of the last trouble, None after a call that went well.
        clock_offset: Seconds that our clock is ahead of NeroPay's `Date`; None when unknown.
    """

    is_open: bool
    since: datetime | None
    last_error_code: str | None
    clock_offset: float | None
