"""How often somebody may try a password: counted in the database, before anything is hashed.

Each try is counted as a failure first and taken back when it was right, in a transaction of its
own. So tries at the same moment, in several processes, cannot slip through together, and a try
whose process died stays counted. Not here: passwords.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil
from typing import TYPE_CHECKING

from sqlalchemy import Column, ColumnElement, bindparam, delete, insert, select, text

from webapp.clock import now
from webapp.extensions import db
from webapp.people.models import Throttled
from webapp.people.tables import sign_in_failures

if TYPE_CHECKING:
    from sqlalchemy import Connection

WINDOW = timedelta(minutes=15)
PER_ACCOUNT = 10
PER_ADDRESS = 50

_IPV6_PREFIX = 64  # one customer's line has so many bits to itself


def reserve_try(account: str, address: str | None) -> int:
    """Count a try before it is made.

    Args:
        account: The account's key, whether there is such an account or not.
        address: Network address that the request came from.

    Returns:
        The id to give to `take_back` when the password was right.

    Raises:
        Throttled: Ten failures of this account or fifty from this address in 15 minutes.
    """
    key, network, moment = _digest(account), _network(address), now()
    failures = sign_in_failures.c
    with db.write() as connection:
        _queue(connection, key, network)
        waits = (
            _wait(connection, failures.account_key == key, PER_ACCOUNT, moment),
            _wait(connection, failures.address == network, PER_ADDRESS, moment),
        )
        if any(waits):
            raise Throttled(max(waits))
        reserved = connection.execute(
            insert(sign_in_failures)
            .values(account_key=key, address=network, at=moment)
            .returning(failures.id)
        ).scalar_one()
    return int(reserved)


def take_back(connection: Connection, reserved: int) -> None:
    """Uncount a try whose password was right.

    Args:
        connection: An open write transaction.
        reserved: What `reserve_try` gave.
    """
    connection.execute(delete(sign_in_failures).where(sign_in_failures.c.id == reserved))


def purge(connection: Connection, moment: datetime) -> int:
    """Delete the failures that no longer count; give how many."""
    is_over = sign_in_failures.c.at <= moment - WINDOW
    return connection.execute(delete(sign_in_failures).where(is_over)).rowcount


def _queue(connection: Connection, *keys: str) -> None:
    """Let tries of one account or address count one after the other.

    SQLite has one writer anyway. On PostgreSQL the locks are taken in one order by everybody, so
    that nobody waits in a circle.
    """
    if connection.dialect.name == "sqlite":
        return
    lock = text("SELECT pg_advisory_xact_lock(:key)")
    numbers = {int(_digest(key)[:15], 16) for key in keys}
    for number in sorted(numbers):
        connection.execute(lock, {"key": number})


def _wait(connection: Connection, whose: ColumnElement[bool], limit: int, moment: datetime) -> int:
    """Give the seconds until one more try is free; 0 when it is now."""
    at: Column[datetime] = sign_in_failures.c.at
    oldest_that_counts = (
        select(at)
        .where(whose, at > bindparam("since"))
        .order_by(at.desc())
        .offset(limit - 1)
        .limit(1)
    )
    oldest = connection.execute(oldest_that_counts, {"since": moment - WINDOW}).scalar_one_or_none()
    return max(1, ceil((oldest + WINDOW - moment).total_seconds())) if oldest else 0


def _network(address: str | None) -> str:
    """Give the address, or for IPv6 the network that one line has."""
    try:
        parsed = ip_address(address or "")
    except ValueError:
        return "unknown"
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ip_network((int(parsed), _IPV6_PREFIX), strict=False).network_address)
    return str(parsed)


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
