"""Likely twins of a customer that is being typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.customers.makers import SHOP, fill, make_customer
from webapp.customers import directory

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask


@pytest.fixture(autouse=True)
def _shop(app: Flask) -> Iterator[None]:
    with app.app_context():
        fill(SHOP)
        yield


def twins(values: dict[str, str | None], *, limit: int = 5) -> list[tuple[str, ...]]:
    found = directory.find_twins(values, limit=limit)
    return [(twin.row.id, *twin.reasons) for twin in found]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, []),
        ({"name": "", "email": None, "phone": " "}, []),
        ({"phone": "07700 900 123"}, [("1001", "same_mobile")]),
        ({"phone": "+44 20 7946 0123"}, [("1002", "same_phone")]),
        ({"email": " JANE@example.COM "}, [("1002", "same_email")]),
        ({"name": "ŁUKASZ  blacksmith"}, [("1004", "same_name")]),
        ({"name": "Jane Smith", "postcode": "YO1 7HH"}, [("1002", "same_name_postcode")]),
        ({"name": "Jane Smith", "postcode": "LS1 4AP"}, [("1002", "same_name")]),
        ({"name": "Jan", "email": "jane", "phone": "0123"}, []),
        ({"name": "\x00\ud800%", "email": "'\"@", "phone": "+" * 400}, []),
    ],
)
def test_reasons(values: dict[str, str | None], expected: list[tuple[str, ...]]) -> None:
    assert twins(values) == expected


def test_the_likeliest_come_first_with_all_their_reasons() -> None:
    typed: dict[str, str | None] = {
        "name": "Jane Smith",
        "email": "ann@example.com",
        "phone": "07700900456",
    }
    assert twins(typed) == [
        ("1005", "same_email"),
        ("1003", "same_mobile"),
        ("1002", "same_name"),
    ]
    fill([make_customer(9, "Jane Smith", email="ann@example.com")])
    assert twins(typed)[0] == ("9", "same_email", "same_name")


def test_a_namesake_nearby_is_found_among_many() -> None:
    fill([make_customer(n, "Jane Smith", postcode="BS1 1AA") for n in range(10, 70)])
    fill([make_customer(99, "Jane Smith", postcode="CF10 1AA")])
    found = twins({"name": "Jane Smith", "postcode": "cf101aa"}, limit=3)
    assert len(found) == 3
    assert found[0] == ("99", "same_name_postcode")
