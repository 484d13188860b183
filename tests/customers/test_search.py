"""What a search finds, and what it puts first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.customers.makers import SHOP, fill, make_customer
from webapp.customers import directory
from webapp.customers.models import Query
from webapp.customers.plans import CAP

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask


@pytest.fixture(autouse=True)
def _shop(app: Flask) -> Iterator[None]:
    with app.app_context():
        fill(SHOP)
        yield


def found(q: str, **more: object) -> list[str]:
    return [row.id for row in directory.search(Query(q=q, **more)).rows]  # type: ignore[arg-type]  # fields by name


@pytest.mark.parametrize(
    ("q", "ids"),
    [
        ("siobhan", ["1001"]),
        ("SIOBHÁN O'brien", ["1001"]),
        ("obrien", ["1001"]),
        ("brien", ["1001"]),
        ("mill lane 14", ["1001"]),
        ("lukasz", ["1004"]),
        ("zoe jones", ["1005"]),
        ("ls14ap", ["1001"]),
        ("LS1 4AP", ["1001"]),
        ("YO1 7HH", ["1002"]),
        ("07700900123", ["1001"]),
        ("07700 900 123", ["1001"]),
        ("+44 7700 900123", ["1001"]),
        ("7700 900", ["1001", "1003"]),
        ("900456", ["1003"]),
        ("0456", ["1003"]),
        ("1004", ["1004"]),
        ("jane@example.com", ["1002"]),
        ("JANE@EXAMPLE.COM", ["1002"]),
        ("siobhan.obrien@", ["1001"]),
        ("york smith", ["1002"]),
        ("ks", ["1004"]),
        ("Å", ["1003"]),
        ("nobody", []),
        ("jane nobody", []),
        ("jane@example.org", []),
    ],
)
def test_finds(q: str, ids: list[str]) -> None:
    assert found(q) == ids


@pytest.mark.parametrize(
    ("q", "ids"),
    [
        # The beginning of a word before the middle of one, whatever the order of arrival.
        ("smith", ["1002", "1003", "1005", "1004"]),
        ("0123", ["1001", "1002"]),
        ("ann", ["1003", "1005"]),
        ("mi", ["1001", "1002", "1003", "1004", "1005"]),
        ("ja", ["1002"]),
    ],
)
def test_puts_beginnings_of_words_first(q: str, ids: list[str]) -> None:
    assert found(q) == ids


def test_an_exact_id_comes_before_all() -> None:
    fill([make_customer(90, "10012 Ltd"), make_customer("10012", "Zed")])
    assert found("10012") == ["10012", "90"]


def test_an_exact_address_is_all_that_was_meant() -> None:
    assert found("ann@example.com") == ["1005"]
    assert found("ann@exampl") == ["1005", "1003"]


def test_an_exact_number_is_all_that_was_meant() -> None:
    fill([make_customer(7, "Shared", phone="0044 7700900123"), make_customer(8, "077009001234")])
    assert found("07700 900123") == ["1001", "7"]


def test_a_foreign_number_is_found_as_it_is_dialled_from_here() -> None:
    fill([make_customer(7, "Anna", phone="+49 (0)30 123456")])
    assert found("+49 30 123456") == ["7"]
    assert found("0049 (0)30 123456") == ["7"]


def test_one_letter_finds_names_that_begin_with_it() -> None:
    assert found("j") == ["1002"]
    assert found("J s") == []
    assert found("@") == []


def test_one_letter_that_is_an_id_finds_it() -> None:
    fill([make_customer("7", "Anna"), make_customer("8", "7 Up")])
    assert found("7") == ["7"]


def test_a_letter_beside_a_word_narrows_the_search() -> None:
    assert found("smith k") == ["1002", "1004"]
    assert found("q smith") == []


@pytest.mark.parametrize(
    "q", ['"', "*", "%%", "__", "AND", "NEAR(", 'a" OR "b', "-- '", 'say"hi', "\\", "(("]
)
def test_signs_of_a_query_language_are_only_signs(q: str) -> None:
    assert found(q) == []
    fill([make_customer(50, f"Sign {q} Sign")])
    assert found(f"sign {q}") == ["50"]


def test_marks_the_folded_terms() -> None:
    assert directory.search(Query(q="Ann 07700 ÄNN")).terms == ("ann", "07700")


def test_counts_the_hits() -> None:
    listing = directory.search(Query(q="smith"))
    assert (listing.total, listing.total_is_capped, listing.customers_in_all) == (4, False, 5)
    assert listing.first_index == 1


def test_counts_as_far_as_it_is_of_use() -> None:
    fill([make_customer(n, f"Copy {n:05}", postcode="BS1 1AA") for n in range(5000, 5260)])
    listing = directory.search(Query(q="copy"))
    assert (listing.total, listing.total_is_capped, len(listing.rows)) == (CAP, True, 50)
    assert listing.customers_in_all == 265


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        ({"no_email": True}, ["1004"]),
        ({"no_phone": True}, ["1005", "1004"]),
        ({"no_phone": True, "no_email": True}, ["1004"]),
        ({"sort": "name"}, ["1003", "1002", "1004", "1005"]),
        ({"sort": "town"}, ["1004", "1005", "1002", "1003"]),
        ({"sort": "no such"}, ["1002", "1003", "1005", "1004"]),
    ],
)
def test_filters_and_sorts_what_it_finds(filters: dict[str, object], ids: list[str]) -> None:
    assert found("smith", **filters) == ids


def test_finds_what_changed_and_not_what_was() -> None:
    fill([make_customer(1002, "Jane Taylor", phone="01632 960000")])
    assert found("jane") == ["1002"]
    assert found("taylor 0000") == ["1002"]
    assert found("7946") == []
    assert "1002" not in found("smith")
