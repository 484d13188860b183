"""/writes/<id>: what was sent, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from webapp.writes.service import settle_due

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.conftest import Clock
    from tests.page import Page
    from webapp.sandbox.testing import Sandbox

NO_ANSWER = {"action": "status", "status": 500, "times": 0}


@pytest.fixture
def manager(page_as: Callable[[str], Page], copied: Sandbox) -> Page:
    return page_as("manager")


def settle_later(app: Flask, clock: Clock, copied: Sandbox, **later: float) -> None:
    copied.clear_faults()
    clock.advance(**later)
    with app.app_context():
        assert settle_due() == 1


def test_what_nobody_can_find_out_any_more_is_left_to_a_person(
    page_as: Callable[[str], Page], copied: Sandbox, app: Flask, clock: Clock
) -> None:
    manager = page_as("manager")
    copied.fault(**NO_ANSWER)
    form = {**manager.get("/categories/new").form("/categories/new"), "name": "Tea"}
    place = manager.post("/categories/new", form).location
    settle_later(app, clock, copied, hours=25)
    shown = page_as("manager").get(place)
    assert shown.status == 200
    assert "never be known for certain" in shown.text
    assert "Tea" in shown.text


def test_a_deletion_that_is_confirmed_late_is_not_called_saved(
    manager: Page, copied: Sandbox, app: Flask, clock: Clock
) -> None:
    url = "/categories/20/delete"
    copied.set_category(20, in_use=0)
    form = manager.get(url).form(url)
    copied.fault(**NO_ANSWER, effect=True, match={"method": "DELETE"})
    place = manager.post(url, form).location
    settle_later(app, clock, copied, minutes=2)
    assert "Deleted: Hot drinks" in manager.get(place).text
    led_on = manager.get(place, htmx=True)
    assert led_on.location == "/categories"
    assert "Deleted: Hot drinks" in manager.get(led_on.location).text
