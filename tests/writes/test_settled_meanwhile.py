"""A page that was open while the worker went on: its buttons lead to what became of the write."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.writes.leaving import drain, give_up, leave, send_unclear
from webapp.writes.service import settle_due

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.conftest import Clock
    from tests.page import Page
    from webapp.sandbox.testing import Sandbox

EDIT = "/customers/1001/edit"
SETTLED = "That is known by now."
NOWHERE = "/writes/0123456789abcdef0123456789abcdef"


@pytest.fixture
def staff(page_as: Callable[[str], Page], copied: Sandbox) -> Page:
    return page_as("staff")


@pytest.fixture
def settled(staff: Page, copied: Sandbox, app: Flask, clock: Clock) -> str:
    """The page of a write that the worker has settled since it was opened."""
    place = send_unclear(staff, copied, EDIT, city="York")
    clock.advance(minutes=1)
    with app.app_context():
        assert settle_due() == 1
    return place


@pytest.mark.parametrize("reason", ["asked NeroPay", "", None])
@pytest.mark.parametrize("htmx", [False, True])
def test_what_is_settled_is_not_given_up(
    staff: Page, settled: str, *, reason: str | None, htmx: bool
) -> None:
    url = f"{settled}/give-up"
    form = {"reason": reason or ""}
    answer = staff.get(url) if reason is None else staff.post(url, form, htmx=htmx)
    assert answer.location == settled
    shown = staff.get(settled).text
    assert SETTLED in shown
    assert "Confirmed by NeroPay" in shown


def test_what_has_left_is_not_taken_over(staff: Page, copied: Sandbox, app: Flask) -> None:
    held_id = leave(staff, copied, app, EDIT, city="York")
    assert drain(app) == 1
    assert staff.post(f"/writes/{held_id}/take-over").location == f"/writes/{held_id}"
    assert "It has been sent meanwhile." in staff.get(f"/writes/{held_id}").text


def test_what_somebody_else_has_decided_is_shown(
    staff: Page, copied: Sandbox, page_as: Callable[[str], Page]
) -> None:
    place = send_unclear(staff, copied, EDIT, city="York")
    give_up(staff, place)
    assert staff.get("/customers/1001/refresh").status == 303
    assert page_as("manager").post(f"{place}/decide", {"not_made": "1"}).location == place
    for action in ("decide", "looked-up"):
        assert staff.post(f"{place}/{action}", {"made": "1001"}).location == place
        shown = staff.get(place).text
        assert SETTLED in shown
        assert "A person has looked: NeroPay did not carry it out." in shown


@pytest.mark.parametrize("action", ["give-up", "take-over", "decide", "looked-up", "cancel"])
def test_what_never_was_is_nowhere(staff: Page, action: str) -> None:
    assert staff.post(f"{NOWHERE}/{action}").status == 404
