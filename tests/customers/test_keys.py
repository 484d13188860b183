"""Folding, splitting a query, and the keys of a record."""

from __future__ import annotations

from datetime import UTC, datetime

import phonenumbers
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.customers.makers import SHOP
from webapp.customers.keys import created_key, digits_of, fold, keys_of, phone_key, terms_of
from webapp.customers.models import FIELDS

ANY_TEXT = st.text(max_size=40)


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("Siobhán O’Brien", "siobhan o'brien"),
        ("  STRASSE\t Straße ", "strasse strasse"),
        ("Łukasz Ørsted Þór", "lukasz orsted thor"),
        ("İstanbul ISPARTA ısı", "istanbul isparta isi"),
        ("a\x00b\u200bc\u202ed", "abcd"),
        ("\ud800x", "x"),
        ("٠١٢٣", "0123"),
        ("Stoke–on–Trent", "stoke-on-trent"),
        ("ﬁne", "fine"),
        ("\u200b\u2060", ""),
    ],
)
def test_fold(typed: str, folded: str) -> None:
    assert fold(typed) == folded


@given(ANY_TEXT)
@example("Å")  # a sign that lower case alone does not take apart
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(ANY_TEXT, ANY_TEXT)
def test_a_piece_of_a_text_folds_to_a_piece(before: str, piece: str) -> None:
    folded = fold(before + piece)
    assert all(word in folded for word in fold(piece).split())


@pytest.mark.parametrize(
    ("typed", "terms"),
    [
        ("", ()),
        ("  \u200b ", ()),
        ("Jane  SMITH jane", ("jane", "smith")),
        ("07700 900 123", ("07700900123",)),
        ("+44 (0)7700 900123", ("447700900123",)),
        ("0044 7700 900123", ("447700900123",)),
        ("0123", ("0123",)),
        ("01 23", ("01", "23")),
        ("SW1A 1AA", ("sw1a", "1aa")),
        ("12 Mill Lane", ("12", "mill", "lane")),
        ("00000", ("000",)),
    ],
)
def test_terms(typed: str, terms: tuple[str, ...]) -> None:
    assert terms_of(typed) == terms


@given(st.text(max_size=20_000))
@example("x" * 10_000)
@example("ﷺ " * 5_000)
def test_terms_are_few_short_and_folded(typed: str) -> None:
    terms = terms_of(typed)
    assert len(terms) <= 8
    assert all(1 <= len(term) <= 64 and fold(term) == term for term in terms)


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("07700 900123", "447700900123"),
        ("+44 (0)7700-900.123", "447700900123"),
        ("0044 7700 900123", "447700900123"),
        ("(020) 7946 0123", "442079460123"),
        ("+39 06 698 12345", "390669812345"),
        ("+49 (0)30 123456", "4930123456"),
        ("12345", "12345"),
        ("no number", ""),
        ("", ""),
        ("9" * 500, "9" * 64),
    ],
)
def test_phone_key(typed: str, key: str) -> None:
    assert phone_key(typed) == key


@given(
    st.from_regex(
        r"(\+44 ?(\(0\))?|0044 ?|0|\(0)[1-9][0-9]{2}[ )-]?[0-9]{3} ?[0-9]{3,4}", fullmatch=True
    )
)
def test_the_short_cut_for_british_numbers_agrees_with_the_library(typed: str) -> None:
    number = phonenumbers.parse(typed, "GB")
    expected = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    assert phone_key(typed) == expected[1:]


def test_digits_leave_out_the_trunk_zero() -> None:
    assert digits_of("+44 (0)20 7946 0123") == "442079460123"


def test_keys_of_a_record() -> None:
    keys = keys_of(_values(0), datetime(2026, 1, 2, tzinfo=UTC), "1001")
    assert keys["name_key"] == "siobhan o'brien"
    assert keys["city_key"] == "leeds"
    assert keys["email_key"] == "siobhan.obrien@example.com"
    assert keys["phone_key"] == "447700900123"
    assert keys["created_key"] == "2026-01-02T00:00:00.000000+00:00"
    words = keys["search_text"].split()
    for word in ("obrien", "brien", "07700900123", "447700900123", "0123", "ls1", "4ap", "ls14ap"):
        assert word in words
    assert keys["search_text"] == f" {' '.join(words)} "


def test_a_postcode_without_its_space_has_both_halves() -> None:
    assert {"yo17hh", "yo1", "7hh"} <= set(keys_of(_values(1), None, "1")["search_text"].split())


def test_rows_without_a_town_come_last() -> None:
    with_town, without = (keys_of({"city": city}, None, "1") for city in ("Zzz", None))
    assert with_town["city_key"] < without["city_key"]


def test_created_keys_sort_as_moments_do_and_survive_the_calendar() -> None:
    first = datetime(999, 1, 1, tzinfo=UTC)
    assert created_key(first) < created_key(datetime(2026, 1, 1, 0, 0, 0, 1, tzinfo=UTC))
    far = datetime.min.replace(tzinfo=datetime.strptime("+0500", "%z").tzinfo)
    assert created_key(far) == ""


@given(st.sampled_from(FIELDS), ANY_TEXT, st.data())
@example("phone", "+44 (0)20 7946 0123", None)
@example("address1", "12-14-16 High", None)
@example("postcode", "12345-6789", None)
def test_every_piece_of_a_field_is_in_the_text(
    field: str, value: str, data: st.DataObject | None
) -> None:
    text = keys_of({field: value}, None, "1")["search_text"]
    pieces = [(a, b) for a in range(len(value)) for b in range(a + 2, len(value) + 1)]
    if data is not None and pieces:
        pieces = [data.draw(st.sampled_from(pieces))]
    for start, end in pieces:
        piece = value[start:end]
        assert all(term in text for term in terms_of(piece)), piece


def _values(number: int) -> dict[str, str | None]:
    return {name: getattr(SHOP[number], name) for name in FIELDS}
