"""Older than NeroPay's memory: candidates are shown, and a person says what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from webapp.customers.service import run_sync
from webapp.writes.service import settle_due

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.conftest import Clock
    from tests.page import Page
    from webapp.sandbox.testing import Sandbox

NEW = "/customers/new"


@pytest.fixture
def place(page_as: Callable[[str], Page], copied: Sandbox, app: Flask, clock: Clock) -> str:
    """The page of staff's new customer that nobody knows about any more."""
    staff = page_as("staff")
    copied.fault(action="reset", when="before", times=0, match={"method": "POST"})
    typed = {"name": "Mary Smith", "phone": "07700 900926"}  # another customer's number
    found = staff.post(NEW, {**staff.get(NEW).form(NEW), **typed}, htmx=True).location
    copied.clear_faults()
    clock.advance(hours=50)
    with app.app_context():
        assert run_sync(reason="test").state == "done"
        assert settle_due() == 1
    return found


def test_the_author_is_told_and_shown_candidates(
    page_as: Callable[[str], Page], place: str
) -> None:
    staff = page_as("staff")
    assert "Not known, and no longer looked for: new customer Mary Smith." in staff.get("/").text
    page = staff.get(place)
    assert "What became of it?" in page.text
    assert "same mobile" in page.text
    assert page.has("button", name="made", value="1001")
    assert "Mary Smith" in staff.get("/writes").text


def test_this_is_it(page_as: Callable[[str], Page], place: str) -> None:
    staff = page_as("staff")
    url = f"{place}/decide"
    assert staff.post(url, {"made": "4711"}).status == 400
    assert staff.post(url, {"made": "1001"}).location == place
    page = staff.get(place)
    assert "Confirmed by Staff Person" in page.text
    assert page.has("a", _class="back", href="/customers/1001")
    assert "decided what became of a change" in staff.get("/customers/1001").text
    assert "never confirmed" not in staff.get("/").text
    assert staff.post(url, {"made": "1001"}).location == place


def test_it_was_not_made_and_is_sent_again_as_new(
    page_as: Callable[[str], Page], place: str, copied: Sandbox
) -> None:
    staff = page_as("staff")
    answer = staff.post(f"{place}/decide", {"again": "1"})
    assert answer.location == NEW + "?again=" + place.removeprefix("/writes/")
    form = staff.get(answer.location).form(NEW)
    assert form["name"] == "Mary Smith"
    assert form["intent"] != place.removeprefix("/writes/")
    assert staff.post(NEW, form).location.startswith("/customers/")
    assert len(copied.ledger()) == 1
    assert "A person has looked" in staff.get(place).text


def test_viewers_decide_nothing(page_as: Callable[[str], Page], place: str) -> None:
    viewer = page_as("viewer")
    assert "What became of it?" not in viewer.get(place).text
    assert viewer.post(f"{place}/decide", {"made": "1001"}).status == 403
