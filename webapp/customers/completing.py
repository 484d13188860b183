"""Completing rows that NeroPay's list gave in brief: one GET each, at a gentle rate.

A list row may hold `id`, `name` and `email` only (documented). What is missing comes from
GET /customers/{id}, "where enabled" (documented): a merchant's NeroPay may refuse it.
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from webapp.customers import lease as leases
from webapp.customers.intake import refresh_one
from webapp.customers.rows import statement
from webapp.extensions import db, neropay
from webapp.neropay import NeroPayError, NotFound

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from webapp.customers.lease import Lease

log = logging.getLogger(__name__)

_BUDGET = 8.0  # seconds for one record
_NOT_FOUND = 5  # in a row: GET is not enabled, whatever NeroPay calls that
_RENEW_EVERY = 10  # records
_CHUNK = 100
_BRIEF = (
    "SELECT pk, id FROM customers WHERE pk > :pk AND seen_run = :run AND NOT is_full"
    " ORDER BY pk LIMIT :limit"
)


def complete(lease: Lease, *, calls: int, seconds: float, should_stop: Callable[[], bool]) -> int:
    """Ask NeroPay for the customers that the list gave in brief.

    Args:
        lease: The run's.
        calls: Records to ask for at the most.
        seconds: When to stop asking.
        should_stop: Whether the process is to end.

    Returns:
        How many rows were completed. NeroPay failing or refusing ends it early.

    Raises:
        LeaseLostError: Another run began.
    """
    until = time.monotonic() + seconds
    completed = not_found = 0
    with neropay().background():
        for number, customer_id in enumerate(_brief_ids(lease.run, calls)):
            if should_stop() or time.monotonic() >= until:
                break
            if number % _RENEW_EVERY == 0:
                with db.write() as connection:
                    leases.renew(connection, lease)
            try:
                refresh_one(customer_id, budget=_BUDGET)
            except NotFound:
                not_found += 1
                if not_found == _NOT_FOUND:
                    break
            except NeroPayError as error:
                log.info("completing ends early", extra={"code": error.code})
                break
            else:
                completed += 1
                not_found = 0
    return completed


def _brief_ids(run: int, most: int) -> Iterator[str]:
    pk, left = 0, most
    while left > 0:
        values = {"pk": pk, "run": run, "limit": min(_CHUNK, left)}
        with db.read() as connection:
            rows = connection.execute(statement(_BRIEF), values).all()
        if not rows:
            return
        yield from (row.id for row in rows)
        pk, left = rows[-1].pk, left - len(rows)
