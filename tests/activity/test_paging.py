"""Filters find what they name, pages follow each other without a gap, whatever the address says."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from webapp.activity.listing import list_entries
from webapp.activity.models import NEROPAY, Query, Scope

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.activity.conftest import Append
    from tests.backing import Clock
    from tests.conftest import Member
    from tests.page import Answer, Page
    from webapp.activity.service import Actor


def _names(answer: Answer) -> list[str]:
    """The names in the list, from the top, without the sign-in that every test begins with."""
    return re.findall(r"<a href=\"/customers/[^\"]+\">([^<]+)</a>", answer.html)


def _link(answer: Answer, rel: str) -> str | None:
    for tag, found in answer.reader.tags:
        if tag == "a" and found.get("rel") == rel:
            return found["href"]
    return None


def test_pages_follow_each_other_and_lead_back(
    page_as: Callable[[str], Page], append: Append
) -> None:
    for number in range(120):
        append(label=f"C{number:03}")
    page = page_as("manager")
    answer = page.get("/activity?kind=customers")
    seen = [_names(answer)]
    assert _link(answer, "prev") is None
    while url := _link(answer, "next"):
        answer = page.get(url)
        seen.append(_names(answer))
    assert [len(names) for names in seen] == [50, 50, 20]
    assert [name for names in seen for name in names] == [
        f"C{number:03}" for number in reversed(range(120))
    ]
    for names in reversed(seen[:-1]):
        url = _link(answer, "prev")
        assert url
        assert parse_qs(urlsplit(url).query)["kind"] == ["customers"]
        answer = page.get(url)
        assert _names(answer) == names
    assert _link(answer, "prev") is None


def test_a_page_stays_where_it_is_when_more_is_appended(
    page_as: Callable[[str], Page], append: Append
) -> None:
    for number in range(60):
        append(label=f"C{number:03}")
    page = page_as("manager")
    url = _link(page.get("/activity?kind=customers"), "next")
    assert url
    before = _names(page.get(url))
    append(label="Newer")
    assert _names(page.get(url)) == before


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["Zoë Ångström", "Two", "One"]),
        ("person={staff}", ["One"]),
        ("person=neropay", ["Two"]),
        ("person=nobody", ["Zoë Ångström"]),
        ("person=999999999", []),
        ("kind=customer.create", ["One"]),
        ("kind=customers", ["Zoë Ångström", "Two", "One"]),
        ("kind=categories", []),
        ("kind=no_such.kind", []),
        ("record=1002", ["Two"]),
        ("record=customer:1002", ["Two"]),
        ("record=category:1002", []),
        ("q=two", ["Two"]),
        ("q=angstrom+zoe", ["Zoë Ångström"]),
        ("q=ZOË", ["Zoë Ångström"]),
        ("q=leeds", ["One"]),
        ("q=york", ["One"]),
        ("q=02079460018", ["Two"]),
        ("q=7946 0018", ["Two"]),
        ("q=100%25", ["Two"]),
        ("q=_00", []),
        ("q=%22york%22 OR one", []),
        ("q=nowhere", []),
        ("q=york+zz", []),
        ("kind=customer.create&person={staff}&record=1001&q=york", ["One"]),
        ("kind=customer.create&person={owner}&q=york", []),
    ],
)
def test_filters(
    page_as: Callable[[str], Page],
    append: Append,
    actors: dict[str, Actor],
    query: str,
    expected: list[str],
) -> None:
    append("customer.create", by=actors["staff"], label="One", changes={"city": ("Leeds", "York")})
    append("customer.changed_in_neropay", by=NEROPAY, record_id="1002", label="Two",
           changes={"phone": ("020 7946 0018", "100%")})  # fmt: skip
    append(label="Zoë Ångström", record_id="1003")
    ids = {name: actor.person_id for name, actor in actors.items()}
    assert _names(page_as("owner").get(f"/activity?{query.format(**ids)}")) == expected


def test_days_are_the_merchants(
    page_as: Callable[[str], Page], append: Append, clock: Clock
) -> None:
    days = []
    for number in range(4):
        append(label=f"Day {number}")
        days.append((clock().astimezone()).date())
        clock.advance(days=1)
    page = page_as("manager")
    assert _names(page.get(f"/activity?since={days[1]}&until={days[2]}")) == ["Day 2", "Day 1"]
    assert _names(page.get(f"/activity?until={days[0]}")) == ["Day 0"]
    assert _names(page.get(f"/activity?since={days[3]}")) == ["Day 3"]
    assert _names(page.get(f"/activity?since={days[3] + timedelta(days=9)}")) == []
    assert _names(page.get(f"/activity?until={days[0] - timedelta(days=1)}")) == []


def test_the_form_shows_what_is_asked_for(
    page_as: Callable[[str], Page], cast: dict[str, Member], append: Append
) -> None:
    append()
    who = cast["manager"].id
    answer = page_as("manager").get(
        f"/activity?q=jane&person={who}&kind=customer.update&record=customer:1001&since=2026-04-01"
    )
    form = answer.form("/activity")
    assert form["q"] == "jane"
    assert form["record"] == "customer:1001"
    assert form["since"] == "2026-04-01"
    assert answer.has("option", value=str(who), selected="") or "selected" in answer.html
    assert "Nothing found" in answer.text
    assert answer.has("a", href="/activity")


def test_short_words_are_not_looked_for_and_it_says_so(
    page_as: Callable[[str], Page], append: Append
) -> None:
    append(label="Jane")
    answer = page_as("manager").get("/activity?q=ja")
    assert _names(answer) == ["Jane"]
    assert "too short" in answer.text


@pytest.mark.parametrize(
    "query",
    [
        "person=99999999999999999999",
        "person=-1",
        "person=%00",
        "kind=%27--",
        "record=../etc",
        "record=%00",
        "before=99999999999999999999&after=1",
        "before=x",
        "before=-1",
        "before=0",
        "after=2147483647",
        "since=2026-13-45&until=0001-01-01",
        "since=0001-01-01&until=9999-12-31",
        "since=9999-12-31",
        "until=2026-W01-1",
        "q=%00%00%00%00",
        "q=%ED%A0%80abc",
        "q=" + "x" * 5_000,
        "q=%22%22%22%22",
        "q=" + "%F0%9F%98%80" * 10,
        "q=" + "+".join(f"word{number}" for number in range(50)),
        "q=a&q=b&person=1&person=2",
    ],
)
def test_any_address_is_answered(
    page_as: Callable[[str], Page], append: Append, query: str
) -> None:
    append()
    page = page_as("viewer")
    assert page.get(f"/activity?{query}").status == 200
    assert page.get(f"/activity?{query}", htmx=True).status == 200


def test_words_that_many_entries_hold_are_found_with_other_filters(
    app: Flask, append: Append, actors: dict[str, Actor]
) -> None:
    for number in range(600):
        append(label=f"Common {number}")
    append(label="Common and rare", by=actors["staff"])
    everything = Scope(actors["owner"].person_id or 0, is_all=True)
    with app.app_context():
        person = str(actors["staff"].person_id)
        found = list_entries(Query(q="common", person=person), everything)
        assert [entry.label for entry in found.entries] == ["Common and rare"]
        found = list_entries(Query(q="common", kind="customers"), everything)
        assert len(found.entries) == 50
        found = list_entries(Query(q="common mm", before=10), everything)
        assert len(found.entries) == 9
