"""Writes that were never confirmed stay on the overview until somebody has looked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from webapp.activity import service as activity
from webapp.categories.service import refresh_categories
from webapp.writes import service as writes

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.conftest import Clock
    from tests.page import Page
    from webapp.sandbox.testing import Sandbox

FORM = "/categories/new"
NEVER = "1 change never confirmed"


@pytest.fixture
def manager(page_as: Callable[[str], Page], copied: Sandbox) -> Page:
    return page_as("manager")


@pytest.fixture
def place(manager: Page, copied: Sandbox, app: Flask, clock: Clock) -> str:
    """The page of a write that was given up."""
    copied.fault(action="status", status=500, times=0)
    sent = manager.post(FORM, {**manager.get(FORM).form(FORM), "name": "Tea"}).location
    copied.clear_faults()
    clock.advance(hours=25)
    with app.app_context():
        assert writes.settle_due() == 1
    assert sent
    return sent


def test_it_is_listed_until_somebody_has_looked(
    page_as: Callable[[str], Page], place: str, app: Flask
) -> None:
    staff = page_as("staff")
    assert NEVER in staff.get("/").text
    assert staff.get("/").has("a", href=place)
    form = staff.get(place).form(f"{place}/looked-up")
    for _ in range(2):
        assert staff.post(f"{place}/looked-up", form).location == place
    shown = staff.get(place)
    assert "Staff Person has looked." in shown.text
    assert "never be known for certain" in shown.text
    assert not shown.has("form", action=f"{place}/looked-up")
    assert NEVER not in staff.get("/").text
    with app.app_context():
        assert activity.verify().ok


def test_it_is_listed_for_30_days(manager: Page, place: str, app: Flask, clock: Clock) -> None:
    clock.advance(days=31)
    with app.app_context():
        assert writes.purge() == 1
        assert writes.list_not_known() == ()
    assert place


def test_a_viewer_sees_it_and_cannot_take_it_off(
    page_as: Callable[[str], Page], place: str
) -> None:
    viewer = page_as("viewer")
    assert NEVER in viewer.get("/").text
    assert not viewer.get(place).has("form", action=f"{place}/looked-up")
    token = {"csrf_token": viewer.csrf_token()}
    assert viewer.post(f"{place}/looked-up", token).status == 403


def test_only_what_was_given_up_can_be_looked_up(
    manager: Page, copied: Sandbox, page_as: Callable[[str], Page]
) -> None:
    copied.fault(action="status", status=500, times=0)
    sent = manager.post(FORM, {**manager.get(FORM).form(FORM), "name": "Tea"}).location
    token = {"csrf_token": manager.csrf_token()}
    assert manager.post(f"{sent}/looked-up", token).status == 404
    assert manager.post(f"/writes/{'0' * 32}/looked-up", token).status == 404
    assert "1 change not confirmed by NeroPay yet" in page_as("viewer").get("/").text


def test_who_may_not_write_categories_decides_nothing_about_one(
    page_as: Callable[[str], Page], place: str, app: Flask
) -> None:
    with app.app_context():
        assert refresh_categories().is_complete
    staff = page_as("staff")
    assert not staff.get(place).has("form", action=f"{place}/decide")
    assert staff.post(f"{place}/decide", {"csrf_token": staff.csrf_token()}).status == 403
    assert page_as("manager").get(place).has("form", action=f"{place}/decide")
