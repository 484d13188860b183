"""The numbers of the overview, and how fresh the copy is."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import update

from tests.customers.makers import fill, make_customer
from webapp import clock
from webapp.customers import directory
from webapp.customers.tables import sync_state
from webapp.extensions import db

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from tests.conftest import Clock


@pytest.fixture(autouse=True)
def _app(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def set_state(**columns: Any) -> None:
    with db.write() as connection:
        connection.execute(update(sync_state).values(columns))


def test_numbers_of_an_empty_copy() -> None:
    numbers = directory.overview()
    assert (numbers.total, numbers.without_email, numbers.without_phone) == (0, 0, 0)
    assert [count for _, count in numbers.new_per_month] == [0] * 12


def test_numbers() -> None:
    present = clock.now()
    fill(
        [
            make_customer(1, email="a@example.com", created_at=present),
            make_customer(2, phone="0123", created_at=present - timedelta(days=400)),
            make_customer(3, created_at=None),
        ]
    )
    numbers = directory.overview()
    assert (numbers.total, numbers.without_email, numbers.without_phone) == (3, 2, 2)
    assert [count for _, count in numbers.new_per_month] == [0] * 11 + [1]


def test_months_are_the_merchants(clock: Clock) -> None:
    clock.ahead = datetime(2026, 3, 15, tzinfo=UTC) - datetime.now(UTC)
    summer = datetime(2025, 6, 30, 23, 30, tzinfo=UTC)  # the first of July in London
    fill([make_customer(1, created_at=summer)])
    months = dict(directory.overview().new_per_month)
    assert list(months) == [
        *(date(2025, month, 1) for month in range(4, 13)),
        *(date(2026, month, 1) for month in range(1, 4)),
    ]
    assert months[date(2025, 7, 1)] == 1
    assert months[date(2025, 6, 1)] == 0


def test_numbers_are_kept_for_a_minute_but_not_past_a_new_row(clock: Clock) -> None:
    fill([make_customer(1)])
    assert directory.overview().without_email == 1
    fill([make_customer(1, email="a@example.com")])
    assert directory.overview().without_email == 1
    clock.advance(seconds=61)
    assert directory.overview().without_email == 0
    fill([make_customer(2)])
    assert directory.overview().without_email == 1


def test_status_before_the_first_run() -> None:
    status = directory.status()
    assert (status.state, status.finished_at, status.row_count) == ("never", None, 0)
    assert (status.interval, status.is_stretched) == (300, False)


@pytest.mark.parametrize(
    ("columns", "state"),
    [
        ({"finished": 5}, "ok"),
        ({"finished": 14}, "ok"),
        ({"finished": 16}, "stale"),
        ({"finished": 16, "interval": 3000}, "ok"),
        ({"finished": 5, "failed": 1}, "failed"),
        ({"failed": 1}, "failed"),
        ({"started": 1, "lease": 1}, "running"),
        ({"started": 1, "lease": 1, "finished": 5, "failed": 3}, "running"),
        ({"started": 5, "lease": -1, "finished": 9}, "ok"),
        ({"started": 5, "lease": 1, "finished": 4}, "ok"),
    ],
)
def test_status(columns: dict[str, int], state: str) -> None:
    moment = clock.now()
    names = {"finished": "finished_at", "failed": "failed_at", "started": "started_at"}
    values: dict[str, Any] = {
        name: moment - timedelta(minutes=columns[key])
        for key, name in names.items()
        if key in columns
    }
    if "lease" in columns:
        values["lease_until"] = moment + timedelta(minutes=columns["lease"])
    if "interval" in columns:
        values["interval"] = columns["interval"]
    set_state(**values)
    status = directory.status()
    assert status.state == state
    assert status.is_stretched == ("interval" in columns)
