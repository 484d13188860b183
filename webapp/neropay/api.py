"""The endpoints in scope, one method each: customers, categories, the account.

How a call is made, tried again and given up is in `calls`; what it may end in, in `errors`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeVar

from webapp.neropay.calls import Call
from webapp.neropay.errors import BadResponse, NotFound, OutcomeUnknown
from webapp.neropay.models import Account, Category, Customer, Page
from webapp.neropay.paging import walk
from webapp.neropay.parsing import account_from, category_from, customer_from, flat_record
from webapp.neropay.texts import ID_RULE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from webapp.neropay.calls import Caller
    from webapp.neropay.parsing import Envelope

Record = TypeVar("Record", Customer, Category)

READ_BUDGET: Final = 8.0
WRITE_BUDGET: Final = 15.0
# Every write in scope; the last part is the id rule.
_WRITES: Final = (
    ("POST", re.compile(r"/(customers|categories)", re.ASCII)),
    ("PATCH", re.compile(r"/(customers)/([A-Za-z0-9_-]{1,64})", re.ASCII)),
    ("DELETE", re.compile(r"/(categories)/([A-Za-z0-9_-]{1,64})", re.ASCII)),
)


class CustomersApi:
    """The customers of the merchant."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def pages(self, *, limit: int = 100, budget: float = READ_BUDGET) -> Iterator[Page[Customer]]:
        """Walk all customers (GET /customers, documented; its paging is not).

        A page is asked for when it is wanted, and waits for our own budget of calls first.

        Args:
            limit: Rows to ask for in a page; NeroPay may give another number.
            budget: Seconds for each page.

        Yields:
            Pages without an id that was there before. The last one, which may be empty, has
            `has_more` False: without it, the end was not reached.

        Raises:
            NeroPayError: A page could not be had; what was yielded is good.
        """
        return walk(
            _fetch(self._caller, "/customers", budget, is_background=True),
            customer_from,
            url=f"{self._caller.base_url}/customers",
            limit=limit,
        )

    def get(self, id: str, *, budget: float = READ_BUDGET) -> Customer:  # noqa: A002 - NeroPay's
        """Get one customer (GET /customers/{id}, documented as "where enabled").

        Any field but id and name may be absent or null, and what a list row leaves out is here
        (documented): so what is absent here is empty, and counts as told.

        Raises:
            NotFound: There is none; or the id cannot be one, and no call was made.
            Refused: NeroPay does not allow this here.
            NeroPayError: Anything else that came instead.
        """
        _check_id(id)
        call = Call("GET", f"/customers/{id}", template="/customers/{id}", record_id=id)
        return customer_from(self._caller.run(call, budget=budget).data, is_whole=True)

    def create(self, body: bytes, *, key: str, budget: float = WRITE_BUDGET) -> Customer:
        """Create a customer (POST /customers, documented). Errors as in `send_write`."""
        return _answered(
            customer_from,
            send_write(self._caller, "POST", "/customers", body, key=key, budget=budget),
        )

    def update(
        self,
        id: str,  # noqa: A002 - NeroPay's own name
        body: bytes,
        *,
        key: str,
        budget: float = WRITE_BUDGET,
    ) -> Customer:
        """Change a customer (PATCH, documented as "where enabled"). Errors as in `send_write`."""
        _check_id(id)
        return _answered(
            customer_from,
            send_write(self._caller, "PATCH", f"/customers/{id}", body, key=key, budget=budget),
        )


class CategoriesApi:
    """The categories of the merchant."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def list(self, *, budget: float = READ_BUDGET) -> Page[Category]:
        """Get all categories (GET /categories, documented), its pages joined into one.

        Args:
            budget: Seconds for each page that it takes.

        Raises:
            NeroPayError: One of the pages could not be had.
        """
        pages = tuple(
            walk(
                _fetch(self._caller, "/categories", budget, is_background=False),
                category_from,
                url=f"{self._caller.base_url}/categories",
                limit=100,
                most_pages=50,
            )
        )
        return Page(
            items=tuple(category for page in pages for category in page.items),
            set_aside=sum(page.set_aside for page in pages),
            has_more=False,
            number=1,
            total=pages[0].total,
        )

    def create(self, body: bytes, *, key: str, budget: float = WRITE_BUDGET) -> Category:
        """Create a category (POST /categories, documented). Errors as in `send_write`."""
        return _answered(
            category_from,
            send_write(self._caller, "POST", "/categories", body, key=key, budget=budget),
        )

    def delete(self, id: str, *, key: str, budget: float = WRITE_BUDGET) -> None:  # noqa: A002 - NeroPay's
        """Delete a category (documented as "if allowed"). Errors as in `send_write`."""
        _check_id(id)
        send_write(self._caller, "DELETE", f"/categories/{id}", b"", key=key, budget=budget)


class AccountApi:
    """The merchant that the secret key belongs to."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def get(self, *, budget: float = READ_BUDGET) -> Account:
        """Get the authenticated merchant (GET /account, documented).

        Raises:
            NeroPayError: What came instead.
        """
        call = Call("GET", "/account", template="/account")
        return account_from(self._caller.run(call, budget=budget).data)


def send_write(
    caller: Caller, method: str, path: str, body: bytes, *, key: str, budget: float
) -> dict[str, object] | None:
    """Send one of the writes in scope; see `NeroPay.send_write`."""
    match = next(
        (found for verb, rule in _WRITES if verb == method and (found := rule.fullmatch(path))),
        None,
    )
    if match is None:
        raise ValueError("not a write to NeroPay that this product makes")
    if not ID_RULE.fullmatch(key):
        raise ValueError("not an idempotency key")
    record_id = match[2] if method != "POST" else None
    call = Call(
        method,
        path,
        template=f"/{match[1]}" if record_id is None else f"/{match[1]}/{{id}}",
        wants="anything" if method == "DELETE" else "record",
        record_id=record_id,
        body=body,
        key=key,
    )
    data = caller.run(call, budget=budget).data
    return flat_record(data) if method != "DELETE" and isinstance(data, dict) else None


def _fetch(
    caller: Caller, path: str, budget: float, *, is_background: bool
) -> Callable[[str], Envelope]:
    def fetch(query: str) -> Envelope:
        call = Call("GET", f"{path}?{query}", template=path, wants="list")
        call.is_background = is_background
        return caller.run(call, budget=budget)

    return fetch


def _check_id(record_id: str) -> None:
    if not ID_RULE.fullmatch(record_id):
        raise NotFound("bad_id")


def _answered(parse: Callable[[object], Record], data: object) -> Record:
    try:
        return parse(data)
    except BadResponse as error:
        raise OutcomeUnknown("unreadable_data", status=200) from error
