"""What was confirmed late is told with a way to its record and with Undo, as if at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from tests.writes.leaving import drain, leave, send_unclear
from webapp.extensions import db
from webapp.people.tables import people
from webapp.writes.service import settle_due

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.conftest import Clock, Member
    from tests.page import Answer, Page
    from webapp.sandbox.testing import Sandbox

EDIT, NEW = "/customers/1001/edit", "/customers/new"


@pytest.fixture
def staff(page_as: Callable[[str], Page], copied: Sandbox) -> Page:
    return page_as("staff")


def settle(app: Flask, clock: Clock) -> None:
    clock.advance(minutes=2)
    with app.app_context():
        assert settle_due() == 1


def undo_in(answer: Answer) -> list[str]:
    actions = [str(found.get("action")) for tag, found in answer.reader.tags if tag == "form"]
    return [action for action in actions if "/undo/" in action]


def town(copied: Sandbox) -> object:
    customer = copied.get_customer(1001)
    assert customer
    return customer["city"]


def test_on_the_next_page_it_can_be_seen_and_undone(
    staff: Page, copied: Sandbox, app: Flask, clock: Clock
) -> None:
    send_unclear(staff, copied, EDIT, city="York")
    settle(app, clock)
    told = staff.get("/status")
    assert "Saved after all: Daisy Thomas Show Undo" in told.text
    assert told.has("a", href="/customers/1001")
    [url] = undo_in(told)
    assert "Undone: Daisy Thomas" in staff.get(staff.post(url, told.form(url)).location).text
    assert town(copied) == "Cardiff"


def test_what_waited_as_well(staff: Page, copied: Sandbox, app: Flask) -> None:
    leave(staff, copied, app, EDIT, city="York")
    assert drain(app) == 1
    told = staff.get("/customers")
    [url] = undo_in(told)
    staff.post(url, told.form(url))
    assert town(copied) == "Cardiff"


def test_where_it_settles_before_ones_eyes(
    staff: Page, copied: Sandbox, app: Flask, clock: Clock
) -> None:
    place = send_unclear(staff, copied, EDIT, city="York")
    settle(app, clock)
    told = staff.get(staff.get(place, htmx=True).location)
    assert "Saved: Daisy Thomas Undo" in told.text
    [url] = undo_in(told)
    staff.post(url, told.form(url))
    assert town(copied) == "Cardiff"


def test_a_new_one_leads_to_its_record_and_has_nothing_to_undo(
    staff: Page, copied: Sandbox, app: Flask, clock: Clock
) -> None:
    send_unclear(staff, copied, NEW, name="Mary Smith")
    settle(app, clock)
    told = staff.get("/status")
    assert "Added after all: Mary Smith Show" in told.text
    assert told.has("a", href="/customers/1013")
    assert undo_in(told) == []


def test_who_may_not_write_any_more_is_told_and_may_look(
    app: Flask,
    page_as: Callable[[str], Page],
    copied: Sandbox,
    clock: Clock,
    cast: dict[str, Member],
) -> None:
    send_unclear(page_as("staff"), copied, EDIT, city="York")
    settle(app, clock)
    with app.app_context(), db.write() as connection:
        is_staff = people.c.id == cast["staff"].id
        connection.execute(update(people).where(is_staff).values(role="viewer"))
    told = page_as("staff").get("/status")
    assert told.has("a", href="/customers/1001")
    assert undo_in(told) == []
