"""The client that the rest of the product holds: one for each process and merchant.

The endpoints are in `api`; how a call is made, tried again and given up is in `calls`.
"""

from __future__ import annotations

import math
import re
import time
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from webapp.neropay.api import WRITE_BUDGET, AccountApi, CategoriesApi, CustomersApi, send_write
from webapp.neropay.calls import Caller

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from webapp.neropay.abilities import Abilities
    from webapp.neropay.line import Line
    from webapp.neropay.models import Health

_PRINTABLE: Final = re.compile(r"[!-~]{1,512}", re.ASCII)


class NeroPay:
    """The signed client for one merchant; one for each process, shared by its threads.

    Attributes:
        customers: GET, POST and PATCH of customers.
        categories: GET, POST and DELETE of categories.
        account: GET /account.
    """

    def __init__(
        self,
        *,
        base_url: str,
        secret_key: str,
        account: str | None = None,
        max_concurrent: int = 6,
        max_waiting: int = 0,
        calls_per_minute: int = 600,
        most_seconds: float = math.inf,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Make a client; nothing is sent and no connection opened.

        Args:
            base_url: Such as https://eu.neropay.app/v2 (documented).
            secret_key: The merchant's secret.
            account: A connected merchant's NeroPay-Account (documented), if any.
            max_concurrent: Calls at once in this process. The number of threads less 2 leaves
                some for pages of our own.
            max_waiting: How many more may wait a second for their turn; any other is refused
                at once, unless calls are ending just now (see `Bulkhead`).
            calls_per_minute: Our own budget; background calls wait for it, others only count.
            most_seconds: What no call may take longer than, whatever its own budget.
            clock: Unix time in seconds.
            monotonic: A clock that never goes back, in seconds.
            sleep: Waits for seconds.

        Raises:
            ValueError: A value that could not be sent. It is not repeated in the message.
        """
        parts = urlsplit(base_url)
        if parts.scheme not in {"https", "http"} or not parts.hostname:
            raise ValueError("base_url must be an http or https address")
        if parts.username is not None or parts.query or parts.fragment:
            raise ValueError("base_url must have no user, query or fragment")
        if not _PRINTABLE.fullmatch(secret_key):
            raise ValueError("secret_key must be printable ASCII without spaces")
        if account and not _PRINTABLE.fullmatch(account):
            raise ValueError("account must be printable ASCII without spaces")
        self._caller = Caller(
            base_url=base_url.rstrip("/"),
            secret_key=secret_key,
            account=account,
            max_concurrent=max_concurrent,
            max_waiting=max_waiting,
            calls_per_minute=calls_per_minute,
            most_seconds=most_seconds,
            clock=clock,
            monotonic=monotonic,
            sleep=sleep,
        )
        self.customers = CustomersApi(self._caller)
        self.categories = CategoriesApi(self._caller)
        self.account = AccountApi(self._caller)

    @property
    def health(self) -> Health:
        """How the line to NeroPay looks from this process; no call is made."""
        return self._caller.health

    @property
    def line(self) -> Line:
        """Whether NeroPay is away, as far as this process's calls tell."""
        return self._caller.line

    @property
    def abilities(self) -> Abilities:
        """What NeroPay has switched on, as far as the answers to this process told."""
        return self._caller.abilities

    def calls_made(self) -> int:
        """How many requests this thread has sent, ever: take the difference of two readings."""
        return self._caller.calls_made()

    def close(self) -> None:
        """Close every connection. A later call opens new ones."""
        self._caller.close()

    def background(self) -> AbstractContextManager[None]:
        """Let this thread's calls wait for our own budget of calls (completing rows, settling)."""
        return self._caller.background()

    def send_write(
        self, method: str, path: str, body: bytes, *, key: str, budget: float = WRITE_BUDGET
    ) -> dict[str, object] | None:
        """Send a signed write (documented), again with the same key and bytes where that is safe.

        Args:
            method: POST, PATCH or DELETE.
            path: Below the base URL, such as /customers/1001.
            body: The raw body from `encode_body`; empty for a DELETE.
            key: The Idempotency-Key, the same for every sending of the same body.
            budget: Seconds for all attempts together.

        Returns:
            The record in the answer, its texts cleaned and only what is flat in it; None for a
            DELETE.

        Raises:
            ValueError: Not a write of ours, or a key that is not one; nothing was sent.
            Invalid, Refused, NotFound, RateLimited, Misconfigured: NeroPay said no.
            Unavailable: It was not sent, for certain.
            OutcomeUnknown: It was sent, without a clear answer.
        """
        return send_write(self._caller, method, path, body, key=key, budget=budget)
