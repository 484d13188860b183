"""Numbers about all customers, for the overview page."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from flask import current_app

from webapp import clock
from webapp.customers.keys import created_key
from webapp.customers.models import Overview
from webapp.customers.rows import statement
from webapp.extensions import db, settings

if TYPE_CHECKING:
    from sqlalchemy import Connection

_KEY = "tillside.overview"
_KEPT = timedelta(minutes=1)  # the numbers are read along whole indexes, which takes a while
_MONTHS = 12
_TOTAL = "SELECT row_count FROM sync_state"
_NO_EMAIL = "SELECT count(*) FROM customers WHERE email_key = ''"
_NO_PHONE = "SELECT count(*) FROM customers WHERE phone_key = ''"
_NEW = "SELECT count(*) FROM customers WHERE created_key >= :low AND created_key < :high"


def overview() -> Overview:
    """Count customers; the numbers may be a minute old, but never from before a new row.

    Returns:
        The numbers. Months are the merchant's, the last one is the present one.
    """
    now = clock.now()
    with db.read() as connection:
        total = _number(connection, _TOTAL)
        kept = current_app.extensions.get(_KEY)
        if kept is not None:
            since, numbers = kept
            assert isinstance(numbers, Overview)
            if numbers.total == total and timedelta(0) <= now - since < _KEPT:
                return numbers
        numbers = _count(connection, total, now.astimezone(ZoneInfo(settings().time_zone)))
    current_app.extensions[_KEY] = (now, numbers)
    return numbers


def _count(connection: Connection, total: int, local_now: datetime) -> Overview:
    months = _last_months(local_now.date())
    new = tuple(
        (month, _number(connection, _NEW, low=_first_moment(month), high=_first_moment(following)))
        for month, following in pairwise(months)
    )
    return Overview(
        total=total,
        without_email=_number(connection, _NO_EMAIL),
        without_phone=_number(connection, _NO_PHONE),
        new_per_month=new,
    )


def _last_months(today: date) -> list[date]:
    """Give the first days of the last twelve months, and of the one to come."""
    present = today.year * 12 + today.month - 1
    return [
        date(number // 12, number % 12 + 1, 1)
        for number in range(present - _MONTHS + 1, present + 2)
    ]


def _first_moment(day: date) -> str:
    zone = ZoneInfo(settings().time_zone)
    return created_key(datetime.combine(day, time(), zone).astimezone(UTC))


def _number(connection: Connection, sql: str, **values: str) -> int:
    number: int = connection.execute(statement(sql), values).scalar_one()
    return number
