"""How often somebody may try a password: counted in the database, before anything is hashed.

Each try is counted as a failure first and taken back when it was right, in a transaction of its
own. So tries at the same moment, in several processes, cannot slip through together, and a try
whose process died stays counted. Strangers' tries and those of whoever is signed in are counted
apart: nobody can shut a person out of the session that they are in. Not here: passwords.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Select, bindparam, delete, insert, select, text, update

from webapp.clock import now
from webapp.extensions import db
from webapp.people.models import Throttled
from webapp.people.tables import sign_in_failures

if TYPE_CHECKING:
    from sqlalchemy import Connection

WINDOW = timedelta(minutes=15)
PER_ACCOUNT = 10
PER_ADDRESS = 50
LETTERS = 3  # about a forgotten password, to one account

_IPV6_PREFIX = 64  # one customer's line has so many bits to itself


def _oldest_that_counts(whose: Column[str], limit: int) -> Select[Any]:
    at: Column[datetime] = sign_in_failures.c.at
    return (
        select(at)
        .where(whose == bindparam("key"), at > bindparam("since"))
        .order_by(at.desc())
        .offset(limit - 1)
        .limit(1)
    )


_OF_ACCOUNT = _oldest_that_counts(sign_in_failures.c.account_key, PER_ACCOUNT)
_OF_LETTERS = _oldest_that_counts(sign_in_failures.c.account_key, LETTERS)
_OF_ADDRESS = _oldest_that_counts(sign_in_failures.c.address, PER_ADDRESS)


def look(account: str, address: str | None) -> None:
    """Tell in time that a try is one too many: it neither waits for writers nor keeps them.

    Raises:
        Throttled: As `reserve_try` does, which has the last word.
    """
    with db.read() as connection:
        _refuse_surplus(connection, _digest(account), _network(address), now())


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
    return _reserve(_digest(account), _network(address))


def reserve_own_try(person_id: int, began_at: datetime | None) -> int:
    """Count a try of somebody who is signed in, apart from those of strangers.

    Args:
        person_id: Who.
        began_at: When their session began, which tells it from others of theirs.

    Returns:
        As `reserve_try`.

    Raises:
        Throttled: Ten failures in this session, or fifty in all of theirs, in 15 minutes.
    """
    key = f"SESSION {person_id} {began_at}"  # capitals: nobody can type it, see `email_key`
    return _reserve(_digest(key), f"person {person_id}")


def count_letter(account: str, address: str | None) -> None:
    """Count that a letter was asked for, apart from sign-ins.

    Raises:
        Throttled: Three for this account, or fifty tries from this address, in 15 minutes.
    """
    key = f"FORGOTTEN {account}"  # capitals: as above
    _reserve(_digest(key), _network(address), _OF_LETTERS)


def take_back(connection: Connection, reserved: int) -> None:
    """Uncount a try whose password was right.

    Args:
        connection: An open write transaction.
        reserved: What `reserve_try` gave.
    """
    connection.execute(delete(sign_in_failures).where(sign_in_failures.c.id == reserved))


def write_again(connection: Connection, reserved: int) -> None:
    """Write a counted try as it is: what tells nothing then takes as long as what does.

    Args:
        connection: An open write transaction.
        reserved: What `reserve_try` gave.
    """
    failures = sign_in_failures.c
    own = update(sign_in_failures).where(failures.id == reserved)
    connection.execute(own.values(at=failures.at))


def forget(connection: Connection, account: str) -> None:
    """Uncount every failure of an account that has a new password: what was guessed is void.

    Args:
        connection: An open write transaction.
        account: The account's key, as in `reserve_try`.
    """
    is_its = sign_in_failures.c.account_key == _digest(account)
    connection.execute(delete(sign_in_failures).where(is_its))


def purge(connection: Connection, moment: datetime) -> int:
    """Delete the failures that no longer count; give how many."""
    is_over = sign_in_failures.c.at <= moment - WINDOW
    return connection.execute(delete(sign_in_failures).where(is_over)).rowcount


def _reserve(key: str, place: str, of_key: Select[Any] = _OF_ACCOUNT) -> int:
    moment = now()
    failures = sign_in_failures.c
    with db.write() as connection:
        _queue(connection, key, place)
        _refuse_surplus(connection, key, place, moment, of_key)
        reserved = connection.execute(
            insert(sign_in_failures)
            .values(account_key=key, address=place, at=moment)
            .returning(failures.id)
        ).scalar_one()
    return int(reserved)


def _queue(connection: Connection, *keys: str) -> None:
    """Let tries of one account or place count one after the other.

    SQLite has one writer anyway. On PostgreSQL the locks are taken in one order by everybody, so
    that nobody waits in a circle.
    """
    if connection.dialect.name == "sqlite":
        return
    lock = text("SELECT pg_advisory_xact_lock(:key)")
    numbers = {int(_digest(key)[:15], 16) for key in keys}
    for number in sorted(numbers):
        connection.execute(lock, {"key": number})


def _refuse_surplus(
    connection: Connection,
    key: str,
    place: str,
    moment: datetime,
    of_key: Select[Any] = _OF_ACCOUNT,
) -> None:
    waits = (
        _wait(connection, of_key, key, moment),
        _wait(connection, _OF_ADDRESS, place, moment),
    )
    if any(waits):
        raise Throttled(max(waits))


def _wait(connection: Connection, oldest: Select[Any], key: str, moment: datetime) -> int:
    """Give the seconds until one more try is free; 0 when it is now."""
    values = {"key": key, "since": moment - WINDOW}
    at = connection.execute(oldest, values).scalar_one_or_none()
    return max(1, ceil((at + WINDOW - moment).total_seconds())) if at else 0


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
