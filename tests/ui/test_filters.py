"""What templates say about values."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from tests.ui.conftest import NOW
from webapp.ui import filters

if TYPE_CHECKING:
    from flask import Flask


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        (NOW, "22 Apr 2026, 11:00"),  # British summer time
        (datetime(2026, 1, 2, 23, 59, tzinfo=UTC), "2 Jan 2026, 23:59"),
        (datetime(2026, 6, 30, 23, 30, tzinfo=UTC), "1 Jul 2026, 00:30"),
        (None, ""),
    ],
)
def test_moments_are_in_local_time(app: Flask, moment: datetime | None, shown: str) -> None:
    with app.app_context():
        assert filters.date_time(moment) == shown
        assert filters.day(moment) == shown.partition(",")[0]
        assert filters.clock_time(moment) == shown.partition(", ")[2]


def test_a_moment_without_zone_is_utc(app: Flask) -> None:
    with app.app_context():
        assert filters.date_time(NOW.replace(tzinfo=None)) == "22 Apr 2026, 11:00"


def test_the_exact_time_names_its_zone(app: Flask) -> None:
    with app.app_context():
        assert filters.exact_time(NOW) == "Wednesday 22 April 2026, 11:00:09 BST"
        assert filters.iso_time(NOW) == "2026-04-22T10:00:09Z"


def test_days_need_no_zone() -> None:
    assert filters.day(date(2026, 4, 2)) == "2 Apr 2026"
    assert filters.month_name(date(2026, 12, 1)) == "Dec"


def test_numbers_and_counts() -> None:
    assert filters.number(4210) == "4,210"
    assert filters.plural(1, "customer") == "1 customer"
    assert filters.plural(4210, "customer") == "4,210 customers"
    assert filters.plural(2, "entry", "entries") == "2 entries"


@pytest.mark.parametrize(
    ("raw", "shown", "address"),
    [
        ("02079460018", "020 7946 0018", "tel:+442079460018"),
        ("+44 7700 900123", "07700 900123", "tel:+447700900123"),
        ("+33199001234", "+33 1 99 00 12 34", "tel:+33199001234"),
        ("+390669812345", "+39 06 6981 2345", "tel:+390669812345"),
        ("12", "12", "tel:12"),
        ("call Jo", "call Jo", "tel:"),
        ("1" * 60, "1" * 60, "tel:" + "1" * 60),
        ("", "", "tel:"),
        (None, "", "tel:"),
    ],
)
def test_phones(raw: str | None, shown: str, address: str) -> None:
    assert filters.phone(raw) == shown
    assert filters.tel(raw) == address


@pytest.mark.parametrize(
    ("raw", "address"),
    [
        ("jo@shop.example", "mailto:jo@shop.example"),
        ("jo@shop.example?bcc=x@evil.example", ""),
        ("jo@a.example,x@b.example\n", ""),
        ("jo", ""),
        (None, ""),
    ],
)
def test_mail_addresses(raw: str | None, address: str) -> None:
    assert filters.mailto(raw) == address


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Sian Pritchard", "SP"),
        ("Madonna", "M"),
        ("Lê Thị Hồng Gấm", "LG"),
        ("o'Brien-Fitz", "OF"),
        ("<b>", "?"),
        ("", "?"),
        (None, "?"),
    ],
)
def test_initials(name: str | None, letters: str) -> None:
    assert filters.initials(name) == letters


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x00b", "a␀b"),
        ("a\nb", "a␊b"),
        ("a\x7fb", "a␡b"),
        ("R\u202eevil", "R⟨202E⟩evil"),
        ("a\u2066b\u200fc", "a⟨2066⟩b⟨200F⟩c"),
        ("\ud800", "⟨D800⟩"),
        ("Zoë 👩\u200d🚀 محمد", "Zoë 👩\u200d🚀 محمد"),
        (None, ""),
    ],
)
def test_hidden_characters_are_shown(text: str | None, shown: str) -> None:
    assert filters.visible(text) == shown


@pytest.mark.parametrize(
    ("text", "terms", "shown"),
    [
        ("Zoë Brontë", ("zoe", "BRONTE"), "<mark>Zoë</mark> <mark>Brontë</mark>"),
        ("Zoe\u0308 x", ("zoë",), "<mark>Zoe\u0308</mark> x"),
        ("Straße", ("ss",), "Stra<mark>ß</mark>e"),
        ("020 7946 0018", ("0018",), "020 7946 <mark>0018</mark>"),
        ("020 7946 0018", ("79460018",), "020 <mark>7946 0018</mark>"),
        ("aaaa", ("aa", "aaa"), "<mark>aaaa</mark>"),
        ("<b>bold</b>", ("b",), "&lt;<mark>b</mark>&gt;<mark>b</mark>old&lt;/<mark>b</mark>&gt;"),
        ("a & b", ("amp",), "a &amp; b"),
        ("a\x02b\x03", ("b",), "a␂<mark>b</mark>␃"),
        ("Jane", ("",), "Jane"),
        ("Jane", (), "Jane"),
        (None, ("a",), ""),
    ],
)
def test_marks(text: str | None, terms: tuple[str, ...], shown: str) -> None:
    assert str(filters.mark(text, terms)) == shown


@given(st.text(max_size=30), st.lists(st.text(max_size=5), max_size=3))
def test_marks_add_nothing_but_marks(text: str, terms: list[str]) -> None:
    marked = str(filters.mark(text, terms))
    plain = marked.replace("<mark>", "").replace("</mark>", "")
    assert plain == str(escape(filters.visible(text)))


def test_days_of_a_column_are_those_of_each(app: Flask) -> None:
    moments = [datetime(2026, 6, 30, 23, 30, tzinfo=UTC), None, datetime(2026, 1, 1, tzinfo=UTC)]
    with app.app_context():
        assert filters.days_of(moments) == ["1 Jul 2026", "", "1 Jan 2026"]
        assert filters.days_of(moments) == [filters.day(moment) for moment in moments]
