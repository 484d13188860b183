"""Given up: it stays in sight until somebody says what became of it, by a copy that can tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.writes.leaving import give_up, send_unclear
from webapp.categories.service import refresh_categories
from webapp.customers.service import run_sync
from webapp.writes.service import settle_due

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.conftest import Clock
    from tests.page import Page
    from webapp.sandbox.testing import Sandbox

NEW, NEW_CATEGORY = "/customers/new", "/categories/new"
EDIT = "/customers/1001/edit"
OLDER = "may have been carried out after that"
NOTHING = "Nothing like it is in our copy"


@pytest.fixture
def manager(page_as: Callable[[str], Page], copied: Sandbox) -> Page:
    return page_as("manager")


def fetch(app: Flask) -> None:
    with app.app_context():
        assert run_sync(reason="test").state == "done"
        assert refresh_categories().is_complete


@pytest.mark.parametrize("url", [NEW, NEW_CATEGORY])
def test_a_copy_that_is_older_says_nothing_about_it(
    manager: Page, copied: Sandbox, app: Flask, url: str
) -> None:
    """It was carried out, and our copy is from before it was sent."""
    place = send_unclear(manager, copied, url, when="after", name="Giveup")
    give_up(manager, place)
    page = manager.get(place)
    assert OLDER in page.text
    assert NOTHING not in page.text
    assert page.has("form", action="/customers/sync")
    assert page.has("section", id="write", hx_get=place)
    for name in ("made", "not_made", "again"):
        assert not page.has("button", name=name)
        told = manager.post(f"{place}/decide", {name: "1"})
        assert told.location == place
        assert "Nothing was noted" in manager.get(place).text
    assert "Given up" in manager.get(place).text
    assert len(copied.ledger()) == 1

    fetch(app)
    page = manager.get(place)
    assert OLDER not in page.text
    assert "Giveup same name" in page.text
    assert page.has("button", name="made")
    assert page.has("button", name="not_made")
    assert not page.has("section", id="write", hx_get=place)


def test_a_category_that_nobody_knows_of_after_a_day_waits_for_a_newer_copy(
    page_as: Callable[[str], Page], copied: Sandbox, app: Flask, clock: Clock
) -> None:
    place = send_unclear(page_as("manager"), copied, NEW_CATEGORY, when="after", name="Tea")
    clock.advance(hours=25)
    with app.app_context():
        assert settle_due() == 1
    manager = page_as("manager")
    page = manager.get(place)
    assert OLDER in page.text
    assert not page.has("button", name="not_made")
    fetch(app)
    assert manager.get(place).has("button", name="made")


def test_of_a_change_the_record_itself_has_to_be_newer(manager: Page, copied: Sandbox) -> None:
    place = send_unclear(manager, copied, EDIT, when="after", city="York")
    give_up(manager, place)
    assert OLDER in manager.get(place).text
    assert manager.get("/customers/1001/refresh").status == 303
    page = manager.get(place)
    assert "has what was sent" in page.text
    assert page.has("button", name="made", value="1001")


def test_of_an_old_change_our_copy_has_what_neropay_answered_last(
    page_as: Callable[[str], Page], copied: Sandbox, app: Flask, clock: Clock
) -> None:
    place = send_unclear(page_as("manager"), copied, EDIT, city="York", postcode="YO1 7HH")
    copied.set_customer(1001, city="York")  # not all that was sent: a person has to judge
    clock.advance(hours=25)
    with app.app_context():
        assert settle_due() == 1
    page = page_as("manager").get(place)
    assert "has something else" in page.text
    assert "Daisy Thomas" in page.text
    assert "York" in page.text.split("What became of it?")[1].split("has something else")[1][:60]


def test_it_stays_listed_until_somebody_decides(manager: Page, copied: Sandbox, app: Flask) -> None:
    place = send_unclear(manager, copied, NEW, name="Giveup Create")
    give_up(manager, place)
    told = manager.get(place)
    assert "Given up. Its page and the activity say why." in told.text
    assert "We stopped checking. It may have been carried out." in told.text
    assert "never be known for certain" not in told.text
    assert "Manager Person gave it up: “too long”" in told.text
    assert told.has("form", action=f"{place}/looked-up")
    for url in ("/writes", "/"):
        assert manager.get(url).has("a", href=place)
    assert "Never confirmed" in manager.get("/writes").text
    fetch(app)
    assert manager.post(f"{place}/decide", {"not_made": "1"}).location == place
    assert not manager.get("/writes").has("a", href=place)
    assert "Nothing waits for an answer." in manager.get("/writes").text


def test_who_has_looked_takes_it_off_and_the_reason_stays(manager: Page, copied: Sandbox) -> None:
    place = send_unclear(manager, copied, NEW, name="Giveup Create")
    give_up(manager, place)
    assert manager.post(f"{place}/looked-up").location == place
    page = manager.get(place)
    assert "Manager Person gave it up: “too long”" in page.text
    assert "Manager Person has looked." in page.text
    assert not manager.get("/writes").has("a", href=place)
