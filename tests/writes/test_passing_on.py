"""Whoever changes what waits owns it from then on, and whoever left it here is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from tests.writes.leaving import drain, leave
from webapp.activity import service as activity
from webapp.extensions import db
from webapp.people.tables import people
from webapp.writes.waiting import list_held

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.conftest import Member
    from tests.page import Page
    from webapp.sandbox.testing import Sandbox

EDIT = "/customers/1001/edit"
CHANGED = (
    "Change of customer Daisy Thomas was changed by Manager Person, and is theirs to send now."
)


@pytest.fixture
def staff(page_as: Callable[[str], Page], copied: Sandbox) -> Page:
    return page_as("staff")


@pytest.fixture
def manager(page_as: Callable[[str], Page], copied: Sandbox) -> Page:
    return page_as("manager")


def change(page: Page, held_id: str, **typed: str) -> None:
    place = f"/customers/waiting/{held_id}"
    assert page.post(place, {**page.get(place).form(place), **typed}).location == "/writes"


def test_it_is_sent_and_noted_down_as_theirs(
    app: Flask, staff: Page, manager: Page, copied: Sandbox
) -> None:
    held_id = leave(staff, copied, app, EDIT, city="York")
    change(manager, held_id, city="Leeds")
    with app.app_context():
        assert [one.actor.name for one in list_held()] == ["Manager Person"]
    assert drain(app) == 1
    with app.app_context():
        told = [(entry.actor_name, entry.kind) for entry in activity.history("customer", "1001")]
    assert told == [
        ("Manager Person", "customer.update"),
        ("Manager Person", "customer.hold_changed"),
        ("Staff Person", "customer.held"),
    ]


def test_each_is_told_what_concerns_them(
    app: Flask, staff: Page, manager: Page, copied: Sandbox
) -> None:
    held_id = leave(staff, copied, app, EDIT, city="York")
    change(manager, held_id, city="Leeds")
    assert drain(app) == 1
    told = staff.get("/")
    assert CHANGED in told.text
    assert told.has("a", href=f"/writes/{held_id}")
    assert "Saved after all" not in told.text
    assert "Saved after all: Daisy Thomas" in manager.get("/").text
    assert CHANGED not in staff.get("/").text


def test_whose_it_was_is_told_that_it_was_thrown_away_after_that(
    app: Flask, staff: Page, manager: Page, copied: Sandbox
) -> None:
    held_id = leave(staff, copied, app, EDIT, city="York")
    change(manager, held_id, city="Leeds")
    assert manager.post(f"/writes/{held_id}/cancel").location == "/writes"
    told = staff.get("/")
    assert "Change of customer Daisy Thomas was thrown away by Manager Person." in told.text
    assert not told.has("a", href=f"/writes/{held_id}")
    assert "thrown away" not in manager.get("/writes").text.replace("Thrown away. It was never", "")


def test_what_is_saved_as_it_was_changes_hands_with_nobody(
    app: Flask, staff: Page, manager: Page, copied: Sandbox
) -> None:
    held_id = leave(staff, copied, app, EDIT, city="York")
    change(manager, held_id)
    with app.app_context():
        assert [one.actor.name for one in list_held()] == ["Staff Person"]
    assert "changed by" not in staff.get("/").text


def test_who_decides_about_it_sends_it_whatever_became_of_its_author(
    app: Flask, staff: Page, manager: Page, copied: Sandbox, cast: dict[str, Member]
) -> None:
    held_id = leave(staff, copied, app, EDIT, city="York")
    copied.set_customer(1001, city="Hull")
    assert drain(app) == 0
    with app.app_context(), db.write() as connection:
        gone = people.c.id == cast["staff"].id
        connection.execute(update(people).where(gone).values(is_active=False))
    resolve = "/customers/1001/resolve"
    form = manager.get(f"/customers/waiting/{held_id}").form(resolve)
    assert manager.post(resolve, {**form, "keep_city": "mine"}).location == "/writes"
    assert drain(app) == 1
